using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace EdgeNode.Appliance.Web;

/// <summary>Someone signed in at one door. Lives in memory only; a restart asks for the card again.</summary>
/// <param name="card">The opened card with its key; null for a steward.</param>
public sealed class Session(string id, OpenedCard? card, DateTimeOffset now)
{
    private long _lastUsed = now.UtcTicks;

    /// <summary>The cookie's value: 128 random bits.</summary>
    public string Id { get; } = id;

    /// <summary>The opened card; null for a steward.</summary>
    public OpenedCard? Card { get; } = card;

    /// <summary>When a person last did something here; pages that refresh themselves do not count.</summary>
    public DateTimeOffset LastUsed => new(Interlocked.Read(ref _lastUsed), TimeSpan.Zero);

    private (string Kind, Pages.EntryRow Entry)? _undo;

    /// <summary>Keeps what was just withdrawn, so that the next page can offer to bring it back.</summary>
    public void KeepUndo(string kind, Pages.EntryRow entry) => _undo = (kind, entry);

    /// <summary>What was withdrawn a moment ago; asked once.</summary>
    public Pages.EntryRow? TakeUndo(string kind)
    {
        var undo = _undo is { } kept && kept.Kind == kind ? kept.Entry : null;
        _undo = undo is null ? _undo : null;
        return undo;
    }

    internal void Use(DateTimeOffset now) => Interlocked.Exchange(ref _lastUsed, now.UtcTicks);
}

/// <summary>The sessions of one door. Ending one wipes the key it held.</summary>
public sealed class Sessions(TimeProvider clock) : IDisposable
{
    /// <summary>A session ends when nobody used it for this long.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(15);

    /// <summary>Most sessions at once; the longest idle one ends when another begins.</summary>
    public const int Most = 4096;

    private readonly ConcurrentDictionary<string, Session> _byId = new(StringComparer.Ordinal);

    /// <summary>How many people are signed in.</summary>
    public int Count => _byId.Count;

    /// <summary>Begins a session with a fresh id (never one a browser brought along).</summary>
    public Session Begin(OpenedCard? card)
    {
        EndIdle();
        while (_byId.Count >= Most)
        {
            End(_byId.Values.MinBy(s => s.LastUsed)!.Id);
        }

        var session = new Session(NewId(), card, clock.GetUtcNow());
        _byId[session.Id] = session;
        return session;
    }

    /// <summary>The session with this id if it is still alive.</summary>
    /// <param name="use">True when a person acts, which keeps the session alive.</param>
    public Session? Find(string? id, bool use)
    {
        if (id is null || !_byId.TryGetValue(id, out var session))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        if (now - session.LastUsed >= Idle)
        {
            End(id);
            return null;
        }

        if (use)
        {
            session.Use(now);
        }

        return session;
    }

    /// <summary>Ends a session and wipes its key.</summary>
    public void End(string id)
    {
        if (_byId.TryRemove(id, out var session))
        {
            session.Card?.Key.Dispose();
        }
    }

    /// <summary>Ends what nobody used for <see cref="Idle"/>. Called by a periodic timer, so that keys do not stay in memory.</summary>
    public void EndIdle()
    {
        var now = clock.GetUtcNow();
        foreach (var session in _byId.Values)
        {
            if (now - session.LastUsed >= Idle)
            {
                End(session.Id);
            }
        }
    }

    /// <summary>Ends them all.</summary>
    public void Dispose()
    {
        foreach (var id in _byId.Keys)
        {
            End(id);
        }
    }

    internal static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
