using System.Diagnostics;
using System.Threading.Channels;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;
using Microsoft.Data.Sqlite;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// Runs one node: a thread that gathers inputs into batches (group commit), steps, and hands the effects out after the commit. When the disk refuses,
/// everyone who asked is told, nothing is lost, and the loop goes on with a node made anew from what is on disk as soon as it can be written again.
/// </summary>
public sealed class NodeLoop : IAsyncDisposable
{
    /// <summary>Inputs that may wait; beyond it links drop (custody brings it again) and doors wait.</summary>
    public const int MaxWaiting = 8192;

    /// <summary>Inputs in one transaction, at most; so many messages from links wait here, so that stewards and residents never wait behind more.</summary>
    public const int MaxBatch = 256;

    /// <summary>
    /// No further input joins a batch that has so many bytes from links (192 KiB: three full bundles). With a whole window in one transaction the sender would wait
    /// for its receipts and then we for its next bundles, in turn; so one works while the other does.
    /// </summary>
    public const int MaxBatchBytes = 192 * 1024;

    /// <summary>
    /// From a commit to the next that has inputs, at least, unless a whole batch waits or a receipt for which a full window waits: what comes within it is one
    /// commit, which writes each page once. The first input after a quiet time is taken at once.
    /// </summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    /// <summary>Between two tries to write to a disk that refused (2 s), and between two lines about it in the log (1 min).</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    private static readonly Answer Full = Answer.Refused(
        "store.full",
        "The cabinet's disk is full. Nothing was changed; please tell a steward."
    );
    private static readonly Answer Failed = Answer.Refused(
        "store.failed",
        "The cabinet could not write this down. Nothing was changed; please tell a steward."
    );

    private readonly Channel<NodeInput> _inputs = Channel.CreateBounded<NodeInput>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait }
    );
    private readonly SemaphoreSlim _roomForLinks = new(MaxBatch);
    private readonly Func<Node> _make;
    private readonly Action<Effect> _perform;
    private readonly Action<string> _log;
    private readonly Func<DiskMeasured?> _makeRoom;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private Task<bool>? _wait;
    private volatile HashSet<Did> _inContact = [];
    private readonly WorldFacts _world = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Null while the disk refuses.</summary>
    private Node? _node;
    private Answer _refusal = Failed;
    private bool _failing;
    private TimeSpan _reviveAt;
    private TimeSpan _lastTry = -Pause;
    private TimeSpan _told = -TellEvery;
    private TimeSpan _stepped = -Breath;

    /// <summary>Set when the breath is to end before its time: enough waits, or the loop is to end.</summary>
    private readonly ManualResetEventSlim _enough = new();

    /// <summary>Bytes from links that wait.</summary>
    private long _waiting;
    private volatile bool _ending;

    /// <summary>After the last step a backlog was held by a window; see <see cref="Node.AwaitsReceipts"/>.</summary>
    private volatile bool _awaitsReceipts;

    /// <param name="make">Opens the database and makes the node; called again after a failure of the disk.</param>
    /// <param name="perform">Carries out one effect; called after the commit, on the loop's thread; must not wait.</param>
    /// <param name="log">A sentence for the steward's log.</param>
    /// <param name="makeRoom">Called when the disk is full: gives up what is kept for that, and says what is free then; null when it can do nothing.</param>
    public NodeLoop(Func<Node> make, Action<Effect> perform, Action<string> log, Func<DiskMeasured?>? makeRoom = null)
    {
        (_make, _perform, _log, _makeRoom) = (make, perform, log, makeRoom ?? (() => null));
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
    public bool Post(NodeInput input)
    {
        if (input is Received && !_roomForLinks.Wait(0))
            return false;
        if (!_inputs.Writer.TryWrite(input))
        {
            if (input is Received)
                _roomForLinks.Release();
            return false;
        }
        Weigh(input);
        return true;
    }

    /// <summary>Waits for room.</summary>
    public async ValueTask PostAsync(NodeInput input, CancellationToken token)
    {
        if (input is Received)
            await _roomForLinks.WaitAsync(token).ConfigureAwait(false);
        await _inputs.Writer.WriteAsync(input, token).ConfigureAwait(false);
        Weigh(input);
    }

    private void Weigh(NodeInput input)
    {
        if (input is not Received received)
            return;
        var waiting = Interlocked.Add(ref _waiting, received.Bytes.Length);
        if (waiting >= MaxBatchBytes || (received.Kind == TopicKind.Receipt && _awaitsReceipts))
            _enough.Set();
    }

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
        if (!waiting.Wait(UntilDue()))
            return true;
        _wait = null;
        return waiting.GetAwaiter().GetResult();
    }

    private TimeSpan UntilDue()
    {
        TimeSpan? wait = null;
        try
        {
            if (_node?.NextDue() is { } due)
                wait = due - Now;
        }
        catch (SqliteException e)
        {
            Fail(e);
        }
        if (_node is null)
            wait = _reviveAt - _clock.Elapsed;
        return wait is { } w ? TimeSpan.FromMilliseconds(Math.Clamp(w.TotalMilliseconds, 0, 60_000)) : Timeout.InfiniteTimeSpan;
    }

    private NodeInput[] Gather()
    {
        var breath = _stepped + Breath - _clock.Elapsed;
        if (breath > TimeSpan.Zero && _inputs.Reader.Count is > 0 and < MaxBatch)
            _enough.Wait(breath);
        var batch = new List<NodeInput>();
        var (bytes, messages) = (0, 0);
        while (batch.Count < MaxBatch && bytes < MaxBatchBytes && _inputs.Reader.TryRead(out var input))
        {
            batch.Add(input);
            if (input is not Received received)
                continue;
            bytes += received.Bytes.Length;
            messages++;
        }
        if (messages > 0)
            _roomForLinks.Release(messages);
        if (!_ending)
            _enough.Reset();
        if (Interlocked.Add(ref _waiting, -bytes) >= MaxBatchBytes)
            _enough.Set();
        if (batch.Count == 0)
            batch.Add(new TimerDue());
        return [.. batch];
    }

    /// <summary>One batch, or its refusal while the disk refuses. Everyone who asked is answered either way.</summary>
    private void StepOnce(NodeInput[] batch)
    {
        foreach (var input in batch)
            _world.Note(input);
        if (_node is null && !Revive())
        {
            Refuse(batch);
            return;
        }
        Inputs += batch.Length;
        if (!TryStep(batch))
            Refuse(batch);
        _stepped = _clock.Elapsed;
    }

    private bool TryStep(NodeInput[] batch)
    {
        IReadOnlyList<Effect> effects;
        try
        {
            effects = _node!.Step(batch, Now);
        }
        catch (SqliteException e)
        {
            Fail(e);
            return false;
        }
        Steps++;
        _awaitsReceipts = _node.AwaitsReceipts;
        if (_failing && batch.Any(input => input is Asked))
        {
            _failing = false;
            _log("The database takes writes again.");
        }
        if (!_inContact.SetEquals(_node.InContact))
            _inContact = [.. _node.InContact];
        foreach (var effect in effects)
            _perform(effect);
        return true;
    }

    /// <summary>Nothing of this batch is on disk: everyone who waits for an answer is told so.</summary>
    private void Refuse(NodeInput[] batch)
    {
        foreach (var asked in batch.OfType<Asked>())
            _perform(new Reply(asked.Ticket, _refusal));
    }

    /// <summary>The node in memory may know more than the disk: it goes, and one is made of what is on disk when writing may work again.</summary>
    private void Fail(SqliteException e)
    {
        var full = StoreFile.IsFull(e);
        (_refusal, _failing, _inContact) = (full ? Full : Failed, true, []);
        if (_clock.Elapsed - _told > TellEvery)
        {
            _told = _clock.Elapsed;
            _log(
                full
                    ? "The disk is full. Nothing is lost, pages still read; free some space and writing goes on by itself."
                    : $"The database refused ({e.SqliteErrorCode}: {e.Message}). Nothing was changed; trying again."
            );
        }
        _node?.Dispose();
        _node = null;
        _reviveAt = _lastTry + Pause;
        // With the ballast given up the node that is made anew knows at once that it must keep nothing new.
        if (full && _makeRoom() is { } room)
            _world.Note(room);
    }

    /// <summary>Makes the node anew and tells it what it must know of the world; false when the disk still refuses or it is not time yet.</summary>
    private bool Revive()
    {
        if (_clock.Elapsed < _reviveAt)
            return false;
        _lastTry = _clock.Elapsed;
        try
        {
            _node = _make();
            if (TryStep([new Started(), .. _world.Facts()]))
                return true;
        }
        catch (SqliteException e)
        {
            Fail(e);
        }
        catch (StoreException e) when (e.InnerException is SqliteException cause && e.Code != "store.corrupt")
        {
            Fail(cause);
        }
        // On a large database the check at the opening takes its time: never more than a tenth of ours.
        _reviveAt = _clock.Elapsed + Max(Pause, 9 * (_clock.Elapsed - _lastTry));
        return false;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    public async ValueTask DisposeAsync()
    {
        _inputs.Writer.TryComplete();
        _ending = true;
        _enough.Set();
        if (_thread.IsAlive)
            await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _node?.Dispose();
        _enough.Dispose();
        _roomForLinks.Dispose();
    }

    /// <summary>
    /// What the shell says once and a node made anew has to hear again: who is seen on the network, whose link stands, what room the disk has. Bounded by
    /// discovery's cache and the number of peers.
    /// </summary>
    private sealed class WorldFacts
    {
        private readonly Dictionary<(string, string, int, int), Seen> _seen = [];
        private readonly Dictionary<Did, LinkUp> _links = [];
        private DiskMeasured? _disk;

        public void Note(NodeInput input)
        {
            switch (input)
            {
                case Seen s:
                    _seen[(s.Instance, s.Did13, s.Port, s.PairPort)] = s;
                    break;
                case Gone g:
                    _seen.Remove((g.Instance, g.Did13, g.Port, g.PairPort));
                    break;
                case LinkUp up:
                    _links[up.Peer] = up;
                    break;
                case LinkDown down:
                    _links.Remove(down.Peer);
                    break;
                case DiskMeasured disk:
                    _disk = disk;
                    break;
                default:
                    break;
            }
        }

        public IEnumerable<NodeInput> Facts() =>
            [.. _disk is null ? [] : new NodeInput[] { _disk }, .. _seen.Values, .. _links.Values];
    }
}
