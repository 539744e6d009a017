using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>What makes two claims the same service: everything but where it is.</summary>
internal sealed record ServiceKey(string Instance, string DidPrefix, string Version, int Port, int PairPort);

/// <summary>Puts the sightings of all links and senders together into services, and tells what changed.</summary>
internal sealed class ServiceBoard
{
    /// <summary>Most addresses shown for one service. The first learnt stay, so that a forger's come last.</summary>
    private const int MaxAddresses = 16;

    private readonly Dictionary<ServiceKey, List<Sighting>> _groups = [];
    private readonly Dictionary<ServiceKey, DiscoveredService> _shown = [];
    private readonly List<ServiceKey> _touched = [];

    public IReadOnlyCollection<DiscoveredService> Shown => _shown.Values;

    /// <summary>Notes that the sighting is new or changed.</summary>
    public void Place(Sighting sighting) => Move(sighting, KeyOf(sighting));

    /// <summary>Notes that the sighting is over.</summary>
    public void Remove(Sighting sighting) => Move(sighting, null);

    /// <summary>Tells what became of the services touched since the last call.</summary>
    public void Tell(List<MdnsEffect> effects)
    {
        foreach (var key in _touched)
        {
            var now = Compose(key);
            var before = _shown.GetValueOrDefault(key);
            if (now is null)
            {
                Drop(key, before, effects);
            }
            else if (!now.Equals(before))
            {
                _shown[key] = now;
                effects.Add(before is null ? new ServiceSeen(now) : new ServiceUpdated(now));
            }
        }
        _touched.Clear();
    }

    private void Drop(ServiceKey key, DiscoveredService? before, List<MdnsEffect> effects)
    {
        _groups.Remove(key);
        if (before is not null)
        {
            _shown.Remove(key);
            effects.Add(new ServiceGone(before));
        }
    }

    private void Move(Sighting sighting, ServiceKey? key)
    {
        if (sighting.ShownAs is { } old)
        {
            Touch(old);
            if (!old.Equals(key))
            {
                _groups[old].Remove(sighting);
            }
        }
        if (key is not null)
        {
            Touch(key);
            if (!key.Equals(sighting.ShownAs))
            {
                Group(key).Add(sighting);
            }
        }
        sighting.ShownAs = key;
    }

    private List<Sighting> Group(ServiceKey key)
    {
        if (!_groups.TryGetValue(key, out var group))
        {
            _groups[key] = group = [];
        }
        return group;
    }

    private void Touch(ServiceKey key)
    {
        if (!_touched.Contains(key))
        {
            _touched.Add(key);
        }
    }

    private DiscoveredService? Compose(ServiceKey key)
    {
        if (!_groups.TryGetValue(key, out var group) || group.Count == 0)
        {
            return null;
        }
        IPAddress[] addresses = [.. group.SelectMany(sighting => sighting.Addresses).Distinct().Take(MaxAddresses)];
        var host = group[0].Srv!.Target.ToString();
        return new DiscoveredService(key.Instance, key.DidPrefix, key.Version, key.Port, key.PairPort, host, addresses);
    }

    // A target of "." says that the service is decidedly not there (RFC 2782).
    private static ServiceKey? KeyOf(Sighting sighting) =>
        sighting is { IsComplete: true, Srv: { Port: > 0, Target.IsRoot: false } srv, Text: { } text }
            ? new ServiceKey(sighting.Label, text.DidPrefix, text.Version, srv.Port, text.PairPort)
            : null;
}
