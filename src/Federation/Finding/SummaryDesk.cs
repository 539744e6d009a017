using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>
/// Tells the neighbours in contact what this cabinet's residents could pass on, by marks and counts and without names, when it has changed and not too often.
/// A neighbour's summary counts only what is shared with that neighbour. What was told is remembered for this run only: told twice changes nothing.
/// </summary>
public sealed class SummaryDesk(ChainSpeaker speaker, Entropy entropy, FindingOptions options, Func<Did, bool> inContact)
{
    private readonly Dictionary<Did, string> _told = [];
    private bool _changed = true;
    private Moment? _looked;

    /// <summary>Entries or rings may have changed.</summary>
    public void Changed() => _changed = true;

    /// <summary>A neighbour is in contact; who was away when others were told is told now.</summary>
    public void Met(Did peer) => _changed |= !_told.ContainsKey(peer);

    /// <summary>The neighbour may have lost what it was told.</summary>
    public void Forget(Did peer)
    {
        _told.Remove(peer);
        _changed = true;
    }

    public void Due(Turn turn)
    {
        if (options.Mode != FindingMode.Gossip || NextDue() is not { } due || (due > turn.Now && _looked <= turn.Now))
            return;
        if (_looked is { } last && (turn.Now - last >= options.SummaryAgain || last > turn.Now))
            _told.Clear();
        (_changed, _looked) = (false, turn.Now);
        Tell(turn);
    }

    public Moment? NextDue()
    {
        if (options.Mode != FindingMode.Gossip)
            return null;
        if (_looked is not { } last)
            return new Moment(0);
        return last + (_changed ? options.SummaryEvery : options.SummaryAgain);
    }

    private void Tell(Turn turn)
    {
        var shelf = Shelf.Read(turn.Db, speaker.Me);
        var parts = SummaryParts.Of(shelf);
        var peers = PeerBook.Enrolled(turn.Db).Select(p => p.Did).ToArray();
        foreach (var away in peers.Where(p => !inContact(p)))
            _told.Remove(away);
        var alike = peers
            .Where(inContact)
            .Select(p => (Peer: p, Parts: SummaryParts.SeenBy(parts, p)))
            .GroupBy(x => Hash(x.Parts))
            .OrderBy(g => g.Key, StringComparer.Ordinal);
        foreach (var group in alike)
        {
            Did[] untold = [.. group.Select(x => x.Peer).Where(p => _told.GetValueOrDefault(p) != group.Key).Order()];
            // A statement names a bounded number of nodes.
            foreach (var some in untold.Chunk(Statement.MaxAudience))
                Tell(turn, some, group.First().Parts);
            foreach (var peer in untold)
                _told[peer] = group.Key;
        }
    }

    private void Tell(Turn turn, Did[] peers, List<PartnerSummaryBody> parts)
    {
        var id = entropy.Hex(16);
        string[] audience = [.. peers.Select(p => p.Value)];
        foreach (var part in parts)
        {
            var body = part with { Summary = id };
            speaker.Say(turn, Kinds.PartnerSummary, WireJson.Write(body, WireJson.Default.PartnerSummaryBody), audience);
        }
    }

    private static string Hash(List<PartnerSummaryBody> parts) =>
        Sha.Hex([.. parts.SelectMany(p => WireJson.Write(p, WireJson.Default.PartnerSummaryBody))]);
}

/// <summary>One part while it is being filled.</summary>
internal sealed class SummarySection
{
    private readonly Dictionary<uint, (int Offered, int Needed)> _categories = [];
    private readonly HashSet<SketchMove> _moves = [];

    /// <summary>False when another move with two new categories would not fit.</summary>
    public bool HasRoom => PartnerSketch.SizeOf(_categories.Count + 2, _moves.Count + 1) <= PartnerSummaryBody.MaxSketch;

    public void Move(uint needs, uint offers)
    {
        _categories.TryAdd(needs, default);
        _categories.TryAdd(offers, default);
        _moves.Add(new(needs, offers));
    }

