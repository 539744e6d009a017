namespace EdgeNode.Matching;

/// <summary>What re-checking a plan file found.</summary>
/// <param name="Plan">Whether the rings can all happen together and are worth what the file says.</param>
/// <param name="Bound">Whether the certificate proves the bound.</param>
/// <param name="Reason">What does not hold, or why the bound stays unproved; empty when all holds.</param>
public sealed record PlanFileVerdict(bool Plan, bool Bound, string Reason)
{
    public bool Holds => Plan && Bound;
}

/// <summary>
/// Re-checks a plan file against the graph of its input: arcs exist, nobody is in a ring twice, capacities, lengths, weights,
/// sums and hash; then the certificate of the bound. It asks neither the search nor the optimiser.
/// </summary>
public sealed class PlanFileCheck
{
    private readonly ExchangeGraph _graph;
    private readonly PlanFile _file;
    private readonly Dictionary<int, int> _offeringUses = [];
    private readonly Dictionary<int, int> _needUses = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private PlanFileCheck(ExchangeGraph graph, PlanFile file) => (_graph, _file) = (graph, file);

    /// <summary>Never throws for what a file may say.</summary>
    public static PlanFileVerdict Run(ExchangeGraph graph, PlanFile file)
    {
        var check = new PlanFileCheck(graph, file);
        if (check.PlanFault() is { } fault)
            return new(false, false, fault);
        if (file.Certificate is null)
            return new(true, false, "The plan holds; the file has no certificate of its bound.");
        if (file.Cap is not { } cap)
            return new(true, false, "The plan holds; a certificate of an unbounded plan is not known.");
        var options = PlanOptions.Default with { Cap = cap, ChainLimit = file.Chain, Objective = graph.Objective };
        var verdict = CertificateCheck.Run(graph, options, file.Certificate);
        if (!verdict.Holds)
            return new(true, false, $"The plan holds; its certificate does not: {verdict.Reason}");
        return verdict.BoundMicro == file.BoundMicro
            ? new(true, true, "")
            : new(true, false, $"The certificate proves a bound of {verdict.BoundMicro} micro-points, not {file.BoundMicro}.");
    }

    private string? PlanFault()
    {
        if (_file.InputHash != _graph.InputHash)
            return "The plan was made for another input.";
        var (rings, chains) = (new List<GraphRing>(), new List<GraphRing>());
        foreach (var ring in _file.Rings)
            if (Take(ring, isRing: true, rings) is { } fault)
                return $"Ring {rings.Count + 1}: {fault}";
        foreach (var chain in _file.Chains)
            if (Take(chain, isRing: false, chains) is { } fault)
                return $"Chain {chains.Count + 1}: {fault}";
        var value = rings.Concat(chains).Aggregate((Int128)0, (sum, r) => sum + r.ValueMicro);
        if (value != _file.ValueMicro)
            return $"Rings and chains are worth {value} micro-points together, not {_file.ValueMicro}.";
        if (value > _file.BoundMicro)
            return $"The value is above the bound of {_file.BoundMicro} micro-points.";
        return HashFault(rings, chains);
    }

    private string? HashFault(List<GraphRing> rings, List<GraphRing> chains)
    {
        var plan = new GraphPlan
        {
            Rings = rings,
            Chains = chains,
            ValueMicro = _file.ValueMicro,
            BoundMicro = _file.BoundMicro,
            RootBoundMicro = _file.BoundMicro,
            Columns = 0,
            Work = 0,
            Deterministic = true,
        };
        return SolveReport.HashOf(_graph, plan, _file.Cap, _file.Chain) == _file.PlanHash
            ? null
            : "The plan hash is not the hash of the plan.";
    }

    private string? Take(IReadOnlyList<(string Offering, string Need)> ids, bool isRing, List<GraphRing> into)
    {
        var arcs = new int[ids.Count];
        for (var i = 0; i < arcs.Length; i++)
        {
            var (offering, need) = (_graph.Offerings.IndexOf(ids[i].Offering), _graph.Needs.IndexOf(ids[i].Need));
            arcs[i] = offering < 0 || need < 0 ? -1 : _graph.FindArc(offering, need);
            if (arcs[i] < 0)
                return $"there is no arc from offering {ids[i].Offering} to need {ids[i].Need}.";
        }
        var fault =
            PathFault(arcs, isRing)
            ?? LengthFault(arcs, isRing)
            ?? SightFault(arcs)
            ?? arcs.Select(UseFault).FirstOrDefault(f => f is not null);
        into.Add(new GraphRing(arcs, isRing ? _graph.Weigh(arcs) : _graph.WeighChain(arcs)));
        return fault;
    }

    private string? PathFault(int[] arcs, bool isRing)
    {
        // A plan is a set. The arcs of a ring tell it from all others, wherever it starts.
        if (!_seen.Add(string.Join(' ', arcs.Order())))
            return "it is there twice.";
        var people = new HashSet<int>();
        for (var i = 0; i < arcs.Length; i++)
        {
            if (!people.Add(_graph.GiverOf(arcs[i])))
                return $"resident {_graph.Residents[_graph.GiverOf(arcs[i])]} is in it twice.";
            var next = arcs[(i + 1) % arcs.Length];
            if ((isRing || i + 1 < arcs.Length) && _graph.ReceiverOf(arcs[i]) != _graph.GiverOf(next))
                return $"{_graph.Residents[_graph.ReceiverOf(arcs[i])]} receives and {_graph.Residents[_graph.GiverOf(next)]} gives next.";
        }
        if (isRing)
            return arcs.Length < CycleSearch.MinCap ? "a ring has two residents or more." : null;
        if (_graph.KindOf(_graph.GiverOf(arcs[0])) != ResidentKind.Altruist)
            return "a chain starts with an altruist.";
        return people.Contains(_graph.ReceiverOf(arcs[^1])) ? "a chain ends with someone new." : null;
    }

    private string? LengthFault(int[] arcs, bool isRing)
    {
        var length = arcs.Sum(arc => _graph.LengthOf(_graph.GiverOf(arc)));
        if (!isRing)
            return length > _file.Chain ? $"it has {length} arcs and at most {_file.Chain} are allowed." : null;
        if (arcs.Any(arc => _graph.KindOf(_graph.GiverOf(arc)) == ResidentKind.Altruist))
            return "an altruist is in a ring.";
        return length > (_file.Cap ?? int.MaxValue) ? $"it has {length} residents and at most {_file.Cap} are allowed." : null;
    }

    private string? SightFault(int[] arcs)
    {
        var (homes, seen) = (0UL, ulong.MaxValue);
        foreach (var arc in arcs)
            (homes, seen) = (homes | _graph.HomeBit(_graph.GiverOf(arc)), seen & _graph.SeenBy(arc));
        return (homes & ~seen) != 0 ? "a home node may not see all its items." : null;
    }

    private string? UseFault(int arc)
    {
        var (offering, need) = (_graph.OfferingOf(arc), _graph.NeedOf(arc));
        var given = _offeringUses[offering] = _offeringUses.GetValueOrDefault(offering) + 1;
        var met = _needUses[need] = _needUses.GetValueOrDefault(need) + 1;
        if (given > _graph.OfferingCapacity(offering))
            return $"offering {_graph.Offerings[offering]} is given {given} times.";
        return met > _graph.NeedCapacity(need) ? $"need {_graph.Needs[need]} is met {met} times." : null;
    }
}
