using System.Diagnostics;
using System.Globalization;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Load;

/// <summary>edgenode-load: two cabinets that have agreed on a peering, with statements waiting in the outbox of the left one.</summary>
public static class Program
{
    /// <summary>Statements in one commit, the same as the node loop takes of its inputs.</summary>
    private const int Batch = 256;

    private const string Help = """
        edgenode-load --left FOLDER/ADDRESS --right FOLDER/ADDRESS [--messages N] [--size BYTES] [--keys N] [--kind withdrawal|offering]
                      [--peers-port P] [--pairing-port P]
            makes two new data folders of cabinets that are peered, and puts N statements (10000) of exactly BYTES (1024), signed by N
            keys (64), into the outbox of the left one for the right one. They are signed first; what is timed is the queueing, durable
            commits of 256 included. Prints one JSON object. The cabinets are not started; ADDRESS is where they will be found.

        Example: edgenode-load --left /tmp/a/10.9.0.1 --right /tmp/b/10.9.0.2 --messages 2000
        """;

    public static int Main(string[] args)
    {
        if (args.Length == 0 || args.Contains("--help"))
        {
            Console.WriteLine(Help);
            return args.Length == 0 ? 2 : 0;
        }
        var options = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        int Number(string name, int fallback) =>
            options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
        Place PlaceOf(string name) =>
            new(
                Path.GetDirectoryName(options[name])!,
                Path.GetFileName(options[name]),
                Number("--peers-port", 8883),
                Number("--pairing-port", 8444)
            );
        var kind = options.GetValueOrDefault("--kind") == "offering" ? MessageKind.Offering : MessageKind.Withdrawal;
        using var left = new LoadedCabinet(PlaceOf("--left"), "Left");
        using var right = new LoadedCabinet(PlaceOf("--right"), "Right");
        Peering.Agree(left, right);
        left.CloseNode();
        right.CloseNode();
        using var messages = new Messages(kind, Number("--keys", 64), Number("--size", 1024), right.Identity.Did, LoadedCabinet.Now);
        using (var db = right.OpenWriter())
            messages.Introduce(db);
        var made = messages.Make(Number("--messages", 10_000));
        var seconds = Queue(left, right.Identity.Did, made);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"left\":\"{left.Identity.Did}\",\"right\":\"{right.Identity.Did}\",\"messages\":{made.Length},\"bytes\":{made.Sum(m => (long)m.Raw.Length)},\"queue_seconds\":{seconds:F3}}}"
            )
        );
        return 0;
    }

    /// <summary>Queues them as the node does, in commits of a batch; returns the seconds it took.</summary>
    private static double Queue(LoadedCabinet left, Did receiver, Statement[] messages)
    {
        using var db = left.OpenWriter();
        using var key = NodeKey.Create(Wire.Io.SystemEntropy.Instance);
        var signer = new Signer(left.Identity.Did, key, 0, () => 0);
        var outbox = new Outbox(signer, SyncOptions.Default, new Lanes());
        var clock = Stopwatch.StartNew();
        foreach (var batch in messages.Chunk(Batch))
        {
            db.Begin();
            var turn = new Turn(db, LoadedCabinet.Now);
            foreach (var message in batch)
                if (outbox.Enqueue(turn, receiver, message) != Enqueued.Queued)
                    throw new InvalidOperationException($"The outbox did not take {message.Id}.");
            db.Commit();
        }
        return clock.Elapsed.TotalSeconds;
    }
}
