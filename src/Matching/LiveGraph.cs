using System.Runtime.InteropServices;

namespace EdgeNode.Matching;

/// <summary>
/// A graph to which offerings and arcs come and from which offerings go: the arrays of the graph it began with, a list of what came
/// since, and a mark on what is closed. Indices of the graph stay; what came has indices after them.
/// </summary>
public sealed class LiveGraph
{
    private const int None = -1;

    private readonly ExchangeGraph _graph;
    private readonly int[] _giverStart;
    private readonly int[] _givers;
    private readonly List<NewOffering> _newOfferings = [];
    private readonly List<NewArc> _newArcs = [];
    private readonly Dictionary<int, int> _newArcOfGiver = [];
    private readonly Dictionary<int, int> _newArcOfReceiver = [];
    private readonly List<bool> _closed;

    private readonly record struct NewOffering(int Resident, int Capacity, int Accept);

    private readonly record struct NewArc(int Offering, int Need, int Score, int NextOfGiver, int NextOfReceiver);

    public LiveGraph(ExchangeGraph graph)
    {
        _graph = graph;
        (_giverStart, _givers) = Reversed(graph);
        _closed = [.. new bool[graph.Offerings.Count]];
        foreach (var score in graph.ArcScores)
            HighestMicro = Math.Max(HighestMicro, (double)score * graph.MicroPerUnit);
    }

    /// <summary>What it began with.</summary>
    public ExchangeGraph Graph => _graph;

    public int Residents => _graph.Residents.Count;

    /// <summary>Offerings ever, closed ones included.</summary>
    public int Offerings => _closed.Count;

    /// <summary>Arcs ever.</summary>
    public int Arcs => _graph.Arcs + _newArcs.Count;

    public int OfferingOf(int arc) => arc < _graph.Arcs ? _graph.OfferingOf(arc) : _newArcs[arc - _graph.Arcs].Offering;

    public int NeedOf(int arc) => arc < _graph.Arcs ? _graph.NeedOf(arc) : _newArcs[arc - _graph.Arcs].Need;

    public int ReceiverOf(int arc) => arc < _graph.Arcs ? _graph.ReceiverOf(arc) : _graph.NeedResidents[NeedOf(arc)];

    public int GiverOf(int arc) => ResidentOf(OfferingOf(arc));

    public int ResidentOf(int offering) =>
        offering < _graph.Offerings.Count ? _graph.OfferingResidents[offering] : NewOf(offering).Resident;

    public int CapacityOf(int offering) =>
        offering < _graph.Offerings.Count ? _graph.OfferingCapacity(offering) : NewOf(offering).Capacity;

    public int AcceptOf(int offering) =>
        offering < _graph.Offerings.Count ? _graph.AcceptOfOffering(offering) : NewOf(offering).Accept;

    public long ScoreMicroOf(int arc) =>
        arc < _graph.Arcs ? _graph.ScoreMicroOf(arc) : _newArcs[arc - _graph.Arcs].Score * _graph.MicroPerUnit;

    /// <summary>No arc has a higher score, in micro-points.</summary>
    public double HighestMicro { get; private set; }

    public bool IsOpen(int offering) => !_closed[offering];

    /// <summary>The weight of a ring, as <see cref="ExchangeGraph.Weigh"/> counts it.</summary>
    public long Weigh(ReadOnlySpan<int> ring)
    {
        Int128 sum = 0;
        var chance = new Chance(_graph.AcceptBase);
        foreach (var arc in ring)
        {
            sum += ScoreMicroOf(arc);
            if (_graph.AcceptBase > 1)
                chance.Add(AcceptOf(OfferingOf(arc)));
        }
        return chance.Of(sum);
    }

    internal void Close(int offering) => _closed[offering] = true;

    internal void Open(int offering) => _closed[offering] = false;

    internal int AddOffering(int giver, int capacity, int accept)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)giver, (uint)Residents);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _newOfferings.Add(new(giver, capacity, accept));
        _closed.Add(false);
        return _closed.Count - 1;
    }

    internal void AddArc(int offering, int need, int score)
    {
        var (giver, receiver) = (ResidentOf(offering), _graph.NeedResidents[need]);
        if (giver == receiver)
            throw new ArgumentException("Giver and receiver are two residents.", nameof(need));
        ref var ofGiver = ref First(_newArcOfGiver, giver);
        ref var ofReceiver = ref First(_newArcOfReceiver, receiver);
        _newArcs.Add(new(offering, need, score, ofGiver, ofReceiver));
        ofGiver = ofReceiver = _newArcs.Count - 1;
        HighestMicro = Math.Max(HighestMicro, (double)score * _graph.MicroPerUnit);
    }

    /// <summary>The residents who may give to one, out of the graph's own arcs; closed offerings are not sorted out.</summary>
    internal ReadOnlySpan<int> OldGiversTo(int resident) =>
        _givers.AsSpan(_giverStart[resident], _giverStart[resident + 1] - _giverStart[resident]);

    /// <summary>First of the arcs that came and that a resident gives along; -1: none.</summary>
    internal int NewArcFrom(int resident) => Arc(_newArcOfGiver.GetValueOrDefault(resident, None));

    internal int NewArcTo(int resident) => Arc(_newArcOfReceiver.GetValueOrDefault(resident, None));

    internal int NextFrom(int arc) => Arc(_newArcs[arc - _graph.Arcs].NextOfGiver);

    internal int NextTo(int arc) => Arc(_newArcs[arc - _graph.Arcs].NextOfReceiver);

    private int Arc(int index) => index == None ? None : _graph.Arcs + index;

    private NewOffering NewOf(int offering) => _newOfferings[offering - _graph.Offerings.Count];

    private static ref int First(Dictionary<int, int> heads, int resident)
    {
        ref var head = ref CollectionsMarshal.GetValueRefOrAddDefault(heads, resident, out var known);
        if (!known)
            head = None;
        return ref head;
    }

    private static (int[] Start, int[] Givers) Reversed(ExchangeGraph graph)
    {
        var start = new int[graph.Residents.Count + 1];
        foreach (var to in graph.ArcReceivers)
            start[to + 1]++;
        for (var resident = 0; resident + 1 < start.Length; resident++)
            start[resident + 1] += start[resident];
        var next = start.AsSpan(0, start.Length - 1).ToArray();
        var givers = new int[graph.Arcs];
        for (var giver = 0; giver + 1 < start.Length; giver++)
        for (var arc = graph.FirstArc(giver); arc < graph.FirstArc(giver + 1); arc++)
            givers[next[graph.ReceiverOf(arc)]++] = giver;
        return (start, givers);
    }
}
