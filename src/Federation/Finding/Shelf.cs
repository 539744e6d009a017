using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>An offering with units to give away, and the other nodes that may see it.</summary>
internal sealed record ShelfOffering(string Id, int Version, string Category, int Free, IReadOnlyList<Did> Audience)
{
    public uint Mark { get; } = CategoryMarks.Of(Category);
}

/// <summary>A need that is still open, and the other nodes that may see it.</summary>
internal sealed record ShelfNeed(string Id, int Version, IReadOnlyList<string> Accepts, int Free, IReadOnlyList<Did> Audience)
{
    public IReadOnlyList<uint> Marks { get; } = [.. Accepts.Select(CategoryMarks.Of)];
}

/// <summary>A resident with what they give and want.</summary>
internal sealed record ShelfPerson(Did Did, IReadOnlyList<ShelfOffering> Gives, IReadOnlyList<ShelfNeed> Wants)
{
    /// <summary>As a neighbour may see them; null when nobody could pass anything on through them there.</summary>
    public ShelfPerson? SeenBy(Did peer)
    {
        var seen = new ShelfPerson(
            Did,
            [.. Gives.Where(o => o.Audience.Contains(peer))],
            [.. Wants.Where(n => n.Audience.Contains(peer))]
        );
        return seen.Gives.Count > 0 && seen.Wants.Count > 0 ? seen : null;
    }
}

/// <summary>
/// The residents of this cabinet who could be in a ring with others: what they share and have free, by DID. What is only here is not in it, so no question,
/// answer or summary can speak of it.
/// </summary>
internal sealed class Shelf
{
    internal Shelf(IReadOnlyList<ShelfPerson> people) => People = people;

    public IReadOnlyList<ShelfPerson> People { get; }

    public static Shelf Read(Db db, Did me)
    {
        var pledged = Exchange.Pledged(db);
        var gives = Items
            .OfferingsAt(db, me)
            .Where(o => o is { StatementId: not null, Audience.Count: > 0 })
            .Select(o =>
                (
                    o.Participant,
                    Item: new ShelfOffering(o.Id, o.Version, o.Category, Free(o.Id, o.Capacity, o.Consumed), o.Audience)
                )
            )
            .Where(o => o.Item.Free > 0)
            .ToLookup(o => o.Participant, o => o.Item);
        var wants = Items
            .NeedsAt(db, me)
            .Where(n => n is { StatementId: not null, Audience.Count: > 0 })
            .Select(n =>
                (n.Participant, Item: new ShelfNeed(n.Id, n.Version, n.Accepts, Free(n.Id, n.Capacity, n.Consumed), n.Audience))
            )
            .Where(n => n.Item.Free > 0)
            .ToLookup(n => n.Participant, n => n.Item);
        var people = gives.Select(g => g.Key).Where(wants.Contains).Order();
        return new Shelf([.. people.Select(did => new ShelfPerson(did, [.. gives[did]], [.. wants[did]]))]);

        int Free(string id, int capacity, int consumed) => capacity - Math.Max(consumed, pledged.GetValueOrDefault(id));
    }

    public List<ShelfPerson> SeenBy(Did peer) => [.. People.Select(p => p.SeenBy(peer)).OfType<ShelfPerson>()];
}
