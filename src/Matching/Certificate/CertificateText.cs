using System.Globalization;

namespace EdgeNode.Matching;

/// <summary>Writes certificates; the form is described at <see cref="PlanCertificate.Write"/>.</summary>
internal sealed class CertificateWriter(TextWriter to)
{
    internal const string FirstLine = "edgenode certificate 1";

    public void Write(PlanCertificate certificate)
    {
        Line(FirstLine);
        Line($"bound {certificate.BoundMicro}");
        Write(certificate.Root);
    }

    private void Write(Proof proof)
    {
        switch (proof)
        {
            case PriceProof prices:
                Write("prices", prices.Prices);
                break;
            case FixProof fix:
                Write($"fix {fix.Threshold}", fix.Prices);
                Write(fix.Rest);
                break;
            case SplitProof split:
                Write(split);
                break;
            case ArcProof arc:
                Line($"arc {arc.Arc}");
                Write(arc.Used);
                Write(arc.Unused);
                break;
            case ColumnProof column:
                Line($"column {Named(column.Arcs, column.Chain)}");
                Write(column.Held);
                Write(column.Absent);
                break;
        }
    }

    private void Write(SplitProof split)
    {
        Line($"split {split.Parts.Length} {split.Sure.Length}");
        foreach (var (arcs, chain) in split.Sure)
            Line($"sure {Named(arcs, chain)}");
        foreach (var (resources, proof) in split.Parts)
        {
            to.Write("part");
            foreach (var resource in resources)
                Number(resource);
            Line("");
            Write(proof);
        }
    }

    private void Write(string head, PriceList prices)
    {
        to.Write(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{head} {prices.Resources.Length} {prices.Once.Length + prices.Triples.Length}"
            )
        );
        for (var i = 0; i < prices.Resources.Length; i++)
        {
            Number(prices.Resources[i]);
            Number(prices.Units[i]);
        }
        Line("");
        foreach (var (arcs, chain, units) in prices.Once)
            Line($"once {(chain ? "chain" : "ring")} {units} {string.Join(' ', arcs)}");
        foreach (var ((a, b, c), units) in prices.Triples)
            Line($"triple {units} {a} {b} {c}");
    }

    private static string Named(int[] arcs, bool chain) => $"{(chain ? "chain" : "ring")} {string.Join(' ', arcs)}";

    private void Number(long number)
    {
        to.Write(' ');
        to.Write(number.ToString(CultureInfo.InvariantCulture));
    }

    private void Line(string text)
    {
        to.Write(text);
        to.Write('\n');
    }
}

/// <summary>Reads certificates. What reads well may still prove nothing: that is for the check.</summary>
internal sealed class CertificateReader(TextReader from)
{
    /// <summary>Deepest nesting; the solver's own stay far below. Bounds the call stack.</summary>
    private const int MaxDepth = 4000;

    private int _line;
    private string[] _fields = [];

    public PlanCertificate Read()
    {
        Expect((from.ReadLine() ?? "") == CertificateWriter.FirstLine, CertificateWriter.FirstLine);
        _line++;
        Next();
        Expect(_fields.Length == 2 && _fields[0] == "bound", "bound and a number");
        var bound = Whole(1);
        return new PlanCertificate(bound, ReadProof(0));
    }

    private Proof ReadProof(int depth)
    {
        Expect(depth < MaxDepth, "less nesting");
        Next();
        switch (_fields[0])
        {
            case "prices":
                return new PriceProof(ReadPrices(1));
            case "fix":
                var threshold = Whole(1);
                var prices = ReadPrices(2);
                return new FixProof(prices, threshold, ReadProof(depth + 1));
            case "split":
                return ReadSplit(depth);
            case "arc":
                var arc = Index(1);
                var used = ReadProof(depth + 1);
                return new ArcProof(arc, used, ReadProof(depth + 1));
            case "column":
                var (arcs, chain) = Column(1, 2);
                var held = ReadProof(depth + 1);
                return new ColumnProof(arcs, chain, held, ReadProof(depth + 1));
            default:
                throw Fault("prices, fix, split, arc or column");
        }
    }

    private SplitProof ReadSplit(int depth)
    {
        var (parts, sure) = (Index(1), Index(2));
        var sures = new List<(int[], bool)>();
        for (var i = 0; i < sure; i++)
        {
            Next();
            Expect(_fields[0] == "sure", "sure");
            sures.Add(Column(1, 2));
        }
        var proofs = new List<(int[], Proof)>();
        for (var i = 0; i < parts; i++)
        {
            Next();
            Expect(_fields[0] == "part", "part");
            var resources = Indices(1);
            proofs.Add((resources, ReadProof(depth + 1)));
        }
        return new SplitProof([.. proofs], [.. sures]);
    }

    private PriceList ReadPrices(int at)
    {
        var (priced, once) = (Index(at), Index(at + 1));
        Expect(_fields.Length == at + 2 + 2L * priced, $"{priced} resources with their prices");
        var (resources, units) = (new int[priced], new long[priced]);
        for (var i = 0; i < priced; i++)
            (resources[i], units[i]) = (Index(at + 2 + 2 * i), Whole(at + 3 + 2 * i));
        var columns = new List<(int[], bool, long)>();
        var triples = new List<(Triple, long)>();
        for (var i = 0; i < once; i++)
        {
            Next();
            if (_fields.Length == 5 && _fields[0] == "triple")
            {
                triples.Add((new Triple(Index(2), Index(3), Index(4)), Whole(1)));
                continue;
            }
            Expect(
                _fields.Length > 3 && _fields[0] == "once",
                "once, its kind, a price and arcs, or triple, a price and three resources"
            );
            var (arcs, chain) = Column(1, 3);
            columns.Add((arcs, chain, Whole(2)));
        }
        return new PriceList(resources, units, [.. columns], [.. triples]);
    }

    private (int[] Arcs, bool Chain) Column(int kind, int arcs)
    {
        Expect(_fields.Length > arcs && _fields[kind] is "ring" or "chain", "ring or chain and its arcs");
        return (Indices(arcs), _fields[kind] == "chain");
    }

    private int[] Indices(int from)
    {
        var indices = new int[_fields.Length - from];
        for (var i = 0; i < indices.Length; i++)
            indices[i] = Index(from + i);
        return indices;
    }

    private int Index(int field) =>
        field < _fields.Length && int.TryParse(_fields[field], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Fault("a whole number");

    /// <summary>Within a sixteenth of 64 bits, so that a few can be added up without a thought.</summary>
    private long Whole(int field) =>
        field < _fields.Length
        && long.TryParse(_fields[field], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number is >= -(long.MaxValue / 16) and <= long.MaxValue / 16
            ? number
            : throw Fault("a whole number");

    private void Next()
    {
        _line++;
        _fields = (from.ReadLine() ?? throw Fault("more lines, not the end")).Split(' ');
    }

    private void Expect(bool met, string expected)
    {
        if (!met)
            throw Fault(expected);
    }

    private FormatException Fault(string expected) => new($"Line {_line} of the certificate: expected {expected}.");
}
