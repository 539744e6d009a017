using System.Diagnostics;
using System.Threading.Channels;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;
using Microsoft.Data.Sqlite;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// Runs one node: a thread that gathers inputs into batches (group commit), steps, and hands the effects out after the commit. When the disk refuses,
/// everyone who asked is told, nothing is lost, and the loop goes on with a node made anew from what is on disk.
/// </summary>
public sealed class NodeLoop : IAsyncDisposable
{
    /// <summary>Inputs that may wait; beyond it links drop (custody brings it again) and doors wait.</summary>
    public const int MaxWaiting = 8192;

    /// <summary>Inputs in one transaction, at most.</summary>
    public const int MaxBatch = 256;

    private readonly Channel<NodeInput> _inputs = Channel.CreateBounded<NodeInput>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait }
    );
    private readonly Func<Node> _make;
    private readonly Action<Effect> _perform;
    private readonly Action<string> _log;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private Task<bool>? _wait;
    private volatile HashSet<Did> _inContact = [];
    private Node _node;

    /// <param name="make">Opens the database and makes the node; called again after a failure of the disk.</param>
    /// <param name="perform">Carries out one effect; called after the commit, on the loop's thread; must not wait.</param>
    /// <param name="log">A sentence for the steward's log.</param>
    public NodeLoop(Func<Node> make, Action<Effect> perform, Action<string> log)
    {
        (_make, _perform, _log) = (make, perform, log);
        _node = make();
        _thread = new Thread(Run) { Name = "node", IsBackground = true };
    }

    /// <summary>Ends when the loop has ended; fails when a promise of ours did not hold.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Inputs handled and steps committed since the start, for the health page.</summary>
    public long Inputs { get; private set; }
    public long Steps { get; private set; }

    /// <summary>Whether a peer is in contact on a live link, as of the last step. From any thread.</summary>
    public bool IsInContact(Did peer) => _inContact.Contains(peer);

    public void Start()
    {
        Post(new Started());
        _thread.Start();
    }

    /// <summary>False when there is no room: a message may then be dropped, for custody brings it again.</summary>
    public bool Post(NodeInput input) => _inputs.Writer.TryWrite(input);

    /// <summary>Waits for room.</summary>
    public ValueTask PostAsync(NodeInput input, CancellationToken token) => _inputs.Writer.WriteAsync(input, token);

    private static Moment Now => new(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private void Run()
    {
        try
        {
            while (WaitForWork())
                StepOnce(Gather());
            _ended.TrySetResult();
        }
        catch (Exception e)
        {
            // Fail-stop: a broken promise ends the process; what is on disk is whole.
            _ended.TrySetException(e);
        }
    }

    /// <summary>Until there is an input or the node's next wake-up; false when the loop is to end.</summary>
    private bool WaitForWork()
    {
        if (_inputs.Reader.Completion.IsCompleted)
            return false;
        if (_inputs.Reader.TryPeek(out _))
            return true;
        // One wait is kept over wake-ups: each would leave a waiter behind in the channel.
        var waiting = _wait ??= _inputs.Reader.WaitToReadAsync().AsTask();
        try
        {
            var wait = _node.NextDue() is { } due ? due - Now : Timeout.InfiniteTimeSpan;
            if (wait != Timeout.InfiniteTimeSpan)
                wait = TimeSpan.FromMilliseconds(Math.Clamp(wait.TotalMilliseconds, 0, 60_000));
            if (!waiting.Wait(wait))
                return true;
            _wait = null;
            return waiting.GetAwaiter().GetResult();
        }
        catch (SqliteException e)
        {
            Rebuild(e);
            return true;
        }
    }

    private NodeInput[] Gather()
    {
        var batch = new List<NodeInput>();
        while (batch.Count < MaxBatch && _inputs.Reader.TryRead(out var input))
            batch.Add(input);
        if (batch.Count == 0)
            batch.Add(new TimerDue());
        return [.. batch];
    }

    private void StepOnce(NodeInput[] batch)
    {
        IReadOnlyList<Effect> effects;
        try
        {
            effects = _node.Step(batch, Now);
        }
        catch (SqliteException e)
        {
            Refuse(batch, e);
            Rebuild(e);
            return;
        }
        Inputs += batch.Length;
        Steps++;
        if (!_inContact.SetEquals(_node.InContact))
            _inContact = [.. _node.InContact];
        foreach (var effect in effects)
            _perform(effect);
    }

    /// <summary>Nothing of this batch is on disk: everyone who waits for an answer is told so.</summary>
    private void Refuse(NodeInput[] batch, SqliteException e)
    {
        var full = e.SqliteErrorCode == 13;
        var answer = full
            ? Answer.Refused("store.full", "The cabinet's disk is full. Nothing was changed; please tell a steward.")
            : Answer.Refused(
                "store.failed",
                "The cabinet could not write this down. Nothing was changed; please tell a steward."
            );
        foreach (var asked in batch.OfType<Asked>())
            _perform(new Reply(asked.Ticket, answer));
    }

    private void Rebuild(SqliteException fault)
    {
        _log($"The database refused ({fault.SqliteErrorCode}: {fault.Message}). Nothing was changed; trying again.");
        _node.Dispose();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                _node = _make();
                Post(new Started());
                return;
            }
            catch (StoreException e) when (e.Code is "store.full" or "store.busy" && clock.Elapsed < TimeSpan.FromHours(1))
            {
                // Retried: a full disk is freed by people; readers go on meanwhile. The wait ends early when the loop is to end.
                if (_inputs.Reader.Completion.Wait(TimeSpan.FromSeconds(2)))
                    throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _inputs.Writer.TryComplete();
        if (_thread.IsAlive)
            await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _node.Dispose();
    }
}
