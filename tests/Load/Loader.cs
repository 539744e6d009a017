using System.Diagnostics;
using System.Globalization;
using EdgeNode.Appliance;
using EdgeNode.Appliance.Io;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Load;

/// <summary>Peers two cabinets and fills the outbox of the left one.</summary>
public static class Loader
{
    /// <summary>Statements in one commit, the same as the node loop takes of its inputs.</summary>
    private const int Batch = 256;

    /// <summary>
    /// Returns the seconds that queueing took, durable commits included and signing not; both nodes are closed then. <paramref name="queued"/> is told after
    /// each commit how many there are.
    /// </summary>
    public static double Fill(
        LoadedCabinet left,
        LoadedCabinet right,
        MessageKind kind,
        int count,
        int size,
        int keys,
        Action<int>? queued = null
    )
    {
        using var messages = Agree(left, right, kind, size, keys);
        return Queue(left, right.Identity.Did, messages.Make(count, Batch), queued ?? (_ => { }));
    }

    /// <summary>The two are peers, the right one knows who will sign the messages, and both nodes are closed; nothing is signed or queued yet.</summary>
    public static Messages Agree(LoadedCabinet left, LoadedCabinet right, MessageKind kind, int size, int keys)
    {
        Peering.Agree(left, right);
        left.CloseNode();
        right.CloseNode();
        var messages = new Messages(kind, keys, size, right.Identity.Did, LoadedCabinet.Now);
        using (var db = right.OpenWriter())
            messages.Introduce(db);
        return messages;
    }

    /// <summary>
    /// Queues in one commit at a cabinet whose program does not run; what is in its log then moves home. Returns the bytes written by it.
    /// </summary>
    public static long QueueWindow(string folder, Did receiver, Statement[] window)
    {
        var before = BytesWritten();
        using (var held = DataFolder.Open(folder))
        using (var db = held.Store.OpenWriter(Node.Modules))
        using (var key = NodeKey.Create(SystemEntropy.Instance))
        {
            db.Begin();
            Enqueue(
                OutboxOf(key, Did.FromGenesis(SystemEntropy.Instance.Bytes(32))),
                new Turn(db, LoadedCabinet.Now),
                receiver,
                window
            );
            db.Commit();
        }
        return BytesWritten() - before;
    }

    /// <summary>
    /// As the node does it, in commits of a batch, each of which was signed before its time counts. The first ones are rehearsed: the program that ships is
    /// compiled ahead of time, this one while it runs.
    /// </summary>
    private static double Queue(LoadedCabinet left, Did receiver, IEnumerable<Statement[]> batches, Action<int> queued)
    {
        const int Rehearsed = 2;
        using var db = left.OpenWriter();
        using var key = NodeKey.Create(SystemEntropy.Instance);
        var outbox = OutboxOf(key, left.Identity.Did);
        var clock = new Stopwatch();
        var count = 0;
        foreach (var batch in batches)
        {
            if (count < Rehearsed * Batch)
                Rehearse(db, OutboxOf(key, left.Identity.Did), receiver, batch);
            clock.Start();
            db.Begin();
            Enqueue(outbox, new Turn(db, LoadedCabinet.Now), receiver, batch);
            db.Commit();
            clock.Stop();
            queued(count += batch.Length);
        }
        return clock.Elapsed.TotalSeconds;
    }

    private static void Rehearse(Db db, Outbox outbox, Did receiver, Statement[] batch)
    {
        db.Begin();
        Enqueue(outbox, new Turn(db, LoadedCabinet.Now), receiver, batch);
        db.Rollback();
    }

    /// <summary>It only queues, so its signer signs nothing.</summary>
    private static Outbox OutboxOf(NodeKey key, Did did) =>
        new(new Signer(did, key, 0, () => 0), SyncOptions.Default, new Lanes());

    /// <summary>What this process has caused to be written to storage (proc(5), /proc/PID/io).</summary>
    private static long BytesWritten() =>
        File.ReadLines("/proc/self/io")
            .Where(line => line.StartsWith("write_bytes:", StringComparison.Ordinal))
            .Select(line => long.Parse(line["write_bytes:".Length..], CultureInfo.InvariantCulture))
            .Single();

    private static void Enqueue(Outbox outbox, Turn turn, Did receiver, Statement[] batch)
    {
        foreach (var message in batch)
            if (outbox.Enqueue(turn, receiver, message) != Enqueued.Queued)
                throw new InvalidOperationException($"The outbox did not take {message.Id}.");
    }
}
