using System.Net;
using System.Net.Sockets;

namespace EdgeNode.Appliance.Web;

/// <summary>
/// Counts failed sign-ins per source and per account. Success costs nothing, so a shared kiosk is never slowed. A source that
/// signed in before, and the cabinet itself (loopback), is judged by its own failures alone: strangers cannot lock a steward out.
/// </summary>
public sealed class SignInLimit(TimeProvider clock)
{
    /// <summary>Failed tries allowed in <see cref="Window"/>.</summary>
    public const int Tries = 10;

    /// <summary>How long a failed try counts.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    /// <summary>Most names remembered; the one whose last failure is oldest is forgotten first.</summary>
    public const int MostNames = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> _failures = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>How long this source must wait before its next try at this account; zero when it may try now.</summary>
    public TimeSpan Wait(IPAddress source, string account)
    {
        lock (_lock)
        {
            var ofSource = WaitOf("s:" + Name(source));
            var ofAccount =
                IPAddress.IsLoopback(source) || _known.Contains(Name(source)) ? TimeSpan.Zero : WaitOf("a:" + account);
            return ofSource > ofAccount ? ofSource : ofAccount;
        }
    }

    /// <summary>
    /// Takes a place for one try, or says how long to wait. The try counts as failed from here on, so that a hundred at once are not a hundred
    /// tries; <see cref="Succeeded"/> gives the place back.
    /// </summary>
    public TimeSpan Try(IPAddress source, string account)
    {
        lock (_lock)
        {
            var wait = Wait(source, account);
            if (wait <= TimeSpan.Zero)
            {
                Note("s:" + Name(source));
                Note("a:" + account);
            }

            return wait;
        }
    }

    /// <summary>Notes that the try was right: the source is known from now on (until the node restarts) and starts afresh.</summary>
    public void Succeeded(IPAddress source, string account)
    {
        lock (_lock)
        {
            _failures.Remove("s:" + Name(source));
            TakeBack("a:" + account);
            if (_known.Count < MostNames)
            {
                _known.Add(Name(source));
            }
        }
    }

    // One household's IPv6 privacy addresses are one source: the /64 prefix (RFC 4291).
    private static string Name(IPAddress source)
    {
        if (source.IsIPv4MappedToIPv6)
        {
            source = source.MapToIPv4();
        }

        return source.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(source.GetAddressBytes().AsSpan(0, 8))
            : source.ToString();
    }

    private TimeSpan WaitOf(string name)
    {
        if (!_failures.TryGetValue(name, out var times))
        {
            return TimeSpan.Zero;
        }

        var now = clock.GetUtcNow();
        while (times.TryPeek(out var first) && now - first >= Window)
        {
            times.Dequeue();
        }

        return times.Count < Tries ? TimeSpan.Zero : times.Peek() + Window - now;
    }

    private void Note(string name)
    {
        if (!_failures.TryGetValue(name, out var times))
        {
            MakeRoom();
            _failures[name] = times = new Queue<DateTimeOffset>(Tries);
        }

        if (times.Count == Tries)
        {
            times.Dequeue();
        }

        times.Enqueue(clock.GetUtcNow());
    }

    private void TakeBack(string name)
    {
        if (!_failures.TryGetValue(name, out var times))
        {
            return;
        }

        var kept = times.SkipLast(1).ToList();
        _failures[name] = new Queue<DateTimeOffset>(kept);
        if (kept.Count == 0)
        {
            _failures.Remove(name);
        }
    }

    private void MakeRoom()
    {
        if (_failures.Count >= MostNames)
        {
            _failures.Remove(_failures.MinBy(f => f.Value.Last()).Key);
        }
    }
}
