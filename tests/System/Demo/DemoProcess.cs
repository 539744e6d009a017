using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EdgeNode.Tests.System.Demo;

/// <summary>
/// One <c>edgenode demo</c> as a caller sees it: its options, its two outputs, its exit code. It stands on addresses and in a folder of its own, so that other
/// tests and other people's demos on the same machine do not meet it. Disposing it ends it and whatever it may have left.
/// </summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    /// <summary>A demo takes seconds; under faults, on a busy machine with two cores, minutes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    /// <summary>How long the kernel and init may take to clear away what was killed.</summary>
    private static readonly TimeSpan Clearing = TimeSpan.FromSeconds(20);

    private static int _last;

    private readonly SemaphoreSlim _news = new(0);
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private Process? _process;

    public DemoProcess()
    {
        Folder = Directory.CreateTempSubdirectory("edgenode-demo-").FullName;
        Network = $"127.{1 + Environment.ProcessId % 250}.{100 + Interlocked.Increment(ref _last)}";
    }

    /// <summary>The folder of the summary.</summary>
    public string Folder { get; }

    /// <summary>First three numbers of the cabinets' addresses.</summary>
    public string Network { get; }

    public string SummaryFile => Path.Combine(Folder, "demo-summary.json");

    public string Output => TextOf(_output);

    public string Errors => TextOf(_errors);

    public int Id => _process!.Id;

    /// <summary>Both outputs, for the message of a failed test.</summary>
    public string Said => $"{Output}{Environment.NewLine}{Errors}";

    public void Start(params string[] options)
    {
        string[] network = options.Contains("--network") ? [] : ["--network", Network];
        var start = new ProcessStartInfo(Program, ["demo", "--out", Folder, .. network, .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = Root,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Runs it to its end.</summary>
    public async Task<int> RunAsync(params string[] options)
    {
        Start(options);
        return await ExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        using var deadline = new CancellationTokenSource(Longest);
        try
        {
            await _process!.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The demo did not end within {Longest}. It said:{Environment.NewLine}{Said}");
        }
        return _process.ExitCode;
    }

    /// <summary>Waits until a text stands in the output; fails with everything that was said when it does not come.</summary>
    public async Task SaysAsync(string text)
    {
        var clock = Stopwatch.StartNew();
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            var left = Longest - clock.Elapsed;
            if (left <= TimeSpan.Zero || _process!.HasExited || !await _news.WaitAsync(left))
            {
                Assert.Fail($"\"{text}\" was not said. What was said:{Environment.NewLine}{Said}");
            }
        }
    }

    /// <summary>Sends a signal by its name, as a person at a terminal would.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>The summary file as JSON.</summary>
    public JsonElement Summary() => JsonDocument.Parse(File.ReadAllText(SummaryFile)).RootElement;

    /// <summary>Command lines of living processes that name the demo's folder, the demo itself excepted: its cabinets and their brokers.</summary>
    public IReadOnlyList<string> LeftOver() =>
        [
            .. from path in Directory.EnumerateDirectories("/proc")
            let name = Path.GetFileName(path)
            where name.All(char.IsAsciiDigit) && name != Id.ToString(CultureInfo.InvariantCulture)
            let line = CommandLine(path)
            where line.Contains(Folder, StringComparison.Ordinal)
            select $"{name} {line}",
        ];

    /// <summary>Fails with the command lines that are still there when the kernel has had time to clear them away.</summary>
    public async Task LeavesNothingAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var clock = Stopwatch.StartNew();
        while (LeftOver().Count > 0 && clock.Elapsed < Clearing)
        {
            await timer.WaitForNextTickAsync();
        }
        Assert.Empty(LeftOver());
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process?.Dispose();
        _news.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Program =>
        Environment.GetEnvironmentVariable("EDGENODE_BIN") is { Length: > 0 } set ? set : Path.Combine(Root, "out", "edgenode");

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "EdgeNode.sln")))
        {
            folder = folder.Parent;
        }
        return folder.FullName;
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // ended meanwhile, or not ours to look at
        }
    }

    private void Keep(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (text)
        {
            text.Append(line).Append('\n');
        }
        _news.Release();
    }

    private static string TextOf(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
