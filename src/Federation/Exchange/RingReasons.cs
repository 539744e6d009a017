using EdgeNode.Matching;
using EdgeNode.Matching.Words;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>A shared offer that would meet the same need, and why it is not the one in the ring.</summary>
public sealed record OtherOffer(FoundEntry Entry, WhyNot Reason);

/// <summary>
/// Why a ring, for one of its people: what fits what, and why not another offer. Computed from what this cabinet knows now, when somebody asks; it names only
/// what was shared.
/// </summary>
/// <param name="GivesCategory">The category of what the person gives, which the next one's need accepts.</param>
/// <param name="GetsCategory">The category of what the person gets.</param>
/// <param name="Need">The person's own need that is met; null when it is not here any more.</param>
/// <param name="IsProvedBest">The plan that the ring comes from was proved to be the best there was; null when another cabinet planned it.</param>
/// <param name="Cap">Longest ring that is looked for.</param>
/// <param name="Others">Other shared offers for the same need, newest first.</param>
/// <param name="More">There are more of them.</param>
public sealed record RingReasons(
    int People,
    string GivesCategory,
    string GetsCategory,
    string? Need,
    bool? IsProvedBest,
    int Cap,
    IReadOnlyList<OtherOffer> Others,
    bool More
)
{
    /// <summary>Other offers that are told of.</summary>
    public const int MostOthers = 5;

    private const string OpenStates = "('SEEN', 'VALIDATED', 'CONSENTED', 'YES', 'COMMITTED')";

    /// <summary>Null when the person is not in the ring.</summary>
    public static RingReasons? For(Db db, Did me, string chainId, Did person, int cap)
    {
        var edges = EdgesOf(db, chainId);
        var gives = edges.Find(e => e.Giver == person.Value);
        var gets = edges.Find(e => e.Receiver == person.Value);
        if (gives is null || gets is null)
            return null;
        var need = Items.FindNeed(db, gets.NeedId);
        var homes = PeerBook.Enrolled(db).Select(p => p.Did).Append(me).ToHashSet();
        var fitting = need is null ? [] : EntryFinder.OfferingsIn(db, need.Accepts, homes, MostOthers + 2);
        fitting.RemoveAll(o => o.Id == gets.OfferingId || o.Participant == person);
        return new RingReasons(
            edges.Count,
            Items.FindOffering(db, gives.OfferingId)?.Category ?? "",
            Items.FindOffering(db, gets.OfferingId)?.Category ?? "",
            need?.Title,
            WasProved(db, chainId),
            cap,
            [.. WhyNot(db, homes, cap, [.. fitting.Take(MostOthers)])],
            fitting.Count > MostOthers
        );
    }

    private static bool? WasProved(Db db, string chainId) =>
        db.One(
            "SELECT p.optimal FROM chain c JOIN plan p ON p.plan_hash = c.plan_hash WHERE c.chain_id = $1 AND p.optimal IS NOT NULL ORDER BY p.plan_id LIMIT 1",
            r => (bool?)r.Flag(0),
            chainId
        );

    /// <summary>Asks the planner's own graph, with the rings that are under way now as the plan.</summary>
    private static IEnumerable<OtherOffer> WhyNot(Db db, HashSet<Did> homes, int cap, List<FoundEntry> others)
    {
        if (others.Count == 0)
            return [];
        if (Items.Snapshot(db, new Dictionary<string, int>(), homes).Market is not { } market)
            return [];
        var graph = ExchangeGraph.Build(market);
        var explain = new Explain(graph, RingsUnderWay(db, graph), cap);
        return others
            .Select(o => (Entry: o, Index: graph.Offerings.IndexOf(o.Id)))
            .Where(o => o.Index >= 0)
            .Select(o => new OtherOffer(o.Entry, explain.WhyNotGiven(o.Index).Reason));
    }

    private static List<GraphRing> RingsUnderWay(Db db, ExchangeGraph graph)
    {
        var chains = db.All($"SELECT chain_id FROM chain WHERE state IN {OpenStates} ORDER BY chain_id", r => r.Text(0));
        var rings = new List<GraphRing>();
        foreach (var chain in chains)
        {
            var arcs = EdgesOf(db, chain).Select(e => ArcOf(graph, e)).ToArray();
            // A ring whose promises are partly kept, or whose items changed, no longer stands in anybody's way as a whole.
            if (arcs.Length > 0 && Array.TrueForAll(arcs, a => a >= 0))
                rings.Add(new GraphRing(arcs, graph.Weigh(arcs)));
        }

        return rings;
    }

    private static int ArcOf(ExchangeGraph graph, Edge e)
    {
        var (offering, need) = (graph.Offerings.IndexOf(e.OfferingId), graph.Needs.IndexOf(e.NeedId));
        return offering < 0 || need < 0 ? -1 : graph.FindArc(offering, need);
    }

    private static List<Edge> EdgesOf(Db db, string chainId) =>
        db.All(
            "SELECT giver, receiver, offering_id, need_id FROM chain_edge WHERE chain_id = $1 ORDER BY edge",
            r => new Edge(r.Text(0), r.Text(1), r.Text(2), r.Text(3)),
            chainId
        );

    private sealed record Edge(string Giver, string Receiver, string OfferingId, string NeedId);
}
