using System.Diagnostics;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>One life of the program: its lines as they come, apart by stream.</summary>
internal sealed class Running : IDisposable
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Printed _output = new();
    private readonly Printed _error = new();

    public Running(string[] command, string folder = "/")
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _error.Add(line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;
    public bool HasEnded => _process.HasExited;
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }
    public string Output => _output.Text;
    public string Error => _error.Text;

    public IReadOnlyList<string> Lines() => _output.All;

    public bool Says(string line) => _output.All.Contains(line);

    /// <summary>SIGKILL to this process alone: what it started must see to itself.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits for the end and for the last line of both streams.</summary>
    public async Task<Ended> EndAsync()
    {
        using var limit = new CancellationTokenSource(GoneWithin);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The program did not end; it said: {Output} {Error}");
        }
        return new Ended(_process.ExitCode, Output, Error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private sealed class Printed
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public string Text => string.Join('\n', All);

        public void Add(string? line)
        {
            if (line is null)
                return;
            lock (_lines)
                _lines.Add(line);
        }
    }
}
