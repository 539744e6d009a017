namespace EdgeNode.Matching;

/// <summary>What a resident of a graph is.</summary>
public enum ResidentKind : byte
{
    /// <summary>Gives and receives; counts towards the cap and, under <see cref="PlanObjective.Count"/>, towards the value.</summary>
    Plain,

    /// <summary>Gives without return: starts chains, is in no ring.</summary>
    Altruist,

    /// <summary>
    /// A dummy item of a want list: passes on and is no thing. It counts neither towards the cap nor towards the value, its arcs
    /// need nobody's acceptance, and it is left out of what is printed.
    /// </summary>
    Dummy,
}

/// <summary>
/// Who could give what to whom: arcs from offerings to needs with a score. Rows of arcs lie in flat arrays, a row per giving
/// resident, sorted by offering and need; every index follows the order of ids, so smaller index means smaller id. It is made
/// from a cabinet's <see cref="Market"/> or straight from a file (<see cref="GraphParts"/>).
/// </summary>
/// <remarks>
/// An arc takes 16 bytes, an offering 8, a need 6, a resident 4 to 18. The graph is immutable and holds no object per arc.
/// The objective is part of it: scores and acceptances are those that count, so one formula weighs all rings.
/// </remarks>
public sealed class ExchangeGraph
{
    private readonly int[] _rowStart;
    private readonly int[] _arcOffering;
    private readonly int[] _arcNeed;
    private readonly int[] _arcTo;
    private readonly int[] _arcScore;
    private readonly int[] _offeringResident;
    private readonly int[] _needResident;
    private readonly ushort[]? _offeringCapacity;
    private readonly ushort[]? _needCapacity;
    private readonly ushort[]? _accept;
    private readonly ResidentKind[]? _kind;
    private readonly int[]? _home;
    private readonly bool[]? _waiting;
    private readonly GraphSight? _sight;
    private readonly Lazy<string> _inputHash;

    internal ExchangeGraph(GraphParts parts, GraphRows rows)
    {
        Market = parts.Market;
        Objective = parts.Objective;
        (Residents, Offerings, Needs) = (parts.Residents, parts.Offerings, parts.Needs);
        (_offeringResident, _needResident) = (parts.OfferingResident, parts.NeedResident);
        (_offeringCapacity, _needCapacity) = (parts.OfferingCapacity, parts.NeedCapacity);
        (_rowStart, _arcOffering, _arcNeed, _arcScore) = (rows.Start, rows.Offering, rows.Need, rows.Score);
        _arcTo = new int[rows.Need.Length];
        for (var arc = 0; arc < _arcTo.Length; arc++)
            _arcTo[arc] = _needResident[_arcNeed[arc]];
        (_accept, AcceptBase) = (parts.Accept, parts.Accept is null ? 1 : parts.AcceptBase);
        (_kind, _home, _waiting, _sight) = (parts.Kind, parts.Home, parts.Waiting, parts.Sight);
        MicroPerUnit = parts.MicroPerUnit;
        Dummies = _kind?.Count(k => k == ResidentKind.Dummy) ?? 0;
        Altruists = _kind?.Count(k => k == ResidentKind.Altruist) ?? 0;
        _inputHash = new(() => Market?.InputHash ?? GraphDigest.Of(this), LazyThreadSafetyMode.ExecutionAndPublication);
    }

    /// <summary>The market this graph was built from, positions in its lists being the indices here; null for a file's graph.</summary>
    public Market? Market { get; }

    /// <summary>What scores and acceptances of this graph mean.</summary>
    public PlanObjective Objective { get; }

    /// <summary>Everyone with an offering or a need, by id.</summary>
    public GraphIds Residents { get; }

    /// <summary>The ids of the offerings.</summary>
    public GraphIds Offerings { get; }

    /// <summary>The ids of the needs.</summary>
    public GraphIds Needs { get; }

    /// <summary>Number of arcs.</summary>
    public int Arcs => _arcTo.Length;

    /// <summary>Number of residents that are dummies.</summary>
    public int Dummies { get; }

    /// <summary>Number of residents that are altruists.</summary>
    public int Altruists { get; }

    /// <summary>Most arcs a ring within the cap can have: dummies pass on without counting.</summary>
    public int LongestRing(int cap) => Math.Min(cap + Dummies, Residents.Count);

    /// <summary>Acceptances are parts of this; 1 when everybody accepts everything, 100 where they are percent.</summary>
    public int AcceptBase { get; }

    /// <summary>Whether all offerings have the same chance of acceptance.</summary>
    public bool UniformAccept =>
        _accept is null || !_accept.AsSpan().ContainsAnyExcept(_accept.Length > 0 ? _accept[0] : (ushort)0);

    /// <summary>The market's or file's hash, lower-case hexadecimal: the same whatever the order of records.</summary>
    public string InputHash => _inputHash.Value;

    /// <summary>Micro-points in a unit of <see cref="ArcScores"/>.</summary>
    public long MicroPerUnit { get; }

    /// <summary>First arc of each giver, and one more entry at the end.</summary>
    public ReadOnlySpan<int> RowStarts => _rowStart;

    /// <summary>The offering of each arc.</summary>
    public ReadOnlySpan<int> ArcOfferings => _arcOffering;

    /// <summary>The need of each arc.</summary>
    public ReadOnlySpan<int> ArcNeeds => _arcNeed;

    /// <summary>The receiving resident of each arc.</summary>
    public ReadOnlySpan<int> ArcReceivers => _arcTo;

    /// <summary>The score of each arc in units of <see cref="MicroPerUnit"/>.</summary>
    public ReadOnlySpan<int> ArcScores => _arcScore;

