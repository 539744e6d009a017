using System.Threading.Channels;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// Between the links and the node, a thread that checks the signatures of arriving bundles while the node is still writing the last ones: that is more than
/// half of what a bundle costs. Everything from the links passes here, so that its order stays what it was.
/// </summary>
internal sealed class Foresight : IDisposable
{
    /// <summary>Messages that may wait here; beyond it links drop, for custody brings them again. A window from each of 256 peers fits.</summary>
    public const int MaxWaiting = 1024;

    private readonly Channel<NodeInput> _inputs = Channel.CreateUnbounded<NodeInput>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly Func<NodeInput, CancellationToken, ValueTask> _next;
    private readonly CancellationTokenSource _ending = new();
    private readonly P256 _p256 = new();
    private readonly Thread _thread;
    private int _waiting;

    /// <param name="next">Takes what has passed, in order; waits for room.</param>
    public Foresight(Func<NodeInput, CancellationToken, ValueTask> next)
    {
        _next = next;
        _thread = new Thread(Run) { Name = "foresight", IsBackground = true };
        _thread.Start();
    }

    /// <summary>False when there is no room: a message is then dropped. A change of a link is always taken. From any thread.</summary>
    public bool Post(NodeInput input)
    {
        if (input is not Received)
            return _inputs.Writer.TryWrite(input);
        if (Interlocked.Increment(ref _waiting) <= MaxWaiting && _inputs.Writer.TryWrite(input))
            return true;
        Interlocked.Decrement(ref _waiting);
        return false;
    }

    private void Run()
    {
        try
        {
            while (_inputs.Reader.WaitToReadAsync(_ending.Token).AsTask().GetAwaiter().GetResult())
            while (_inputs.Reader.TryRead(out var input))
                Pass(input);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The cabinet stops; what is dropped here comes again.
        }
    }

    private void Pass(NodeInput input)
    {
        if (input is Received received)
        {
            Interlocked.Decrement(ref _waiting);
            if (received.Kind == TopicKind.Data)
                input = received with { Foreseen = VerifyGate.Foresee(received.Bytes, _p256) };
        }
        var passing = _next(input, _ending.Token);
        if (!passing.IsCompletedSuccessfully)
            passing.AsTask().GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _inputs.Writer.TryComplete();
        _ending.Cancel();
        _thread.Join();
        _p256.Dispose();
        _ending.Dispose();
    }
}
