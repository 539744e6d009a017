namespace EdgeNode.Matching;

/// <summary>What a change of a replay was.</summary>
public enum ReplayKind
{
    New,
    Changed,
    Withdrawn,
}

/// <summary>
/// Lets offerings of a market come, change and go by seed. A new offering fits the needs that a random offering of the market fits, and
/// belongs to a resident with the same home node, so that it lies where offerings lie; half of the changes are new ones, a quarter each are
/// changed and withdrawn.
/// </summary>
public sealed class Replay(Rematch rematch, uint seed)
{
    /// <summary>Tries to find an open offering before a change becomes a new one.</summary>
    private const int Tries = 20;

    private readonly MersenneTwister _random = new(seed);
    private readonly List<(int Need, int Score)> _needs = [];
    private readonly Neighbours _neighbours = new(rematch.Live.Graph);

    /// <summary>Makes one change.</summary>
    public ReplayKind Change()
    {
        var kind = _random.Below(4) switch
        {
            0 => ReplayKind.Changed,
            1 => ReplayKind.Withdrawn,
            _ => ReplayKind.New,
        };
        if (kind == ReplayKind.New || OpenOffering() is not { } offering)
        {
            AddNew();
            return ReplayKind.New;
        }
        if (kind == ReplayKind.Withdrawn)
            rematch.Withdraw(offering);
        else
        {
            DrawNeeds(rematch.Live.ResidentOf(offering));
            rematch.Change(offering, _needs, out _);
        }
        return kind;
    }

    private void AddNew()
    {
        var graph = rematch.Live.Graph;
        if (graph.Offerings.Count == 0)
            return;
        var like = _random.Below(graph.Offerings.Count);
        var giver = _neighbours.Of(graph.OfferingResidents[like], _random);
        NeedsLike(like, giver);
        rematch.Add(giver, 1, graph.AcceptOfOffering(like), _needs, out _);
    }

    private int? OpenOffering()
    {
        for (var i = 0; i < Tries && rematch.Live.Offerings > 0; i++)
            if (_random.Below(rematch.Live.Offerings) is var offering && rematch.Live.IsOpen(offering))
                return offering;
        return null;
    }

    private void DrawNeeds(int giver) => NeedsLike(_random.Below(rematch.Live.Graph.Offerings.Count), giver);

    private void NeedsLike(int offering, int giver)
    {
        var graph = rematch.Live.Graph;
        _needs.Clear();
        var owner = graph.OfferingResidents[offering];
        for (var arc = graph.FirstArc(owner); arc < graph.FirstArc(owner + 1); arc++)
            if (graph.OfferingOf(arc) == offering && graph.ReceiverOf(arc) != giver)
                _needs.Add((graph.NeedOf(arc), graph.ArcScores[arc]));
    }
}

/// <summary>Residents by home node.</summary>
internal sealed class Neighbours
{
    private readonly ExchangeGraph _graph;
    private readonly Dictionary<int, int[]> _byHome;

    public Neighbours(ExchangeGraph graph)
    {
        _graph = graph;
        _byHome = Enumerable.Range(0, graph.Residents.Count).GroupBy(graph.HomeOf).ToDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>Someone with the same home node, themselves included.</summary>
    public int Of(int resident, MersenneTwister random)
    {
        var all = _byHome[_graph.HomeOf(resident)];
        return all[random.Below(all.Length)];
    }
}