    /// <summary>The giving resident of each offering.</summary>
    public ReadOnlySpan<int> OfferingResidents => _offeringResident;

    /// <summary>The receiving resident of each need.</summary>
    public ReadOnlySpan<int> NeedResidents => _needResident;

    /// <summary>Builds the graph of a market; cost is the number of (accepted category, offering in it) pairs.</summary>
    public static ExchangeGraph Build(Market market, PlanObjective objective = PlanObjective.Expected) =>
        new MarketGraph(market, objective).Build();

    /// <summary>First arc that resident <paramref name="giver"/> gives along; its last is before the next giver's first.</summary>
    public int FirstArc(int giver) => _rowStart[giver];

    /// <summary>The offering of an arc, as an index into <see cref="Offerings"/>.</summary>
    public int OfferingOf(int arc) => _arcOffering[arc];

    /// <summary>The need of an arc, as an index into <see cref="Needs"/>.</summary>
    public int NeedOf(int arc) => _arcNeed[arc];

    /// <summary>The resident who gives along an arc.</summary>
    public int GiverOf(int arc) => _offeringResident[_arcOffering[arc]];

    /// <summary>The resident who receives along an arc.</summary>
    public int ReceiverOf(int arc) => _arcTo[arc];

    /// <summary>The score of an arc in micro-points, before anybody's acceptance.</summary>
    public long ScoreMicroOf(int arc) => _arcScore[arc] * MicroPerUnit;

    /// <summary>How likely the giver of an arc is to accept, in parts of <see cref="AcceptBase"/>.</summary>
    public int AcceptOf(int arc) => _accept is null ? AcceptBase : _accept[_arcOffering[arc]];

    /// <summary>How likely the giver of an offering is to accept, in parts of <see cref="AcceptBase"/>.</summary>
    public int AcceptOfOffering(int offering) => _accept is null ? AcceptBase : _accept[offering];

    /// <summary>In how many rings of a plan an offering may be given.</summary>
    public int OfferingCapacity(int offering) => _offeringCapacity is null ? 1 : _offeringCapacity[offering];

    /// <summary>In how many rings of a plan a need may be met.</summary>
    public int NeedCapacity(int need) => _needCapacity is null ? 1 : _needCapacity[need];

    public ResidentKind KindOf(int resident) => _kind is null ? ResidentKind.Plain : _kind[resident];

    /// <summary>What an arc given by this resident adds to the length of a ring: 0 for a dummy, else 1.</summary>
    public int LengthOf(int resident) => KindOf(resident) == ResidentKind.Dummy ? 0 : 1;

    /// <summary>A number for the resident's home node (in market files: the cabinet).</summary>
    public int HomeOf(int resident) => _home is null ? 0 : _home[resident];

    /// <summary>Whether some item may not be seen by every home node.</summary>
    public bool HasSight => _sight is not null;

    /// <summary>The one bit of a resident's home node; the same bit for all where <see cref="HasSight"/> is false.</summary>
    public ulong HomeBit(int resident) => _sight is null ? 1 : 1UL << _home![resident];

    /// <summary>The home nodes that may see both items of an arc.</summary>
    public ulong SeenBy(int arc) =>
        _sight is null ? ulong.MaxValue : _sight.Offering[_arcOffering[arc]] & _sight.Need[_arcNeed[arc]];

    /// <summary>Whether a resident gave in an earlier ring and did not yet receive.</summary>
    public bool IsWaiting(int resident) => _waiting is not null && _waiting[resident];

    /// <summary>The arc from an offering to a need, or -1.</summary>
    public int FindArc(int offering, int need)
    {
        var giver = _offeringResident[offering];
        var (low, high) = (_rowStart[giver], _rowStart[giver + 1] - 1);
        while (low <= high)
        {
            var middle = low + (high - low) / 2;
            var order = _arcOffering[middle].CompareTo(offering);
            if (order == 0)
                order = _arcNeed[middle].CompareTo(need);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }

    /// <summary>
    /// The weight of a ring in micro-points: the sum of its scores times the chance that all of it accept, floored once. Exact.
    /// </summary>
    public long Weigh(ReadOnlySpan<int> ring)
    {
        Int128 sum = 0;
        foreach (var arc in ring)
            sum += ScoreMicroOf(arc);
        return _accept is null ? (long)sum : ChanceOf(ring).Of(sum);
    }

    /// <summary>
    /// The weight of a chain in micro-points: each arc counts its score times the chance that its giver and all before accept,
    /// floored arc by arc. Exact.
    /// </summary>
    public long WeighChain(ReadOnlySpan<int> chain)
    {
        long sum = 0;
        for (var i = 0; i < chain.Length; i++)
            sum += WeighChainArc(chain, i);
        return sum;
    }

    /// <summary>The weight of a chain or of a ring in micro-points.</summary>
    public long WeightOf(ReadOnlySpan<int> arcs, bool chain) => chain ? WeighChain(arcs) : Weigh(arcs);

    /// <summary>What the arc at <paramref name="at"/> adds to a chain, in micro-points.</summary>
    public long WeighChainArc(ReadOnlySpan<int> chain, int at) =>
        _accept is null ? ScoreMicroOf(chain[at]) : ChanceOf(chain[..(at + 1)]).Of(ScoreMicroOf(chain[at]));

    private Chance ChanceOf(ReadOnlySpan<int> arcs)
    {
        var chance = new Chance(AcceptBase);
        foreach (var arc in arcs)
            if (KindOf(GiverOf(arc)) != ResidentKind.Dummy)
                chance.Add(_accept![_arcOffering[arc]]);
        return chance;
    }
}

/// <summary>Which home nodes may see each offering and each need, as bit masks.</summary>
internal sealed record GraphSight(ulong[] Offering, ulong[] Need);
