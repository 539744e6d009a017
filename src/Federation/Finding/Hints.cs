using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>
/// Which pairs of need and offering at one neighbour could lie on a ring through this cabinet, by categories alone. Only what that neighbour may see goes into
/// it, so a question made of it tells the neighbour nothing that was not shared with it.
/// </summary>
internal sealed class Hints
{
    private readonly Dictionary<uint, HashSet<uint>> _onward = [];
    private readonly Dictionary<uint, HashSet<uint>> _backward = [];
    private readonly HashSet<SketchMove> _theirs = [];

    /// <param name="peer">Whom a question would go to.</param>
    /// <param name="own">The residents here, as <paramref name="peer"/> may see them.</param>
    /// <param name="known">What every neighbour's summary says.</param>
    public Hints(Did peer, IReadOnlyList<ShelfPerson> own, IReadOnlyDictionary<Did, IReadOnlyList<SummaryPart>> known)
    {
        foreach (var (origin, parts) in known)
        foreach (var part in parts.Where(p => origin == peer || p.Audience.Contains(peer)))
        foreach (var move in part.Sketch.Moves)
        {
            Add(move);
            if (origin == peer)
                _theirs.Add(move);
        }
        foreach (var person in own)
        foreach (var need in person.Wants.SelectMany(n => n.Marks))
        foreach (var offer in person.Gives)
            Add(new(need, offer.Mark));
    }

    /// <summary>The neighbour's moves on category walks from what is offered here to what is wanted here, over at most <paramref name="others"/> other people.</summary>
    public List<SketchMove> Useful(IReadOnlyList<ShelfPerson> own, int others)
    {
        var from = Levels(own.SelectMany(p => p.Gives).Select(o => o.Mark), _onward, others);
        var to = Levels(own.SelectMany(p => p.Wants).SelectMany(n => n.Marks), _backward, others);
        return
        [
            .. _theirs.Where(m =>
                from.TryGetValue(m.Needs, out var before)
                && to.TryGetValue(m.Offers, out var after)
                && before + 1 + after <= others
            ),
        ];
    }

    private void Add(SketchMove move)
    {
        if (!_onward.TryGetValue(move.Needs, out var offers))
            _onward.Add(move.Needs, offers = []);
        if (!_backward.TryGetValue(move.Offers, out var needs))
            _backward.Add(move.Offers, needs = []);
        offers.Add(move.Offers);
        needs.Add(move.Needs);
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
