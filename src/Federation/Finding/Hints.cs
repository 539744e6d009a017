using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>
/// Which pairs of need and offering could lie on a ring through this cabinet, by categories alone: those on walks from what is given here back to what is wanted
/// here. Made of what one reader may see, so that a question made of it tells the reader nothing that was not shared with it.
/// </summary>
internal sealed class Hints
{
    private readonly Dictionary<uint, HashSet<uint>> _onward = [];
    private readonly Dictionary<uint, HashSet<uint>> _backward = [];
    private readonly Dictionary<uint, int> _from;
    private readonly Dictionary<uint, int> _to;
    private readonly int _others;

    /// <param name="own">The residents here, as the reader may see them.</param>
    /// <param name="moves">What summaries say, as far as the reader may see what is behind it.</param>
    /// <param name="others">How many people outside a walk may pass.</param>
    public Hints(IReadOnlyList<ShelfPerson> own, IEnumerable<SketchMove> moves, int others)
    {
        _others = others;
        foreach (var move in moves)
            Add(move.Needs, move.Offers);
        foreach (var person in own)
        foreach (var need in person.Wants.SelectMany(n => n.Marks))
        foreach (var offer in person.Gives)
            Add(need, offer.Mark);
        _from = Levels(own.SelectMany(p => p.Gives).Select(o => o.Mark), _onward, others);
        _to = Levels(own.SelectMany(p => p.Wants).SelectMany(n => n.Marks), _backward, others);
    }

    /// <summary>Of a neighbour's moves those on such a walk.</summary>
    public List<SketchMove> Useful(IEnumerable<SketchMove> theirs) =>
        [
            .. theirs.Where(m =>
                _from.TryGetValue(m.Needs, out var before)
                && _to.TryGetValue(m.Offers, out var after)
                && before + 1 + after <= _others
            ),
        ];

    private void Add(uint needs, uint offers)
    {
        if (!_onward.TryGetValue(needs, out var next))
            _onward.Add(needs, next = []);
        if (!_backward.TryGetValue(offers, out var last))
            _backward.Add(offers, last = []);
        next.Add(offers);
        last.Add(needs);
    }

    /// <summary>How many people lie between the start and each mark, at most <paramref name="most"/>.</summary>
    private static Dictionary<uint, int> Levels(IEnumerable<uint> start, Dictionary<uint, HashSet<uint>> steps, int most)
    {
        var levels = new Dictionary<uint, int>();
        foreach (var mark in start)
            levels.TryAdd(mark, 0);
        var ends = levels.Keys.ToList();
        for (var level = 1; level <= most && ends.Count > 0; level++)
            ends = [.. ends.SelectMany(m => steps.GetValueOrDefault(m) ?? []).Where(m => levels.TryAdd(m, level))];
        return levels;
    }
}

/// <summary>
/// The hints for each neighbour from all their summaries. Where entries are shared with everyone, the neighbours may see the same, and one making serves all.
/// </summary>
internal sealed class HintBook(Shelf shelf, IReadOnlyDictionary<Did, IReadOnlyList<SummaryPart>> known, int others)
{
    private readonly Dictionary<string, Hints> _made = new(StringComparer.Ordinal);

    /// <summary>The moves of a neighbour that it is worth being asked for.</summary>
    public List<SketchMove> UsefulAt(Did peer)
    {
        var own = shelf.SeenBy(peer);
        (Did Origin, int Part, SummaryPart Content)[] seen =
        [
            .. from origin in known
            from part in origin.Value.Select((content, i) => (Content: content, Part: i))
            where origin.Key == peer || part.Content.Audience.Contains(peer)
            select (origin.Key, part.Part, part.Content),
        ];
        var key = string.Join(' ', seen.Select(s => $"{s.Origin.Value}/{s.Part}").Order(StringComparer.Ordinal));
        key += " | " + string.Join(' ', own.SelectMany(p => p.Gives.Select(o => o.Id).Concat(p.Wants.Select(n => n.Id))));
        if (!_made.TryGetValue(key, out var hints))
            _made[key] = hints = new Hints(own, seen.SelectMany(s => s.Content.Sketch.Moves), others);
        return hints.Useful(known[peer].SelectMany(p => p.Sketch.Moves));
    }
}
