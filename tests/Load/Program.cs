using System.Diagnostics;
using System.Globalization;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Load;

/// <summary>
/// edgenode-load: two cabinets that have agreed on a peering, with statements waiting in the outbox of the left one; or one cabinet and a crowd of peers.
/// </summary>
public static class Program
{
    private const string Help = """
        edgenode-load --left FOLDER/ADDRESS --right FOLDER/ADDRESS [--messages N] [--size BYTES] [--keys N] [--kind withdrawal|offering]
                      [--window N] [--peers-port P] [--pairing-port P]
            makes two new data folders of cabinets that are peered, and puts N statements (10000) of exactly BYTES (1024), signed by N
            keys (64), into the outbox of the left one for the right one. What is timed is the queueing, durable commits of 256 included;
            each commit's statements are signed before it, with the clock stopped. Prints one JSON object, and on standard error how far
            it is. The cabinets are not started; ADDRESS is where they will be found.
            With --window nothing is queued at first; then each line of standard input queues the next N in one commit, while the left
            cabinet's program does not run, and says how many bytes that wrote.

        edgenode-load --peers N --cabinet FOLDER/ADDRESS [--flood full|small|garbage] [--calm SECONDS] [--flooding SECONDS] [--warm SECONDS]
                      [--period SECONDS] [--peers-port P] [--pairing-port P]
            makes a new data folder of a cabinet that has enrolled N peers, says so in one JSON object, and waits for a line of standard
            input that says that the cabinet runs. Then all but one of the peers come in over TLS connections of their own and send a
            bundle of two statements in every period (2), for SECONDS in calm (15), after a while that does not count (5); then (20) the
            last one floods. A second JSON object says how long receipts took, and what became of the flood.

        Examples: edgenode-load --left /tmp/a/10.9.0.1 --right /tmp/b/10.9.0.2 --messages 2000
                  edgenode-load --peers 256 --cabinet /tmp/c/127.0.0.41
        """;

    public static async Task<int> Main(string[] args)
    {
        if (args.Length == 0 || args.Contains("--help"))
        {
            Console.WriteLine(Help);
            return args.Length == 0 ? 2 : 0;
        }
        var options = args.Chunk(2)
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        int Number(string name, int fallback) =>
            options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
        Place PlaceOf(string name) =>
            new(
                Path.GetDirectoryName(options[name])!,
                Path.GetFileName(options[name]),
                Number("--peers-port", 8883),
                Number("--pairing-port", 8444)
            );
        TimeSpan Seconds(string name, int fallback) => TimeSpan.FromSeconds(Number(name, fallback));
        if (Number("--peers", 0) is > 1 and var peers)
            return await new FloodRun(
                peers,
                Enum.Parse<FloodKind>(options.GetValueOrDefault("--flood", "full"), ignoreCase: true),
                Seconds("--warm", 5),
                Seconds("--calm", 15),
                Seconds("--flooding", 20),
                Seconds("--period", 2)
            ).GoAsync(PlaceOf("--cabinet"));
        var kind = options.GetValueOrDefault("--kind") == "offering" ? MessageKind.Offering : MessageKind.Withdrawal;
        var (count, size, keys) = (Number("--messages", 10_000), Number("--size", 1024), Number("--keys", 64));
        if (Number("--window", 0) is > 0 and var window)
            return Windows(
                PlaceOf("--left"),
                PlaceOf("--right"),
                (count + window - 1) / window,
                (l, r) => Loader.Agree(l, r, kind, size, keys),
                messages => messages.Make(count, window)
            );
        using var left = new LoadedCabinet(PlaceOf("--left"), "Left");
        using var right = new LoadedCabinet(PlaceOf("--right"), "Right");
        var seconds = Loader.Fill(left, right, kind, count, size, keys, Progress(count));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"left\":\"{left.Identity.Did}\",\"right\":\"{right.Identity.Did}\",\"left_stewards_code\":\"{left.StewardsCode}\",\"messages\":{count},\"bytes\":{(long)count * size},\"queue_seconds\":{seconds:F3}}}"
            )
        );
        return 0;
    }

    /// <summary>Says how far it is, now and then: a million statements take minutes.</summary>
    private static Action<int> Progress(int count)
    {
        var every = TimeSpan.FromSeconds(10);
        var last = Stopwatch.StartNew();
        return queued =>
        {
            if (last.Elapsed < every)
                return;
            last.Restart();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{queued} of {count} are queued"));
        };
    }

    private static int Windows(
        Place at,
        Place to,
        int count,
        Func<LoadedCabinet, LoadedCabinet, Messages> agree,
        Func<Messages, IEnumerable<Statement[]>> windows
    )
    {
        Messages messages;
        Did receiver;
        using (var left = new LoadedCabinet(at, "Left"))
        using (var right = new LoadedCabinet(to, "Right"))
            (messages, receiver) = (agree(left, right), right.Identity.Did);
        using (messages)
        {
            Console.WriteLine($"{{\"windows\":{count}}}");
            foreach (var window in windows(messages))
            {
                if (Console.ReadLine() is null)
                    return 0;
                Console.WriteLine($"{{\"bytes_written\":{Loader.QueueWindow(at.Folder, receiver, window)}}}");
            }
        }
        return 0;
    }
}
