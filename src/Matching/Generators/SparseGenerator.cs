namespace EdgeNode.Matching;

/// <summary>
/// Makes uniformly random sparse graphs by seed, in the format of <see cref="InstanceFormat.Input"/>: every ordered pair has an
/// arc with a given chance, of weight 1 to 100. No structure at all: the hard case for the optimiser.
/// </summary>
public sealed class SparseGenerator
{
    /// <summary>Most vertices or altruists in a generated graph.</summary>
    public const int MaxVertices = 5_000;

    private const int MaxWeight = 100;
    private const ulong SeedFactor = 1_000_003;

    private readonly MersenneTwister _random;
    private readonly int _perTenThousand;
    private readonly bool _unit;

    private SparseGenerator(MersenneTwister random, decimal percent, bool unit) =>
        (_random, _perTenThousand, _unit) = (random, (int)(percent * 100), unit);

    /// <summary>Writes the graph, and where there are altruists their arcs to <paramref name="altruistArcs"/>.</summary>
    /// <param name="vertices">1 to <see cref="MaxVertices"/>.</param>
    /// <param name="percent">Chance of an arc, above 0 to 100, two decimals.</param>
    /// <param name="seed">Any.</param>
    /// <param name="unit">All weights 1.</param>
    /// <param name="to">Where the arcs between vertices go.</param>
    /// <param name="altruists">How many.</param>
    /// <param name="altruistArcs">Where theirs go; null without altruists.</param>
    public static void Write(
        int vertices,
        decimal percent,
        uint seed,
        bool unit,
        TextWriter to,
        int altruists = 0,
        TextWriter? altruistArcs = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vertices, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vertices, MaxVertices);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(altruists, MaxVertices);
        var random = new MersenneTwister(seed * SeedFactor + (ulong)vertices);
        var generator = new SparseGenerator(random, percent, unit);
        WriteBlock(to, vertices, generator.Draw(vertices, vertices, loops: false));
        if (altruistArcs is not null)
            WriteBlock(altruistArcs, altruists, generator.Draw(altruists, vertices, loops: true));
    }

    private List<(int From, int To, int Weight)> Draw(int from, int to, bool loops)
    {
        var arcs = new List<(int, int, int)>();
        for (var u = 0; u < from; u++)
        for (var v = 0; v < to; v++)
            if ((loops || u != v) && _random.Below(10_000) < _perTenThousand)
                arcs.Add((u, v, _unit ? 1 : 1 + _random.Below(MaxWeight)));
        return arcs;
    }

    private static void WriteBlock(TextWriter to, int count, List<(int From, int To, int Weight)> arcs)
    {
        to.NewLine = "\n";
        to.WriteLine($"{count}\t{arcs.Count}");
        foreach (var (from, target, weight) in arcs)
            to.WriteLine($"{from}\t{target}\t{weight}");
        to.WriteLine("-1\t-1\t-1");
    }
}
