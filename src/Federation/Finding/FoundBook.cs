using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>
/// What neighbours answered in one search. Each is believed for its own residents and entries only: names are bound to the home node, so that nobody can push
/// aside what another neighbour says.
/// </summary>
internal sealed class FoundBook(Did me, int peoplePerPeer)
{
    private sealed class Found(Did did, string head)
    {
        public Did Did => did;
        public string Head => head;
        public SortedDictionary<string, ShelfOffering> Gives { get; } = new(StringComparer.Ordinal);
        public SortedDictionary<string, ShelfNeed> Wants { get; } = new(StringComparer.Ordinal);
    }

    private readonly SortedDictionary<Did, SortedDictionary<Did, Found>> _byHome = [];
    private readonly Dictionary<(Did Home, string Id), Did> _owners = [];

    public int Count => _byHome.Values.Sum(p => p.Count);

    /// <summary>Takes what is sound; the rest is the answering neighbour's loss.</summary>
    public void Take(Db db, Did home, PartnerAnswerBody body)
    {
        if (!Array.TrueForAll(body.Nodes, n => Did.TryParse(n, out _)))
            return;
        var nodes = body.Nodes.Select(n => new Did(n)).ToArray();
        if (!_byHome.TryGetValue(home, out var people))
            _byHome.Add(home, people = []);
        foreach (var person in body.People.Where(p => IsSound(db, home, p)))
        {
            var did = new Did(person.Person);
            if (!people.TryGetValue(did, out var found))
            {
                if (people.Count >= peoplePerPeer)
                    return;
                people.Add(did, found = new Found(did, person.Head));
            }
            Take(db, home, found, person, nodes);
        }
    }

    /// <summary>Marks of what found people give that <paramref name="peer"/> may see; its own people were continued by itself already.</summary>
    public IEnumerable<uint> EndsFor(Did peer) =>
        _byHome
            .Where(h => h.Key != peer)
            .SelectMany(h => h.Value.Values)
            .SelectMany(p => p.Gives.Values)
            .Where(o => o.Audience.Contains(peer))
            .Select(o => o.Mark);

    public IEnumerable<uint> GivenBy(Did home) =>
        _byHome.TryGetValue(home, out var people) ? people.Values.SelectMany(p => p.Gives.Values).Select(o => o.Mark) : [];

    /// <summary>The replica with what was found; where both know an entry, what was just answered counts.</summary>
    public (Market? Market, MarketRefusal? Refusal) Join(Db db, Market replica, IReadOnlyDictionary<string, int> pledged)
    {
        var offerings = Offerings(db).Select(o => o with { Capacity = Math.Min(o.Capacity, Market.MaxCapacity) - Pledged(o.Id) });
        var needs = Needs(db).Select(n => n with { Capacity = Math.Min(n.Capacity, Market.MaxCapacity) - Pledged(n.Id) });
        var (free, wanted) = (offerings.Where(o => o.Capacity > 0).ToList(), needs.Where(n => n.Capacity > 0).ToList());
        var rest = replica.Without([.. Offerings(db).Select(o => o.Id), .. Needs(db).Select(n => n.Id)]);
        Market.TryCreate(rest.Offerings.Concat(free), rest.Needs.Concat(wanted), rest.Waiting, out var market, out var refusal);
        return (market, refusal);

        // Units in rings known here that the neighbour did not know of when it answered; those it did know of are left out twice for a search.
        int Pledged(string name) => pledged.GetValueOrDefault(Plain(name));
    }

    public PlannedItem? Offering(string name) =>
        Split(name) is var (id, home) && All(home).FirstOrDefault(p => p.Gives.ContainsKey(id)) is { } person
            ? new(id, person.Gives[id].Version)
            : null;

    public PlannedItem? Need(string name) =>
        Split(name) is var (id, home) && All(home).FirstOrDefault(p => p.Wants.ContainsKey(id)) is { } person
            ? new(id, person.Wants[id].Version)
            : null;

    public PlannedPerson? Person(string name) =>
        Split(name) is var (did, home) && _byHome.GetValueOrDefault(home)?.GetValueOrDefault(new Did(did)) is { } person
            ? new(person.Did, home, person.Head)
            : null;

