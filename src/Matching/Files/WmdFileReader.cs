using System.Text;

namespace EdgeNode.Matching;

/// <summary>
/// Reads PrefLib kidney exchange graphs. Old style: <c>vertices,arcs</c>, a line <c>number,name</c> per vertex from 1, arcs
/// <c>from,to,weight</c> with vertices from 0. New style: <c># KEY: value</c> lines, arcs with vertices from 1. The <c>.dat</c>
/// beside it says in its seventh field who is an altruist. Arcs to altruists and arcs of weight 0 are dropped.
/// </summary>
internal sealed class WmdFileReader
{
    private readonly LineReader _lines;
    private int _arcs = -1;
    private string?[] _names = [];
    private int _firstVertex;

    private WmdFileReader(LineReader lines) => _lines = lines;

    public static Instance Read(InstanceSource source, AcceptFraction accept)
    {
        using var lines = new LineReader(source.Name, source.Open());
        var reader = new WmdFileReader(lines);
        lines.Expect(lines.NextFilled(), "the numbers of vertices and of arcs, apart by a comma");
        var pending = lines.Line.StartsWith("#"u8) ? reader.ReadNewHeader() : reader.ReadOldHeader();
        var warnings = new List<string>();
        var kinds = reader.Kinds(source, warnings);
        var graph = new PairGraph(source.Name, InstanceFormat.Wmd, 1);
        reader.ReadArcs(graph, kinds, pending);
        return graph.Build(kinds, accept, 0, warnings);
    }

    /// <summary>Reads up to the last name; answers whether an arc stands on the current line already.</summary>
    private bool ReadOldHeader()
    {
        var fields = new LineFields(_lines.Line, (byte)',');
        var ok = fields.Whole(out var vertices) & fields.Whole(out _arcs);
        _lines.Expect(ok && fields.AtEnd, "the numbers of vertices and of arcs, apart by a comma");
        Size(vertices);
        for (var i = 0; i < vertices; i++)
        {
            _lines.Expect(_lines.NextFilled(), $"the name of vertex {i + 1} of {vertices}");
            fields = new LineFields(_lines.Line, (byte)',');
            _lines.Expect(fields.Whole(out var number) && number == i + 1, $"{i + 1}, and a name: vertices are named in order");
            _names[i] = Encoding.UTF8.GetString(fields.Next());
        }
        return false;
    }

    private bool ReadNewHeader()
    {
        var arcs = -1;
        while (_lines.Line.StartsWith("#"u8))
        {
            if (Value("# NUMBER ALTERNATIVES:"u8, out var value))
                Size(Whole(value, "a number of alternatives"));
            else if (Value("# NUMBER EDGES:"u8, out value))
                arcs = Whole(value, "a number of edges");
            else if (Value("# ALTERNATIVE NAME "u8, out value))
                TakeName(value);
            if (!_lines.NextFilled())
                return EndHeader(arcs, false);
        }
        return EndHeader(arcs, true);
    }

    private bool EndHeader(int arcs, bool pending)
    {
        _lines.Expect(_names.Length > 0, "a line # NUMBER ALTERNATIVES: n before the arcs");
        _lines.Expect(
            arcs is >= 0 and <= Instance.MaxArcs,
            $"a line # NUMBER EDGES: m before the arcs, m up to {Instance.MaxArcs:N0}"
        );
        (_arcs, _firstVertex) = (arcs, 1);
        return pending;
    }

    private bool Value(ReadOnlySpan<byte> key, out string value)
    {
        value = "";
        if (!_lines.Line.StartsWith(key))
            return false;
        value = Encoding.UTF8.GetString(_lines.Line[key.Length..]).Trim();
        return true;
    }

    private int Whole(string value, string what)
    {
        _lines.Expect(Numbers.TryWhole(Encoding.UTF8.GetBytes(value), out var number), what);
        return number;
    }

    private void TakeName(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        _lines.Expect(colon > 0, "# ALTERNATIVE NAME n: name");
        var number = Whole(value[..colon], "the number of an alternative before ':'");
        _lines.Expect(number >= 1 && number <= _names.Length, $"the number of an alternative from 1 to {_names.Length}");
        _names[number - 1] = value[(colon + 1)..].Trim();
    }

