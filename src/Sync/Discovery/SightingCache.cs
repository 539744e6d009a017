using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>The bounded set of sightings. Whoever fills it up competes with himself first.</summary>
internal sealed class SightingCache(int capacity)
{
    /// <summary>
    /// Most claims per DID prefix that favour protects: the prefix is public, so a forger can carry it, but cannot pin the
    /// whole cache with it.
    /// </summary>
    private const int FavouredPerPrefix = 4;

    private readonly Dictionary<SightingKey, Sighting> _all = [];
    private readonly Dictionary<IPAddress, int> _perSource = [];
    private readonly HashSet<string> _favourites = new(StringComparer.Ordinal);

    public int Count => _all.Count;

    public IEnumerable<Sighting> All => _all.Values;

    public Sighting? Find(SightingKey key) => _all.GetValueOrDefault(key);

    /// <summary>Replaces the set of favoured DID prefixes and judges what is held anew.</summary>
    public void Favour(IEnumerable<string> didPrefixes)
    {
        _favourites.Clear();
        _favourites.UnionWith(didPrefixes);
        foreach (var sighting in _all.Values)
        {
            sighting.Favoured = false;
        }
        foreach (var sighting in _all.Values)
        {
            Judge(sighting);
        }
    }

    /// <summary>Decides, when its text has become known or changed, whether the sighting is protected.</summary>
    public void Judge(Sighting sighting)
    {
        sighting.Favoured = false;
        if (sighting.Text is { DidPrefix: var prefix } && _favourites.Contains(prefix))
        {
            sighting.Favoured = _all.Values.Count(other => other.Favoured && other.Text?.DidPrefix == prefix) < FavouredPerPrefix;
        }
    }

    /// <summary>
    /// Makes room for one more of this sender: null when there is room, otherwise the sighting to remove first. False when
    /// there is none to be had, because this sender already holds as many as anybody or all others are favoured.
    /// </summary>
    public bool TryMakeRoom(IPAddress source, out Sighting? victim)
    {
        victim = null;
        if (_all.Count < capacity)
        {
            return true;
        }
        var most = _perSource.GetValueOrDefault(source);
        foreach (var sighting in _all.Values)
        {
            var held = sighting.Favoured ? 0 : _perSource[sighting.Key.Source];
            var longerAgo = held == most && victim is not null && sighting.Pointer.HeardAt < victim.Pointer.HeardAt;
            if (held > most || longerAgo)
            {
                (most, victim) = (held, sighting);
            }
        }
        return victim is not null;
    }

    public void Add(Sighting sighting)
    {
        _all.Add(sighting.Key, sighting);
        _perSource[sighting.Key.Source] = _perSource.GetValueOrDefault(sighting.Key.Source) + 1;
    }

    public void Remove(Sighting sighting)
    {
        _all.Remove(sighting.Key);
        var left = _perSource[sighting.Key.Source] - 1;
        if (left == 0)
        {
            _perSource.Remove(sighting.Key.Source);
        }
        else
        {
            _perSource[sighting.Key.Source] = left;
        }
    }
}