    private IEnumerable<Found> All(Did home) => _byHome.GetValueOrDefault(home)?.Values.AsEnumerable() ?? [];

    private IEnumerable<MarketOffering> Offerings(Db db) =>
        from home in _byHome
        from person in home.Value.Values
        from o in person.Gives.Values
        select new MarketOffering(
            Name(Items.FindOffering(db, o.Id) is not null, o.Id, home.Key),
            Name(Identities.Find(db, person.Did) is not null, person.Did.Value, home.Key),
            home.Key.Value,
            o.Category,
            o.Free,
            [.. o.Audience.Select(d => d.Value)]
        );

    private IEnumerable<MarketNeed> Needs(Db db) =>
        from home in _byHome
        from person in home.Value.Values
        from n in person.Wants.Values
        select new MarketNeed(
            Name(Items.FindNeed(db, n.Id) is not null, n.Id, home.Key),
            Name(Identities.Find(db, person.Did) is not null, person.Did.Value, home.Key),
            home.Key.Value,
            [.. n.Accepts],
            n.Free,
            [.. n.Audience.Select(d => d.Value)]
        );

    /// <summary>What is known here keeps its name; what is not is bound to the neighbour that speaks of it.</summary>
    private static string Name(bool isKnown, string id, Did home) => isKnown ? id : $"{id}@{home.Value}";

    private static string Plain(string name) => name.IndexOf('@') is var at and >= 0 ? name[..at] : name;

    private static (string Id, Did Home)? Split(string name) =>
        name.IndexOf('@') is var at and >= 0 ? (name[..at], new Did(name[(at + 1)..])) : null;

    /// <summary>A person of the answering node, as far as can be known: not one of ours, nor of another home.</summary>
    private bool IsSound(Db db, Did home, PartnerPerson person) =>
        Did.TryParse(person.Person, out var did)
        && Sha.IsHex(person.Head)
        && (Identities.Find(db, did) is not { } known || (known.Home == home && known.Head == person.Head && home != me))
        && person.Gives.Length <= Items.MaxPerResident
        && person.Wants.Length <= Items.MaxPerResident;

    private void Take(Db db, Did home, Found found, PartnerPerson person, Did[] nodes)
    {
        foreach (var o in person.Gives)
        {
            var known = Items.FindOffering(db, o.Id);
            var fits = known is null
                ? Items.FindNeed(db, o.Id) is null
                : known.HomeNode == home && known.Participant == found.Did && known.Active;
            fits &= IsSound(o.Id, o.Version, o.Free, o.Audience, nodes) && Listings.IsCategory(o.Category);
            if (fits && !found.Wants.ContainsKey(o.Id) && IsOwner(home, o.Id, found.Did))
                found.Gives[o.Id] = new(o.Id, o.Version, o.Category, o.Free, [.. o.Audience.Select(i => nodes[i])]);
        }
        foreach (var n in person.Wants)
        {
            var known = Items.FindNeed(db, n.Id);
            var fits = known is null
                ? Items.FindOffering(db, n.Id) is null
                : known.HomeNode == home && known.Participant == found.Did && known.Active;
            if (
                fits
                && IsSound(n.Id, n.Version, n.Free, n.Audience, nodes)
                && n.Accepts.Length is > 0 and <= PartnerNeed.MaxAccepts
                && Array.TrueForAll(n.Accepts, Listings.IsCategory)
                && !found.Gives.ContainsKey(n.Id)
                && IsOwner(home, n.Id, found.Did)
            )
                found.Wants[n.Id] = new(n.Id, n.Version, n.Accepts, n.Free, [.. n.Audience.Select(i => nodes[i])]);
        }
    }

    /// <summary>One entry has one owner; the first that is named stays.</summary>
    private bool IsOwner(Did home, string id, Did person) => _owners.TryAdd((home, id), person) || _owners[(home, id)] == person;

    private static bool IsSound(string id, int version, int free, int[] audience, Did[] nodes) =>
        Guid.TryParseExact(id, "D", out _)
        && version is > 0 and < 1_000_000
        && free is > 0 and <= Market.MaxCapacity
        && audience.Length <= Statement.MaxAudience
        && Array.TrueForAll(audience, i => i >= 0 && i < nodes.Length);
}
