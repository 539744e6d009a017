namespace EdgeNode.Matching;

/// <summary>Links want lists once all items are known: who owns what, which wants are usable, and what each costs.</summary>
internal sealed class WantListLinker(WantListOptions options, HashSet<string>? official)
{
    /// <summary>Ranks are cut here: the square still fits 64 bits.</summary>
    private const long MaxRank = 1_000_000_000;

    private readonly Dictionary<string, RawList> _owners = new(StringComparer.Ordinal);
    private int _repeated,
        _own,
        _sameUser,
        _unknown,
        _absent,
        _second,
        _unlisted;

    public (IReadOnlyList<WantEntry> Entries, WantListIgnored Ignored) Link(IReadOnlyList<RawList> lists)
    {
        RawList[] accepted = [.. lists.Where(Accept)];
        WantEntry[] entries = [.. accepted.Select(list => new WantEntry(list.Line, KeyOf(list), list.User, Usable(list)))];
        return (entries, new(_repeated, _own, _sameUser, _unknown, _absent, _second, _unlisted));
    }

    private static string KeyOf(RawList list) => Key(list.Item, list.User);

    private static string Key(string item, string? user) => item[0] == '%' ? $"{item} {user}" : item;

    private bool Accept(RawList list)
    {
        if (official is not null && list.Item[0] != '%' && !official.Contains(list.Item))
        {
            _unlisted++;
            return false;
        }
        if (_owners.TryAdd(KeyOf(list), list))
            return true;
        _second++;
        return false;
    }

    private List<Want> Usable(RawList list)
    {
        var wants = new List<Want>();
        var named = new HashSet<string>(StringComparer.Ordinal);
        long rank = 1;
        foreach (var raw in list.Wants)
        {
            if (raw.IsBigStep)
            {
                rank = Math.Min(MaxRank, rank + options.BigStep);
                continue;
            }
            rank = raw.Rank ?? rank;
            var key = Key(raw.Item, list.User);
            if (!TakesPlace(list, key, named))
                continue;
            if (_owners.ContainsKey(key))
                wants.Add(new Want(key, Cost(rank)));
            rank = Math.Min(MaxRank, rank + options.SmallStep);
        }
        return wants;
    }

    /// <summary>Whether a wanted item takes a place in the order: usable ones do, and official ones nobody offers.</summary>
    private bool TakesPlace(RawList list, string key, HashSet<string> named)
    {
        if (!_owners.TryGetValue(key, out var owner))
        {
            var known = official?.Contains(key) == true;
            (known ? ref _absent : ref _unknown)++;
            return known;
        }
        if (key == KeyOf(list))
            _own++;
        else if (named.Contains(key))
            _repeated++;
        else if (key[0] != '%' && list.User is not null && list.User == owner.User)
            _sameUser++;
        else
            return named.Add(key);
        return false;
    }

    private long Cost(long rank) =>
        options.Priorities switch
        {
            WantPriorities.Linear or WantPriorities.Explicit => rank,
            WantPriorities.Triangle => rank * (rank + 1) / 2,
            WantPriorities.Square => rank * rank,
            _ => 1,
        };
}
