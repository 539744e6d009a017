using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>Full replication: everything that is to be known is here already.</summary>
public sealed class ReplicaSearch(Did me) : IPartnerSearch
{
    public FindingMode Mode => FindingMode.Replicate;

    public Gathered Begin(Turn turn)
    {
        var (market, refusal) = Snapshot(turn.Db, me);
        return new(market, refusal);
    }

    public Gathered Due(Turn turn) => Gathered.Later;

    public Moment? NextDue() => null;

    /// <summary>This node has asked nobody.</summary>
    public Verdict Apply(Turn turn, Statement statement) => Verdict.Accepted;

    public PlannedItem? Offering(Turn turn, string name, IReadOnlyDictionary<string, int> pledged) =>
        Items.FindOffering(turn.Db, name) is { Active: true } o && o.Capacity > pledged.GetValueOrDefault(name)
            ? new(o.Id, o.Version)
            : null;

    public PlannedItem? Need(Turn turn, string name, IReadOnlyDictionary<string, int> pledged) =>
        Items.FindNeed(turn.Db, name) is { Active: true } n && n.Capacity > pledged.GetValueOrDefault(name)
            ? new(n.Id, n.Version)
            : null;

    public PlannedPerson? Person(Turn turn, string name) =>
        Identities.Find(turn.Db, new Did(name)) is { } known ? new(known.Did, known.Home, known.Head) : null;

    /// <summary>The free entries that are here; those of a neighbour whose peering has ended stay out, for no ring could be agreed with it.</summary>
    public static (Market? Market, MarketRefusal? Refusal) Snapshot(Db db, Did me)
    {
        var homes = PeerBook.Enrolled(db).Select(p => p.Did).Append(me).ToHashSet();
        return Items.Snapshot(db, Exchange.Pledged(db), homes);
    }
}
