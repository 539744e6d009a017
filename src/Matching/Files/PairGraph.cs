namespace EdgeNode.Matching;

/// <summary>
/// What both kidney formats come to: vertices that give and receive, altruists that only give, and weighted arcs. The offering
/// and the need of a vertex have its number.
/// </summary>
internal sealed class PairGraph(string file, InstanceFormat format, int firstNumber)
{
    private readonly ArcList _arcs = new();
    private readonly HashSet<long> _seen = [];

    public int Arcs => _arcs.Count;

    /// <summary>Adds an arc; false when it is there already.</summary>
    public bool Add(int from, int to, long micro)
    {
        if (!_seen.Add(Key(from, to)))
            return false;
        // An arc of weight 0 is remembered, so that its repetition is refused, and gives nothing to a plan.
        if (micro > 0)
            _arcs.Add(from, to, micro);
        return true;
    }

    /// <summary>
    /// One number per pair. Wrap-around is meant: an odd factor mixes the bits and keeps pairs apart; plain numbers would fall
    /// into few buckets, as their hash is from xor to.
    /// </summary>
    private static long Key(int from, int to) => unchecked((((long)from << 32) | (uint)to) * (long)0x9E3779B97F4A7C15);

    /// <param name="kinds">One per vertex.</param>
    /// <param name="accept">Everybody's.</param>
    /// <param name="altruistsFrom">Where altruists start that are numbered apart, or 0.</param>
    /// <param name="warnings">What was passed over.</param>
    public Instance Build(ResidentKind[] kinds, AcceptFraction accept, int altruistsFrom, IReadOnlyList<string> warnings)
    {
        var scores =
            _arcs.Scores(out var unit)
            ?? throw new InstanceException(file, 1, "weights that fit 31 bits in units of their greatest common part");
        var vertices = Enumerable.Range(0, kinds.Length).ToArray();
        var parts = new GraphParts
        {
            Objective = accept.IsCertain ? PlanObjective.Score : PlanObjective.Expected,
            Residents = GraphIds.Numbers(firstNumber, kinds.Length),
            Offerings = GraphIds.Numbers(firstNumber, kinds.Length),
            Needs = GraphIds.Numbers(firstNumber, kinds.Length),
            OfferingResident = vertices,
            NeedResident = vertices,
            Accept = accept.IsCertain ? null : Enumerable.Repeat((ushort)accept.Parts, kinds.Length).ToArray(),
            AcceptBase = accept.Whole,
            Kind = kinds.Contains(ResidentKind.Altruist) ? kinds : null,
            ArcOffering = _arcs.Offerings,
            ArcNeed = _arcs.Needs,
            ArcScore = scores,
            MicroPerUnit = unit,
        };
        return new Instance(file, format, parts.TryBuild(out _)!, warnings) { AltruistsFrom = altruistsFrom };
    }
}