    /// <summary>False when no move of this part touches the category.</summary>
    public bool Count(uint mark, int offered, int needed)
    {
        if (!_categories.TryGetValue(mark, out var c))
            return false;
        _categories[mark] = (c.Offered + offered, c.Needed + needed);
        return true;
    }

    public PartnerSummaryBody ToBody(Did[] audience)
    {
        var table = _categories.Select(c => new SketchCategory(c.Key, Most(c.Value.Offered), Most(c.Value.Needed)));
        var (categories, moves) = new PartnerSketch([.. table], [.. _moves]).Pack();
        return new("", 0, 1, true, [.. audience.Select(d => d.Value)], categories, moves);
    }

    private static ushort Most(int units) => (ushort)Math.Min(units, ushort.MaxValue);
}

/// <summary>People whose entries are shared with the same nodes are counted together, in as many parts as it takes, but one more than a summary has at most.</summary>
internal sealed class SummaryGroup(Did[] audience)
{
    private readonly List<SummarySection> _sections = [new()];

    public IEnumerable<(Did[] Audience, PartnerSummaryBody Body)> Parts => _sections.Select(s => (audience, s.ToBody(audience)));

    public void Add(ShelfPerson person)
    {
        foreach (var need in person.Wants)
        foreach (var offer in person.Gives.Where(o => SummaryParts.Both(need.Audience, o.Audience).SequenceEqual(audience)))
        foreach (var mark in need.Marks)
            Move(mark, offer.Mark);
        foreach (var offer in person.Gives.Where(o => !audience.Except(o.Audience).Any()))
            _ = _sections.Any(s => s.Count(offer.Mark, offer.Free, 0));
        foreach (var need in person.Wants.Where(n => !audience.Except(n.Audience).Any()))
        foreach (var mark in need.Marks)
            _ = _sections.Any(s => s.Count(mark, 0, need.Free));
    }

    private void Move(uint needs, uint offers)
    {
        if (!_sections[^1].HasRoom && _sections.Count <= PartnerSummaryBody.MaxParts)
            _sections.Add(new());
        // What is beyond the last part is said by its being too many: then the summary is not whole.
        if (_sections[^1].HasRoom)
            _sections[^1].Move(needs, offers);
    }
}

/// <summary>Makes the parts of a summary.</summary>
internal static class SummaryParts
{
    /// <summary>All parts, for whoever may see them.</summary>
    public static List<(Did[] Audience, PartnerSummaryBody Body)> Of(Shelf shelf)
    {
        var groups = new SortedDictionary<string, SummaryGroup>(StringComparer.Ordinal);
        foreach (var person in shelf.People)
        foreach (var audience in Audiences(person))
        {
            var key = string.Join(' ', audience.Select(d => d.Value));
            if (!groups.TryGetValue(key, out var group))
                groups.Add(key, group = new SummaryGroup(audience));
            group.Add(person);
        }
        return [.. groups.Values.SelectMany(g => g.Parts)];
    }

    /// <summary>What one neighbour is told, numbered; one empty part when there is nothing.</summary>
    public static List<PartnerSummaryBody> SeenBy(List<(Did[] Audience, PartnerSummaryBody Body)> parts, Did peer)
    {
        var seen = parts.Where(p => p.Audience.Contains(peer)).Select(p => p.Body).ToList();
        if (seen.Count == 0)
            return [new("", 0, 1, true, [peer.Value], "", "")];
        var kept = Math.Min(seen.Count, PartnerSummaryBody.MaxParts);
        var whole = kept == seen.Count;
        return [.. seen.Take(kept).Select((part, i) => part with { Part = i, Parts = kept, Whole = whole })];
    }

    public static Did[] Both(IReadOnlyList<Did> a, IReadOnlyList<Did> b) => [.. a.Where(b.Contains).Order()];

    /// <summary>The groups of nodes that see a need and an offering of this person together.</summary>
    private static IEnumerable<Did[]> Audiences(ShelfPerson person) =>
        person
            .Wants.SelectMany(n => person.Gives.Select(o => Both(n.Audience, o.Audience)))
            .Where(a => a.Length > 0)
            .DistinctBy(a => string.Join(' ', a.Select(d => d.Value)));
}
