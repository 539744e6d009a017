using System.Diagnostics;
using System.Text;

namespace EdgeNode.Tests.System.Discovery;

/// <summary>A process that the test started: its lines are kept, waited for with a deadline, and it never outlives the test.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly SemaphoreSlim _news = new(0);
    private readonly string _what;
    private bool _disposed;

    private Child(string what, ProcessStartInfo start)
    {
        _what = what;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static Child Start(string what, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        return new Child(what, start);
    }

    /// <summary>Runs a command to its end; a failure is a failed test that names the command and what it said.</summary>
    public static async Task RunAsync(params string[] command)
    {
        await using var child = Start(command[0], new Dictionary<string, string>(), command);
        var code = await child.ExitAsync();
        Assert.True(code == 0, $"\"{string.Join(' ', command)}\" ended with {code}: {child.Said}");
    }

    /// <summary>This assembly as a program of its own (see <see cref="DiscoveryHelper"/>).</summary>
    public static Child Helper(string[] before, params string[] arguments)
    {
        var assembly = typeof(DiscoveryHelper).Assembly.Location;
        var environment = new Dictionary<string, string> { ["DOTNET_STARTUP_HOOKS"] = assembly };
        return Start(arguments[0], environment, [.. before, Dotnet, "exec", assembly, .. arguments]);
    }

    private static string Dotnet =>
        Environment.ProcessPath is { } path && path.EndsWith("/dotnet", StringComparison.Ordinal) ? path : "dotnet";

    public string Said
    {
        get
        {
            lock (_lines)
            {
                return string.Join(Environment.NewLine, _lines);
            }
        }
    }

    /// <summary>The first line, also an earlier one, that fits; fails with all that was said when none comes in time.</summary>
    public Task<string> LineAsync(Func<string, bool> fits, string claim) => LineAsync(fits, claim, Deadline);

    public Task<string> LineAsync(Func<string, bool> fits, string claim, TimeSpan deadline) =>
        LineAsync(fits, claim, deadline, 1);

    /// <summary>The line that fits as the <paramref name="nth"/>, counted from 1 at the start.</summary>
    public async Task<string> LineAsync(Func<string, bool> fits, string claim, TimeSpan deadline, int nth)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            lock (_lines)
            {
                if (_lines.Where(fits).Skip(nth - 1).FirstOrDefault() is { } found)
                {
                    return found;
                }
            }
            var left = deadline - clock.Elapsed;
            if (left <= TimeSpan.Zero || !await _news.WaitAsync(left))
            {
                Assert.Fail(
                    $"{_what}: {claim} was not seen within {deadline.TotalSeconds} s. It said:{Environment.NewLine}{Said}"
                );
            }
        }
    }

    /// <summary>Ends its standard input, which asks a cabinet to say goodbye, and waits.</summary>
    public async Task<int> StopAsync()
    {
        _process.StandardInput.Close();
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await ExitAsync();
        }
        _process.Dispose();
        _news.Dispose();
    }

    public async Task<int> ExitAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline + StopDeadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (_lines)
        {
            _lines.Add(line);
        }
        _news.Release();
    }
}
