using System.Diagnostics;

namespace EdgeNode.Appliance.Demo;

/// <summary>
/// One <c>edgenode run</c> and its keeper: like an init system it starts the cabinet again whenever it ends, on the same data folder, until it is stopped.
/// </summary>
internal sealed class CabinetProcess : IAsyncDisposable
{
    private const string CodeLine = "stewards' code: ";
    private const string ReadyLine = "ready";
    private const string Broker = "mosquitto";

    /// <summary>A cabinet that needs more starts than this is broken, not unlucky.</summary>
    private const int MostStarts = 30;

    private static readonly TimeSpan RestartAfter = TimeSpan.FromMilliseconds(300);

    private readonly Lock _lock = new();
    private readonly CabinetPlace _place;
    private readonly string _program;
    private readonly TimeSpan _stopWithin;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TextWriter _log;
    private readonly List<string> _surprises = [];
    private TaskCompletionSource _ready = NewSource();
    private Process? _current;
    private Task _keeping = Task.CompletedTask;
    private bool _isExpected;
    private string _lastError = "";

    public CabinetProcess(CabinetPlace place, string program, TimeSpan stopWithin)
    {
        (_place, _program, _stopWithin) = (place, program, stopWithin);
        _log = TextWriter.Synchronized(new StreamWriter(place.LogFile, append: false) { AutoFlush = true });
    }

    /// <summary>The code on the cabinet's label, once it was printed.</summary>
    public string? StewardCode { get; private set; }

    /// <summary>Ends of the process that nobody asked for, one sentence each.</summary>
    public IReadOnlyList<string> Surprises
    {
        get
        {
            lock (_lock)
                return [.. _surprises];
        }
    }

    public void Start() => _keeping = KeepAsync();

    /// <summary>Waits until every door of the cabinet answers.</summary>
    /// <exception cref="DemoException">It does not start; the sentence is the cabinet's own.</exception>
    public Task WhenReady(CancellationToken token)
    {
        lock (_lock)
            return _ready.Task.WaitAsync(token);
    }

    /// <summary>kill -9, in the middle of whatever it does.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            _isExpected = true;
            _ready = _ready.Task.IsCompleted ? NewSource() : _ready;
            _current?.Kill();
        }
    }

    /// <summary>Process ids of this cabinet's broker: one, or none while it is being started.</summary>
    public IReadOnlyList<int> Brokers() => Children.Find(Broker, _place.DataFolder);

    /// <summary>Stops the cabinet in order, and by force when it takes too long.</summary>
    public async ValueTask DisposeAsync()
    {
        Process? process;
        lock (_lock)
        {
            _isExpected = true;
            process = _current;
        }
        await _stopping.CancelAsync();
        if (process is not null)
            Children.AskToStop(process);
        try
        {
            await _keeping.WaitAsync(_stopWithin);
        }
        catch (TimeoutException)
        {
            process?.Kill();
            await _keeping;
        }
        _stopping.Dispose();
        await _log.DisposeAsync();
    }

    private async Task KeepAsync()
    {
        try
        {
            for (var starts = 1; !_stopping.IsCancellationRequested; starts++)
            {
                using var process = await Children.StartAsync(Command());
                await LiveAsync(process);
                if (!MayGoOn(process.ExitCode, starts))
                    return;
                await Wait.For(RestartAfter, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return; // told to stop between two lives
        }
        catch (DemoException e)
        {
            Fail(e);
        }
    }

    private string[] Command() => [_program, "run", "--data", _place.DataFolder, "--config", _place.ConfigFile];

    /// <summary>From start to end of one process.</summary>
    private async Task LiveAsync(Process process)
    {
        lock (_lock)
        {
            (_current, _isExpected, _lastError) = (process, _stopping.IsCancellationRequested, "");
            if (_stopping.IsCancellationRequested)
                Children.AskToStop(process);
        }
        var output = Listen(process.StandardOutput, HearOutput);
        var errors = Listen(process.StandardError, HearError);
        await Task.WhenAll(output, errors, process.WaitForExitAsync());
        lock (_lock)
        {
            _current = null;
            _ready = _ready.Task.IsCompletedSuccessfully ? NewSource() : _ready;
        }
    }

    /// <summary>False when the cabinet is to stay down: it was stopped, never came up, or falls over again and again.</summary>
    private bool MayGoOn(int exitCode, int starts)
    {
        if (_stopping.IsCancellationRequested)
            return false;
        var said = _lastError.Length > 0 ? _lastError : $"It ended with code {exitCode} and said nothing; see {_place.LogFile}.";
        if (StewardCode is null || starts >= MostStarts)
        {
            Fail(new DemoException($"{_place.Name} did not start: {said}"));
            return false;
        }
        lock (_lock)
        {
            if (!_isExpected)
                _surprises.Add($"{_place.Name} ended by itself (code {exitCode}): {said}");
        }
        return true;
    }

    private void Fail(DemoException why)
    {
        lock (_lock)
            _ready.TrySetException(why);
    }

    private static async Task Listen(StreamReader from, Action<string> hear)
    {
        while (await from.ReadLineAsync() is { } line)
            hear(line);
    }

    private void HearOutput(string line)
    {
        if (line.StartsWith(CodeLine, StringComparison.Ordinal))
        {
            StewardCode = line[CodeLine.Length..].Trim();
            line = CodeLine + "(read)"; // a secret does not belong in a log
        }
        _log.WriteLine(line);
        if (line != ReadyLine)
            return;
        lock (_lock)
            _ready.TrySetResult();
    }

    private void HearError(string line)
    {
        const string Name = "edgenode: ";
        _log.WriteLine(line);
        if (!string.IsNullOrWhiteSpace(line))
            _lastError = line.StartsWith(Name, StringComparison.Ordinal) ? line[Name.Length..] : line;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