    private void Size(int vertices)
    {
        _lines.Expect(vertices <= Instance.MaxRecords, $"at most {Instance.MaxRecords:N0} vertices");
        _lines.Expect(_arcs <= Instance.MaxArcs, $"at most {Instance.MaxArcs:N0} arcs");
        _names = new string?[vertices];
    }

    private void ReadArcs(PairGraph graph, ResidentKind[] kinds, bool pending)
    {
        for (var i = 0; i < _arcs; i++)
        {
            _lines.Expect(pending || _lines.NextFilled(), $"arc {i + 1} of the {_arcs} announced, not the end of the file");
            pending = false;
            ReadArc(graph, kinds);
        }
        _lines.Expect(!pending && !_lines.NextFilled(), $"nothing after the {_arcs} arcs announced");
    }

    private void ReadArc(PairGraph graph, ResidentKind[] kinds)
    {
        var fields = new LineFields(_lines.Line, (byte)',');
        var (from, to) = (Vertex(ref fields, "first"), Vertex(ref fields, "second"));
        _lines.Expect(
            Numbers.TryMicro(fields.Next(), out var micro),
            "a weight, a decimal from 0 to 1000000, as the third of three"
        );
        _lines.Expect(fields.AtEnd, "three numbers and no more");
        _lines.Expect(from != to, $"an arc between two vertices, not from {from + _firstVertex} to itself");
        _lines.Expect(
            graph.Add(from, to, kinds[to] == ResidentKind.Altruist ? 0 : micro),
            $"each arc once, and the arc from {from + _firstVertex} to {to + _firstVertex} stands above already"
        );
    }

    private int Vertex(ref LineFields fields, string which)
    {
        var last = _names.Length - 1 + _firstVertex;
        _lines.Expect(
            fields.Whole(out var number) && number >= _firstVertex && number <= last,
            $"a vertex from {_firstVertex} to {last} as the {which} of three numbers"
        );
        return number - _firstVertex;
    }

    private ResidentKind[] Kinds(InstanceSource source, List<string> warnings)
    {
        if (source.Sibling(".dat") is { } sibling)
        {
            using var lines = new LineReader(sibling.Name, sibling.Open());
            return ReadKinds(lines, _names.Length);
        }
        ResidentKind[] kinds = [.. _names.Select(name => IsAltruistName(name) ? ResidentKind.Altruist : ResidentKind.Plain)];
        warnings.Add(
            $"{source.Name}: there is no .dat beside it; {kinds.Count(k => k == ResidentKind.Altruist)} vertices count as altruists by their names"
        );
        return kinds;
    }

    /// <summary>PrefLib's files write Altruist and Alturist.</summary>
    private static bool IsAltruistName(string? name) => name?.StartsWith("Alt", StringComparison.OrdinalIgnoreCase) == true;

    private static ResidentKind[] ReadKinds(LineReader lines, int vertices)
    {
        lines.Expect(
            lines.NextFilled() && lines.Line.StartsWith("Pair,"u8),
            "the header Pair,Patient,Donor,Wife-P?,%Pra,Out-Deg,Altruist"
        );
        var kinds = new ResidentKind[vertices];
        for (var i = 0; i < vertices; i++)
        {
            lines.Expect(lines.NextFilled(), $"vertex {i + 1} of {vertices}, not the end of the file");
            var fields = new LineFields(lines.Line, (byte)',');
            lines.Expect(fields.Whole(out var number) && number == i + 1, $"vertex {i + 1}: vertices stand in order");
            for (var skipped = 0; skipped < 5; skipped++)
                fields.Next();
            lines.Expect(fields.Whole(out var altruist) && altruist <= 1, "0 or 1 (altruist) as the seventh field");
            kinds[i] = altruist == 1 ? ResidentKind.Altruist : ResidentKind.Plain;
        }
        lines.Expect(!lines.NextFilled(), $"nothing after the {vertices} vertices of the .wmd file");
        return kinds;
    }
}
