using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// Between the links and the node, a thread that checks the signatures of arriving bundles while the node is still writing the last ones: that is more than
/// half of what a bundle costs. Everything from the links passes here, what one peer sends over its link in its order. Peers take turns, and each has its share of what may
/// wait, so that one that floods waits for nobody but itself.
/// </summary>
internal sealed class Foresight : IDisposable
{
    /// <summary>
    /// Bytes of one peer that may wait here (1 MiB): twice what an honest one has under way on a quick link (<see cref="SyncOptions.Window"/>), for after a new contact
    /// it may send that again. Beyond it its messages are dropped; custody brings them again.
    /// </summary>
    public const int MaxBytesOfPeer = 1024 * 1024;

    /// <summary>Bytes of all peers that may wait here (64 MiB). While there are so many only those are taken who have less than <see cref="LeastBytesOfPeer"/>.</summary>
    public const int MaxBytes = 64 * MaxBytesOfPeer;

    /// <summary>What a peer has room for whatever the others do (256 KiB): a window.</summary>
    public const int LeastBytesOfPeer = 256 * 1024;

    /// <summary>A short message counts as so many bytes (1 KiB): it costs more than its length.</summary>
    private const int LeastWeight = 1024;

    private readonly object _gate = new();

    /// <summary>By peer, and apart what came by a relay in its name: whoever sent that, it must not take the peer's own share.</summary>
    private readonly Dictionary<(Did Peer, bool Proven), Share> _shares = [];
    private readonly Queue<(Did Peer, bool Proven)> _turns = [];
    private readonly Func<NodeInput, CancellationToken, ValueTask> _next;
    private readonly CancellationTokenSource _ending = new();
    private readonly P256 _p256 = new();
    private readonly Thread _thread;
    private long _bytes;

    /// <param name="next">Takes what has passed, in order; waits for room.</param>
    public Foresight(Func<NodeInput, CancellationToken, ValueTask> next)
    {
        _next = next;
        _thread = new Thread(Run) { Name = "foresight", IsBackground = true };
        _thread.Start();
    }

    /// <summary>False when the peer's share is full: the message is then dropped. A change of a link is always taken. From any thread.</summary>
    public bool Post(NodeInput input)
    {
        var from = From(input);
        var weight = input is Received received ? Math.Max(received.Bytes.Length, LeastWeight) : 0;
        lock (_gate)
        {
            var share = _shares.GetValueOrDefault(from);
            if (weight > 0 && !HasRoom(share?.Bytes ?? 0, weight))
                return false;
            if (share is null)
            {
                _shares[from] = share = new Share();
                _turns.Enqueue(from);
            }
            share.Inputs.Enqueue((input, weight));
            share.Bytes += weight;
            _bytes += weight;
            Monitor.Pulse(_gate);
        }
        return true;
    }

    private bool HasRoom(int bytes, int weight) =>
        bytes + weight <= (_bytes + weight <= MaxBytes ? MaxBytesOfPeer : LeastBytesOfPeer);

    private static (Did Peer, bool Proven) From(NodeInput input) =>
        input switch
        {
            Received received => (received.Peer, received.Proven),
            LinkUp up => (up.Peer, true),
            LinkDown down => (down.Peer, true),
            Flooded flooded => (flooded.Peer, true),
            _ => throw new InvariantException($"{input.GetType().Name} comes from no link"),
        };

    private void Run()
    {
        try
        {
            while (Take() is { } input)
                Pass(input);
        }
        catch (OperationCanceledException)
        {
            // The cabinet stops; what is dropped here comes again.
        }
    }

    /// <summary>The next input of the peer whose turn it is; null when the cabinet stops.</summary>
    private NodeInput? Take()
    {
        lock (_gate)
        {
            while (_turns.Count == 0 && !_ending.IsCancellationRequested)
                Monitor.Wait(_gate);
            if (_ending.IsCancellationRequested)
                return null;
            var from = _turns.Dequeue();
            var share = _shares[from];
            var (input, weight) = share.Inputs.Dequeue();
            share.Bytes -= weight;
            _bytes -= weight;
            if (share.Inputs.Count > 0)
                _turns.Enqueue(from);
            else
                _shares.Remove(from);
            return input;
        }
    }

    private void Pass(NodeInput input)
    {
        if (input is Received { Kind: TopicKind.Data } received)
            input = received with { Foreseen = VerifyGate.Foresee(received.Bytes, _p256) };
        var passing = _next(input, _ending.Token);
        if (!passing.IsCompletedSuccessfully)
            passing.AsTask().GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ending.Cancel();
            Monitor.Pulse(_gate);
        }
        _thread.Join();
        _p256.Dispose();
        _ending.Dispose();
    }

    /// <summary>What of one peer waits.</summary>
    private sealed class Share
    {
        public Queue<(NodeInput Input, int Weight)> Inputs { get; } = [];
        public int Bytes { get; set; }
    }
}
