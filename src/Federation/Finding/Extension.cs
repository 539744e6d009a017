using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>A person who can be added to a path, with the entries that matter for it.</summary>
internal sealed record ExtendedPerson(Did Did, IReadOnlyList<ShelfOffering> Gives, IReadOnlyList<ShelfNeed> Wants);

/// <summary>
/// Continues paths by people of one cabinet: those who need what the paths end in, then those who need what the added ones offer, up to the hop budget. The
/// last one must offer what leads on; anyone before may offer anything. Each person is added once.
/// </summary>
internal static class Extension
{
    public static List<ExtendedPerson> Find(
        IReadOnlyList<ShelfPerson> people,
        HashSet<uint> gives,
        HashSet<uint> leads,
        HashSet<uint> visited,
        int hops
    )
    {
        var found = new List<ExtendedPerson>();
        var open = people.Where(p => !p.Wants.Any(n => n.Marks.Any(visited.Contains))).ToList();
        var (ends, all) = (gives, new HashSet<uint>(gives));
        for (var left = hops; left > 0 && ends.Count > 0; left--)
        {
            var added = new List<ExtendedPerson>();
            open.RemoveAll(person =>
            {
                if (Add(person, ends, leads, isLast: left == 1, isOnly: hops == 1) is not { } extended)
                    return false;
                added.Add(extended);
                return true;
            });
            // Who closes a ring comes first, should not all fit.
            found.AddRange(added.OrderByDescending(p => p.Gives.Any(o => leads.Contains(o.Mark))).ThenBy(p => p.Did));
            ends = [.. added.SelectMany(p => p.Gives).Select(o => o.Mark).Where(all.Add)];
        }
        return found;
    }

    private static ExtendedPerson? Add(ShelfPerson person, HashSet<uint> ends, HashSet<uint> leads, bool isLast, bool isOnly)
    {
        ShelfOffering[] gives = [.. person.Gives.Where(o => !isLast || leads.Contains(o.Mark))];
        if (gives.Length == 0 || !person.Wants.Any(n => n.Marks.Any(ends.Contains)))
            return null;
        // A single step names only what the asker can join; within a longer walk the person's other needs may be met by the people beside them.
        var wants = person.Wants.Where(n => !isOnly || n.Marks.Any(ends.Contains));
        return new(person.Did, gives, [.. wants.Select(n => Shortened(n, ends))]);
    }

    private static ShelfNeed Shortened(ShelfNeed need, HashSet<uint> ends) =>
        need.Accepts.Count <= PartnerNeed.MaxAccepts
            ? need
            : need with
            {
                Accepts =
                [
                    .. need
                        .Accepts.OrderByDescending(a => ends.Contains(CategoryMarks.Of(a)))
                        .ThenBy(a => a, StringComparer.Ordinal)
                        .Take(PartnerNeed.MaxAccepts),
                ],
            };
}
