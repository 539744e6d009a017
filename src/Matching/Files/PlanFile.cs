using System.Globalization;

namespace EdgeNode.Matching;

/// <summary>
/// A plan as <c>match solve --plan-out</c> writes it and <c>match verify</c> reads it: what was solved, the rings by the ids of
/// their offerings and needs, and the certificate of the bound. Text, a record a line, fields apart by tabs.
/// </summary>
public sealed record PlanFile
{
    private const string FirstLine = "edgenode plan 1";

    /// <summary>Most rings and chains that are read.</summary>
    private const int MaxRings = 2_000_000;

    public required string InputHash { get; init; }

    /// <summary>Longest ring; 0: chains only; null: unbounded.</summary>
    public required int? Cap { get; init; }

    public required int Chain { get; init; }

    /// <summary>The acceptance that was asked for, 1 for none.</summary>
    public required decimal Accept { get; init; }

    public required long ValueMicro { get; init; }

    public required long BoundMicro { get; init; }

    public required string PlanHash { get; init; }

    /// <summary>Offering and need ids of each arc in giving order.</summary>
    public required IReadOnlyList<IReadOnlyList<(string Offering, string Need)>> Rings { get; init; }

    public required IReadOnlyList<IReadOnlyList<(string Offering, string Need)>> Chains { get; init; }

    /// <summary>Null where none could be written: over its bound of leaves, or unbounded clearing.</summary>
    public PlanCertificate? Certificate { get; init; }

    public static PlanFile Of(ExchangeGraph graph, GraphPlan plan, int? cap, int chain, decimal accept) =>
        new()
        {
            InputHash = graph.InputHash,
            Cap = cap,
            Chain = chain,
            Accept = accept,
            ValueMicro = plan.ValueMicro,
            BoundMicro = plan.BoundMicro,
            PlanHash = SolveReport.HashOf(graph, plan, cap, chain),
            Rings = [.. plan.Rings.Select(ring => Ids(graph, ring))],
            Chains = [.. plan.Chains.Select(path => Ids(graph, path))],
            Certificate = plan.Certificate,
        };

    public void Write(TextWriter to)
    {
        to.NewLine = "\n";
        to.WriteLine(FirstLine);
        to.WriteLine($"input\t{InputHash}");
        to.WriteLine(Cap is { } cap ? $"cap\t{cap}" : "cap\tunbounded");
        to.WriteLine($"chain\t{Chain}");
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"accept\t{Accept}"));
        to.WriteLine($"value\t{ValueMicro}");
        to.WriteLine($"bound\t{BoundMicro}");
        to.WriteLine($"plan\t{PlanHash}");
        to.WriteLine($"rings\t{Rings.Count}");
        foreach (var ring in Rings)
            WriteIds(to, "ring", ring);
        to.WriteLine($"chains\t{Chains.Count}");
        foreach (var chain in Chains)
            WriteIds(to, "chain", chain);
        to.WriteLine(Certificate is null ? "certificate\tnone" : "certificate\tfollows");
        Certificate?.Write(to);
    }

    /// <summary>Throws <see cref="InstanceException"/> with the line that does not read, or what the certificate's reader throws.</summary>
    public static PlanFile Read(string file, TextReader from)
    {
        var lines = new PlanLines(file, from);
        lines.Expect(lines.Next() == FirstLine, $"'{FirstLine}'");
        var input = lines.Value("input");
        var cap = lines.Value("cap");
        var read = new PlanFile
        {
            InputHash = input,
            Cap = cap == "unbounded" ? null : (int)lines.Whole(cap),
            Chain = (int)lines.Whole(lines.Value("chain")),
            Accept = lines.Decimal(lines.Value("accept")),
            ValueMicro = lines.Whole(lines.Value("value")),
            BoundMicro = lines.Whole(lines.Value("bound")),
            PlanHash = lines.Value("plan"),
            Rings = lines.Lists("rings", "ring", MaxRings),
            Chains = lines.Lists("chains", "chain", MaxRings),
        };
        return lines.Value("certificate") switch
        {
            "none" => read,
            "follows" => read with { Certificate = PlanCertificate.Read(from) },
            _ => throw lines.Malformed("certificate none or follows"),
        };
    }

    private static (string, string)[] Ids(ExchangeGraph graph, GraphRing ring) =>
        [.. ring.Arcs.Select(arc => (graph.Offerings[graph.OfferingOf(arc)], graph.Needs[graph.NeedOf(arc)]))];

    private static void WriteIds(TextWriter to, string kind, IReadOnlyList<(string Offering, string Need)> arcs)
    {
        to.Write(kind);
        foreach (var (offering, need) in arcs)
            to.Write($"\t{offering}\t{need}");
        to.WriteLine();
    }
}

/// <summary>Reads the lines of a plan file.</summary>
internal sealed class PlanLines(string file, TextReader from)
{
    private int _line;

    public string Next()
    {
        _line++;
        return from.ReadLine() ?? throw Malformed("more lines, not the end of the file");
    }

    public string Value(string key)
    {
        var fields = Next().Split('\t');
        Expect(fields.Length == 2 && fields[0] == key, $"'{key}', a tab and a value");
        return fields[1];
    }

    public long Whole(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / 2
            ? number
            : throw Malformed("a whole number");

    public decimal Decimal(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Malformed("a decimal");

    public IReadOnlyList<IReadOnlyList<(string Offering, string Need)>> Lists(string count, string kind, int most)
    {
        var number = Whole(Value(count));
        Expect(number <= most, $"at most {most:N0} {count}");
        var lists = new List<IReadOnlyList<(string, string)>>();
        for (var i = 0; i < number; i++)
        {
            var fields = Next().Split('\t');
            Expect(fields[0] == kind && fields.Length >= 3 && fields.Length % 2 == 1, $"'{kind}' and pairs of offering and need");
            lists.Add([.. Enumerable.Range(0, fields.Length / 2).Select(arc => (fields[2 * arc + 1], fields[2 * arc + 2]))]);
        }
        return lists;
    }

    public void Expect(bool met, string expected)
    {
        if (!met)
            throw Malformed(expected);
    }

    public InstanceException Malformed(string expected) => new(file, _line, expected);
}
