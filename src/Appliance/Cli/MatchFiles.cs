using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeNode.Matching;

namespace EdgeNode.Appliance.Cli;

/// <summary>What all <c>match</c> commands share: files, options, refusals, measures.</summary>
internal static class MatchFiles
{
    public static Argument<string> FileArgument() =>
        new("file") { Description = "A market, kidney_solver .input, PrefLib .wmd or TradeMaximizer want list." };

    public static Option<bool> JsonOption() => new("--json") { Description = "Print one JSON object." };

    public static Option<InstanceFormat?> FormatOption() =>
        new("--format")
        {
            Description = "market, input, wmd or tm (default: recognised by content).",
            CustomParser = argument =>
                argument.Tokens[0].Value switch
                {
                    "market" => InstanceFormat.Market,
                    "input" => InstanceFormat.Input,
                    "wmd" => InstanceFormat.Wmd,
                    "tm" => InstanceFormat.WantList,
                    _ => Wrong<InstanceFormat?>(argument, "--format is market, input, wmd or tm."),
                },
        };

    /// <summary>A cap; null stands for unbounded where that is allowed.</summary>
    public static Option<MatchCap> CapOption(bool special) =>
        new("--cap")
        {
            Description = special ? "Longest ring: 2 to 6, 0 for chains only, or unbounded." : "Longest ring: 2 to 6.",
            DefaultValueFactory = _ => new MatchCap(3),
            CustomParser = argument => ParseCap(argument, special),
        };

    public static Option<decimal> AcceptOption() =>
        new("--accept")
        {
            Description = "The chance with which everybody accepts, for files without acceptances of their own.",
            DefaultValueFactory = _ => 1,
            CustomParser = argument =>
                decimal.TryParse(
                    argument.Tokens[0].Value,
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var accept
                ) && accept is > 0 and <= 1
                    ? accept
                    : Wrong<decimal>(argument, "--accept is above 0 and at most 1."),
        };

    public static Option<int> RangeOption(string name, string description, int usual, int least, int most) =>
        new(name)
        {
            Description = $"{description} {least} to {most}.",
            DefaultValueFactory = _ => usual,
            CustomParser = argument =>
                int.TryParse(argument.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= least
                && number <= most
                    ? number
                    : Wrong<int>(argument, $"{name} is a whole number from {least} to {most}."),
        };

    public static Option<double?> SecondsOption(string description) =>
        new("--seconds")
        {
            Description = description,
            CustomParser = argument =>
                double.TryParse(
                    argument.Tokens[0].Value,
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var seconds
                ) && seconds is >= 0 and <= MaxSeconds
                    ? seconds
                    : Wrong<double?>(argument, $"--seconds is 0 to {MaxSeconds}."),
        };

    public static Option<long?> WorkOption() =>
        new("--limit-work")
        {
            Description = "Stop after this many steps instead: the same plan on every machine.",
            CustomParser = argument =>
                long.TryParse(argument.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var steps)
                    ? steps
                    : Wrong<long?>(argument, "--limit-work is a whole number, 0 or more."),
        };

    public static int UsedWrongly(string sentence)
    {
        Console.Error.WriteLine($"edgenode: {sentence}");
        return 2;
    }

    private const int MaxSeconds = 1_000_000;

    public static T? Wrong<T>(ArgumentResult argument, string sentence)
    {
        argument.AddError(sentence);
        return default;
    }

    /// <summary>A file on this machine and the files beside it.</summary>
    public static InstanceSource Source(string path) =>
        new(
            path,
            () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1),
            ending => Path.ChangeExtension(path, ending) is { } beside && File.Exists(beside) ? Source(beside) : null
        );

    /// <summary>Runs a command and turns what it refuses into a sentence and exit code 1.</summary>
    public static int Guarded(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (Exception e)
            when (e is InstanceException or MarketException or FormatException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"edgenode: {e.Message}");
            return 1;
        }
    }

    public static void Warn(Instance instance)
    {
        foreach (var warning in instance.Warnings)
            Console.Error.WriteLine($"edgenode: {warning}");
    }

    /// <summary>Writes one JSON object and a line end to standard output.</summary>
    public static void PrintJson(Action<Utf8JsonWriter> write)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output))
            write(json);
        output.Write("\n"u8);
    }

    /// <summary>Highest resident memory of this process so far, in MiB; 0 where the kernel does not tell.</summary>
    public static double PeakMb()
    {
        const string Key = "VmHWM:";
        if (!File.Exists("/proc/self/status"))
            return Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        var field = line?[Key.Length..].Trim().Split(' ')[0];
        return long.TryParse(field, CultureInfo.InvariantCulture, out var kib) ? kib / 1024.0 : 0;
    }

    /// <summary>Gives back what reading a file took, so that the peak is the solver's.</summary>
    public static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static MatchCap? ParseCap(ArgumentResult argument, bool special)
    {
        var text = argument.Tokens[0].Value;
        if (special && text == "unbounded")
            return new MatchCap(null);
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var cap);
        if (isNumber && (cap is >= CycleSearch.MinCap and <= CycleSearch.MaxCap || (special && cap == 0)))
            return new MatchCap(cap);
        return Wrong<MatchCap>(argument, special ? "--cap is 2 to 6, 0 (chains only) or unbounded." : "--cap is 2 to 6.");
    }
}

/// <summary>Longest ring; null: unbounded.</summary>
internal sealed record MatchCap(int? Longest)
{
    public override string ToString() => Longest is { } cap ? cap.ToString(CultureInfo.InvariantCulture) : "unbounded";
}

/// <summary>Ctrl-C, a deadline, and a sign of life on standard error while a command works.</summary>
internal sealed class MatchWatch : IDisposable
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Timer _life;
    private readonly PosixSignalRegistration _terminate;

    public MatchWatch(double? seconds, string doing)
    {
        Console.CancelKeyPress += OnInterrupt;
        _terminate = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            signal =>
            {
                signal.Cancel = !_stop.IsCancellationRequested;
                _stop.Cancel();
            }
        );
        if (seconds is { } limit)
        {
            if (limit <= 0)
                _stop.Cancel();
            else
                _stop.CancelAfter(TimeSpan.FromSeconds(limit));
        }
        _life = new Timer(
            _ => Console.Error.WriteLine($"edgenode: {doing}, {_clock.Elapsed.TotalSeconds:0} s"),
            null,
            SignOfLife,
            SignOfLife
        );
    }

    public CancellationToken Token => _stop.Token;

    public double Seconds => _clock.Elapsed.TotalSeconds;

    public void Dispose()
    {
        Console.CancelKeyPress -= OnInterrupt;
        _terminate.Dispose();
        _life.Dispose();
        _stop.Dispose();
    }

    /// <summary>The first Ctrl-C, or SIGTERM, asks for the best so far; a second one ends the process as usual.</summary>
    private void OnInterrupt(object? sender, ConsoleCancelEventArgs e)
    {
        e.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
