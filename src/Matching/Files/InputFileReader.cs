namespace EdgeNode.Matching;

/// <summary>
/// Reads kidney_solver files. <c>.input</c>: <c>n m</c>, m lines <c>from to weight</c> with vertices from 0, then <c>-1 -1 -1</c>.
/// <c>.ndds</c>, same base name and optional: <c>k m</c>, m lines <c>altruist vertex weight</c>, then <c>-1 -1 -1</c>.
/// </summary>
internal static class InputFileReader
{
    private const string Weight = "a weight, a decimal from 0 to 1000000";

    public static Instance Read(InstanceSource source, AcceptFraction accept)
    {
        var graph = new PairGraph(source.Name, InstanceFormat.Input, 0);
        int vertices;
        using (var lines = new LineReader(source.Name, source.Open()))
            vertices = ReadBlock(lines, "vertices", null, (from, to, micro) => Arc(lines, graph, from, to, micro));
        var altruists = 0;
        if (source.Sibling(".ndds") is { } sibling)
        {
            using var lines = new LineReader(sibling.Name, sibling.Open());
            altruists = ReadBlock(
                lines,
                "altruists",
                vertices,
                (from, to, micro) => Once(lines, graph.Add(vertices + from, to, micro), from, to)
            );
        }
        var kinds = new ResidentKind[vertices + altruists];
        Array.Fill(kinds, ResidentKind.Altruist, vertices, altruists);
        return graph.Build(kinds, accept, altruists > 0 ? vertices : 0, []);
    }

    private static void Arc(LineReader lines, PairGraph graph, int from, int to, long micro)
    {
        lines.Expect(from != to, $"an arc between two vertices, not from {from} to itself");
        Once(lines, graph.Add(from, to, micro), from, to);
    }

    private static void Once(LineReader lines, bool isNew, int from, int to) =>
        lines.Expect(isNew, $"each arc once, and the arc from {from} to {to} stands above already");

    /// <summary>Reads one of the two files; <paramref name="targets"/> null: arcs lead to the vertices the file announces itself.</summary>
    private static int ReadBlock(LineReader lines, string what, int? targets, Action<int, int, long> arc)
    {
        var (count, arcs) = ReadHeader(lines, what);
        var last = (targets ?? count) - 1;
        for (var i = 0; i < arcs; i++)
        {
            lines.Expect(lines.NextFilled(), $"arc {i + 1} of the {arcs} that line 1 announces, not the end of the file");
            lines.Expect(!IsEnd(lines.Fields), $"arc {i + 1} of the {arcs} that line 1 announces, not the end line");
            var fields = lines.Fields;
            lines.Expect(fields.Whole(out var from) && from < count, $"a number from 0 to {count - 1} as the first of three");
            lines.Expect(fields.Whole(out var to) && to <= last, $"a vertex from 0 to {last} as the second of three numbers");
            lines.Expect(Numbers.TryMicro(fields.Next(), out var micro), $"{Weight}, as the third of three numbers");
            lines.Expect(fields.AtEnd, "three numbers and no more");
            arc(from, to, micro);
        }
        lines.Expect(lines.NextFilled(), "the end line -1 -1 -1, not the end of the file");
        lines.Expect(IsEnd(lines.Fields), $"the end line -1 -1 -1 after the {arcs} arcs that line 1 announces");
        lines.Expect(!lines.NextFilled(), "nothing after the end line");
        return count;
    }

    private static (int Count, int Arcs) ReadHeader(LineReader lines, string what)
    {
        lines.Expect(lines.NextFilled(), $"the numbers of {what} and of arcs");
        var fields = lines.Fields;
        var ok = fields.Whole(out var count) & fields.Whole(out var arcs);
        lines.Expect(ok && fields.AtEnd, $"the numbers of {what} and of arcs");
        lines.Expect(count <= Instance.MaxRecords, $"at most {Instance.MaxRecords:N0} {what}");
        lines.Expect(arcs <= Instance.MaxArcs, $"at most {Instance.MaxArcs:N0} arcs");
        return (count, arcs);
    }

    private static bool IsEnd(LineFields fields)
    {
        for (var i = 0; i < 3; i++)
            if (!fields.Next().SequenceEqual("-1"u8))
                return false;
        return fields.AtEnd;
    }
}
