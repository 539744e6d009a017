using System.Globalization;

namespace EdgeNode.Tests.Load;

/// <summary>edgenode-load: two cabinets that have agreed on a peering, with statements waiting in the outbox of the left one.</summary>
public static class Program
{
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
        var kind = options.GetValueOrDefault("--kind") == "offering" ? MessageKind.Offering : MessageKind.Withdrawal;
        using var left = new LoadedCabinet(PlaceOf("--left"), "Left");
        using var right = new LoadedCabinet(PlaceOf("--right"), "Right");
        var (count, size) = (Number("--messages", 10_000), Number("--size", 1024));
        var seconds = Loader.Fill(left, right, kind, count, size, Number("--keys", 64));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"left\":\"{left.Identity.Did}\",\"right\":\"{right.Identity.Did}\",\"messages\":{count},\"bytes\":{(long)count * size},\"queue_seconds\":{seconds:F3}}}"
            )
        );
        return 0;
    }
}
