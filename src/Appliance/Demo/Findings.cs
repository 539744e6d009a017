namespace EdgeNode.Appliance.Demo;

/// <summary>What must hold of a neighbourhood, asked of what its cabinets show. Each finding is a sentence; none means that all held.</summary>
internal static class Findings
{
    /// <summary>Characters of a ring's id that tell it from others in a sentence.</summary>
    private const int ShortId = 12;

    /// <summary>Everything that must hold of the rings themselves.</summary>
    public static IEnumerable<string> OfRings(RingBook book) =>
        Disagreements(book)
            .Concat(KnownElsewhere(book))
            .Concat(NotRings(book))
            .Concat(TwicePromised(book))
            .Concat(Unfinished(book));

    /// <summary>What was planned must be possible, and what was agreed must not fall short of it.</summary>
    public static IEnumerable<string> OfTrade(PlannedSummary planned, int traded, int least)
    {
        if (planned.Value > planned.Bound)
            yield return $"The plan's value {planned.Value} is above its own bound {planned.Bound}.";
        if (traded < least)
            yield return $"{traded} items were traded; {least} should have been.";
    }

    /// <summary>Cabinets that see the same entries count the same of each home node.</summary>
    /// <param name="shown">Per cabinet: its name and how many entries it shows of each node.</param>
    public static IEnumerable<string> OfEntries(IReadOnlyList<(string Name, Dictionary<string, int> Counts)> shown)
    {
        foreach (var other in shown.Skip(1))
        {
            var (first, second) = (shown[0].Counts, other.Counts);
            foreach (var node in first.Keys.Union(second.Keys).Order(StringComparer.Ordinal))
            {
                var (a, b) = (first.GetValueOrDefault(node), second.GetValueOrDefault(node));
                if (a != b)
                    yield return $"{shown[0].Name} shows {a} entries of {node} and {other.Name} shows {b}.";
            }
        }
    }

    /// <summary>A cabinet outside the audience must have learned nothing.</summary>
    public static IEnumerable<string> OfOutsider(string name, int entries, int rings)
    {
        if (entries > 0)
            yield return $"{name} shows {entries} entries though none was shared with it.";
        if (rings > 0)
            yield return $"{name} knows {rings} rings though it is in none.";
    }

    private static IEnumerable<string> Disagreements(RingBook book)
    {
        foreach (var ring in book.Rings)
        {
            if (ring.Somewhere("COMMITTED", "COMPLETED") && ring.Somewhere("ABORTED"))
                yield return $"Ring {Id(ring)} is {States(ring)}: committed at one cabinet and aborted at another.";
            if (ring.Shown.Any(s => !SameEdges(s.Ring, ring.Shown[0].Ring)))
                yield return $"Ring {Id(ring)} has other edges at {string.Join(" than at ", ring.Shown.Select(s => s.Cabinet.Name))}.";
        }
    }

    private static IEnumerable<string> KnownElsewhere(RingBook book) =>
        from ring in book.Rings
        from shown in ring.Shown
        where !ring.Homes.Contains(shown.Cabinet.Did)
        select $"{shown.Cabinet.Name} knows ring {Id(ring)} though nobody of the ring lives there.";

    private static IEnumerable<string> NotRings(RingBook book) =>
        from ring in book.Rings
        where ring.Somewhere("COMMITTED", "COMPLETED") && !IsClosed(ring.Edges)
        select $"Ring {Id(ring)} was committed and is not one closed ring: {string.Join(", ", ring.Edges.Select(e => $"{e.From} to {e.To}"))}.";

    private static IEnumerable<string> TwicePromised(RingBook book) =>
        from ring in book.Rings
        where ring.Somewhere("COMMITTED", "COMPLETED")
        from edge in ring.Edges
        group ring by (edge.From, edge.What) into item
        where item.Count() > 1
        select $"\"{item.Key.What}\" of {item.Key.From} is promised in {item.Count()} committed rings: {string.Join(", ", item.Select(Id))}.";

    private static IEnumerable<string> Unfinished(RingBook book) =>
        from ring in book.Rings
        where !ring.IsCompleted && !ring.IsAborted
        select $"Ring {Id(ring)} did not come to its end: {States(ring)}.";

    /// <summary>Everybody gives once, and each who gets is the next who gives.</summary>
    private static bool IsClosed(IReadOnlyList<EdgeShown> edges) =>
        edges.Count >= 2
        && edges.Select(e => e.From).Distinct(StringComparer.Ordinal).Count() == edges.Count
        && edges.Select((e, i) => e.To == edges[(i + 1) % edges.Count].From).All(follows => follows);

    private static bool SameEdges(StewardRingShown a, StewardRingShown b) =>
        a.Edges.Select(e => (e.Edge, e.From, e.To)).Order().SequenceEqual(b.Edges.Select(e => (e.Edge, e.From, e.To)).Order());

    private static string States(RingStory ring)
    {
        var shown = ring.Shown.Select(s => $"{s.Ring.State} at {s.Cabinet.Name}");
        var missing = ring.Homes.Except(ring.Shown.Select(s => s.Cabinet.Did)).Select(did => $"unknown at {did}");
        return string.Join(", ", shown.Concat(missing));
    }

    private static string Id(RingStory ring) => ring.ChainId.Length <= ShortId ? ring.ChainId : ring.ChainId[..ShortId];
}
