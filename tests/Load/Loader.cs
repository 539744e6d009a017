using System.Diagnostics;
using EdgeNode.Sync;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Load;

/// <summary>Peers two cabinets and fills the outbox of the left one.</summary>
public static class Loader
{
    /// <summary>Statements in one commit, the same as the node loop takes of its inputs.</summary>
    private const int Batch = 256;

    /// <summary>Returns the seconds that queueing took, durable commits included; both nodes are closed then.</summary>
    public static double Fill(LoadedCabinet left, LoadedCabinet right, MessageKind kind, int count, int size, int keys)
    {
        Peering.Agree(left, right);
        left.CloseNode();
        right.CloseNode();
        using var messages = new Messages(kind, keys, size, right.Identity.Did, LoadedCabinet.Now);
        using (var db = right.OpenWriter())
            messages.Introduce(db);
        return Queue(left, right.Identity.Did, messages.Make(count));
    }

    /// <summary>
    /// As the node does it, in commits of a batch. The first ones are taken back and done again: the program that ships is compiled ahead of time, this one while it
    /// runs.
    /// </summary>
    private static double Queue(LoadedCabinet left, Did receiver, Statement[] messages)
    {
        using var db = left.OpenWriter();
        using var key = NodeKey.Create(SystemEntropy.Instance);
        var signer = new Signer(left.Identity.Did, key, 0, () => 0);
        foreach (var batch in messages.Chunk(Batch).Take(2))
        {
            db.Begin();
            Enqueue(new Outbox(signer, SyncOptions.Default, new Lanes()), new Turn(db, LoadedCabinet.Now), receiver, batch);
            db.Rollback();
        }
        var outbox = new Outbox(signer, SyncOptions.Default, new Lanes());
        var clock = Stopwatch.StartNew();
        foreach (var batch in messages.Chunk(Batch))
        {
            db.Begin();
            Enqueue(outbox, new Turn(db, LoadedCabinet.Now), receiver, batch);
            db.Commit();
        }
        return clock.Elapsed.TotalSeconds;
    }

    private static void Enqueue(Outbox outbox, Turn turn, Did receiver, Statement[] batch)
    {
        foreach (var message in batch)
            if (outbox.Enqueue(turn, receiver, message) != Enqueued.Queued)
                throw new InvalidOperationException($"The outbox did not take {message.Id}.");
    }
}
