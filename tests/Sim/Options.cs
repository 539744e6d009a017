using System.Globalization;
using EdgeNode.Federation;

namespace EdgeNode.Tests.Sim;

/// <summary>What the command line asks for; a fault in it is a sentence.</summary>
internal sealed record SimOptions
{
    public ulong? Seed { get; init; }
    public int? Nodes { get; init; }
    public double? Days { get; init; }
    public string? TraceFile { get; init; }
    public int? Seeds { get; init; }
    public ulong First { get; init; } = 1;
    public int Jobs { get; init; } = Math.Max(1, Environment.ProcessorCount);
    public string? Scenario { get; init; }
    public bool Json { get; init; }
    public bool Planted { get; init; }

    /// <summary>What a cabinet keeps in memory while its neighbour stays away.</summary>
    public bool Memory { get; init; }

    /// <summary>One planted fault, or several that are separated by commas; null = all.</summary>
    public string[]? Plants { get; init; }
    public bool Scenarios { get; init; }
    public bool List { get; init; }
    public bool Help { get; init; }

    /// <summary>A market file to compare the modes on.</summary>
    public string? Modes { get; init; }
    public int Cap { get; init; } = 3;
    public int Unreachable { get; init; }
    public int Context { get; init; } = FindingOptions.Default.Context;
    public ModeCut Cut { get; init; } = ModeCut.Spread;
    public IReadOnlyList<FindingMode> Only { get; init; } = [FindingMode.Replicate, FindingMode.Query, FindingMode.Gossip];

    /// <exception cref="FormatException">Something on the command line is not understood; the message says what.</exception>
    public static SimOptions Parse(string[] args)
    {
        var options = new SimOptions();
        var at = 0;
        while (at < args.Length)
        {
            var name = args[at++];
            options =
                Flag(options, name)
                ?? Valued(options, name, at < args.Length ? args[at++] : throw Wrong($"{name} wants a value"));
        }
        var wishes = new[]
        {
            options.Seed is not null,
            options.Seeds is not null,
            options.Scenario is not null,
            options.Modes is not null,
            options.Planted,
            options.Memory,
            options.Scenarios,
            options.List,
            options.Help,
        };
        return wishes.Count(w => w) == 1
            ? options
            : throw Wrong("say one of --seed, --seeds, --planted, --plant, --scenario, --scenarios, --modes, --memory, --list");
    }

    private static SimOptions? Flag(SimOptions o, string name) =>
        name switch
        {
            "--json" => o with { Json = true },
            "--planted" => o with { Planted = true },
            "--memory" => o with { Memory = true },
            "--scenarios" => o with { Scenarios = true },
            "--list" => o with { List = true },
            "-h" or "--help" => o with { Help = true },
            _ => null,
        };

    private static SimOptions Valued(SimOptions o, string name, string value) =>
        name switch
        {
            "--seed" => o with { Seed = Unsigned(name, value) },
            "--nodes" => o with { Nodes = Whole(name, value, 2, 10) },
            "--modes" => o with { Modes = value },
            "--cap" => o with { Cap = Whole(name, value, 2, 4) },
            "--context" => o with { Context = Whole(name, value, 0, 3) },
            "--unreachable" => o with { Unreachable = Whole(name, value, 0, 8) },
            "--cut" => o with
            {
                Cut =
                    value == "place" ? ModeCut.Place
                    : value == "spread" ? ModeCut.Spread
                    : throw Wrong("--cut is place or spread"),
            },
            "--only" => o with { Only = [FindingModes.Parse(value) ?? throw Wrong("--only is replicate, query or gossip")] },
            "--days" => o with { Days = Real(name, value, 60) },
            "--trace" => o with { TraceFile = value },
            "--seeds" => o with { Seeds = Whole(name, value, 1, 1_000_000) },
            "--first" => o with { First = Unsigned(name, value) },
            "--jobs" => o with { Jobs = Whole(name, value, 1, 256) },
            "--scenario" => o with { Scenario = value },
            "--plant" => o with { Planted = true, Plants = value.Split(',') },
            _ => throw Wrong($"{name} is not known"),
        };

    private static ulong Unsigned(string name, string value) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var read)
            ? read
            : throw Wrong($"{name} wants a whole number, not '{value}'");

    private static int Whole(string name, string value, int low, int high) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var read) && read >= low && read <= high
            ? read
            : throw Wrong($"{name} wants a whole number from {low} to {high}, not '{value}'");

    private static double Real(string name, string value, double high) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var read)
        && read >= 0
        && read <= high
            ? read
            : throw Wrong($"{name} wants a number from 0 to {high}, not '{value}'");

    private static FormatException Wrong(string sentence) => new(sentence);
}
