using System.Collections.Concurrent;
using EdgeNode.Store;
using EdgeNode.Sync;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// How doors reach the node: every write is a command answered after its commit, every read sees the last commit through a read-only connection, and changes
/// that pages show are announced.
/// </summary>
public sealed class NodeDoor(StoreFile file) : IDisposable
{
    /// <summary>Read-only connections kept open.</summary>
    public const int MaxReaders = 8;

    private readonly ConcurrentDictionary<long, TaskCompletionSource<Answer>> _waiting = [];
    private readonly ConcurrentBag<Db> _readers = [];
    private NodeLoop? _loop;
    private long _tickets;
    private bool _disposed;

    /// <summary>A page's reader (a resident's DID, or <see cref="PageChanged.Stewards"/>) has something new to see. Called on the loop's thread.</summary>
    public event Action<string>? PageChanged;

    /// <summary>The loop and the door know each other; this closes the circle at start.</summary>
    public void Attach(NodeLoop loop) => _loop = loop;

    /// <summary>Does the command and answers after its commit. A refusal is an answer, not an exception.</summary>
    public async Task<Answer> Ask(Command command, CancellationToken token)
    {
        var loop = _loop ?? throw new InvalidOperationException("the node is not running");
        var ticket = Interlocked.Increment(ref _tickets);
        var answer = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[ticket] = answer;
        try
        {
            await loop.PostAsync(new Asked(ticket, command), token).ConfigureAwait(false);
            return await answer.Task.WaitAsync(token).ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(ticket, out _);
        }
    }

    /// <summary>Reads from a snapshot of the last commit. <paramref name="read"/> must not keep the connection.</summary>
    public T Read<T>(Func<Db, T> read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var db = _readers.TryTake(out var kept) ? kept : file.OpenReader();
        var failed = true;
        try
        {
            var value = read(db);
            failed = false;
            return value;
        }
        finally
        {
            if (failed || _readers.Count >= MaxReaders)
                db.Dispose();
            else
                _readers.Add(db);
        }
    }

    /// <summary>Hands an answer to whoever waits for it.</summary>
    internal void Tell(Reply reply)
    {
        if (_waiting.TryGetValue(reply.Ticket, out var waiting))
            waiting.TrySetResult(reply.Answer);
    }

    internal void Tell(PageChanged changed) => PageChanged?.Invoke(changed.Reader);

    public void Dispose()
    {
        _disposed = true;
        while (_readers.TryTake(out var db))
            db.Dispose();
    }
}
