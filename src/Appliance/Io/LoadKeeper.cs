using System.Diagnostics;
using System.Threading.Channels;
using EdgeNode.Hardware.Power;
using EdgeNode.Store;

namespace EdgeNode.Appliance.Io;

/// <summary>What became of the radios.</summary>
/// <param name="Reduced">What the plan says: true = 5 GHz and guests are off.</param>
/// <param name="Fault">Why the named program did not do it; null when it did.</param>
internal sealed record RadiosFact(bool Reduced, string? Fault);

/// <summary>
/// Carries out what the load plan says beyond the node: writes the gate that other programs read, turns the radios down by the program that the settings name,
/// and writes the database's log home when mains goes. Orders are taken at once and carried out one after the other; of several that wait only the newest counts.
/// </summary>
internal sealed class LoadKeeper : IAsyncDisposable
{
    /// <summary>What the radios' program may take (30 s); then it is ended.</summary>
    private static readonly TimeSpan RadiosWithin = TimeSpan.FromSeconds(30);

    private const int MostTold = 200;

    private readonly Channel<ApplyLoads> _orders = Channel.CreateBounded<ApplyLoads>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest }
    );
    private readonly string _file;
    private readonly string _boot;
    private readonly string? _radios;
    private readonly StoreFile _store;
    private readonly Action<string> _log;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _working;
    private volatile LoadRow _row;
    private volatile RadiosFact? _told;

    /// <param name="dataFolder">The gate stands in its folder <c>power</c>.</param>
    /// <param name="radios">A program called with <c>full</c> or <c>reduced</c>, as the cabinet's own user and without a shell; null = radios are left alone.</param>
    /// <param name="state">How power stands now; the plan's own choices count until the node has read the steward's.</param>
    public LoadKeeper(string dataFolder, string boot, PowerState state, string? radios, StoreFile store, Action<string> log)
    {
        _row = LoadPlan.Default(state);
        _file = FileOf(dataFolder);
        (_boot, _radios, _store, _log) = (boot, radios, store, log);
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        WriteGate(new ApplyLoads(state, _row));
        _working = WorkAsync();
    }

    public static string FileOf(string dataFolder) => Path.Combine(dataFolder, "power", "loads");

    /// <summary>What may run now. From any thread.</summary>
    public LoadRow Row => _row;

    /// <summary>What became of the radios; null before the first order, and without a program.</summary>
    public RadiosFact? Radios => _told;

    /// <summary>Takes an order and returns at once.</summary>
    public void Apply(ApplyLoads order)
    {
        _row = order.Loads;
        _orders.Writer.TryWrite(order);
    }

    private async Task WorkAsync()
    {
        try
        {
            while (await _orders.Reader.WaitToReadAsync(_end.Token).ConfigureAwait(false))
            {
                while (_orders.Reader.TryRead(out var order))
                    await CarryOutAsync(order).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The cabinet ends.
        }
    }

    private async Task CarryOutAsync(ApplyLoads order)
    {
        _log(
            $"power: {order.State}; {string.Join(", ", LoadPlan.Loads.Select(l => $"{l.Name} {LoadPlan.Word(order.Loads, l.Name)}"))}."
        );
        WriteGate(order);
        if (order.State == PowerState.Bridging)
            WriteLogHome();
        if (_radios is { } program && (_told is not { Fault: null } told || told.Reduced == order.Loads.Radios))
            await TurnAsync(program, reduced: !order.Loads.Radios).ConfigureAwait(false);
    }

    private void WriteGate(ApplyLoads order)
    {
        try
        {
            // Readers see the old file or the new one, never half of one. It need not survive a power cut: another boot is another file.
            File.WriteAllText(_file + ".new", PowerGate.Text(_boot, Environment.ProcessId, order.State, order.Loads));
            File.Move(_file + ".new", _file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log($"power: {_file} cannot be written: {e.Message}");
        }
    }

    private void WriteLogHome()
    {
        try
        {
            _store.WriteLogHome();
        }
        catch (StoreException e)
        {
            _log($"power: the database's log stays where it is: {e.Message}");
        }
    }

    private async Task TurnAsync(string program, bool reduced)
    {
        var word = reduced ? "reduced" : "full";
        var fault = await RunAsync(program, word).ConfigureAwait(false);
        _told = new RadiosFact(reduced, fault);
        _log(fault is null ? $"power: radios {word}." : $"power: radios are not {word}: {fault}");
    }

    /// <summary>Null when the program ended with 0, else a sentence.</summary>
    private async Task<string?> RunAsync(string program, string word)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        limit.CancelAfter(RadiosWithin);
        try
        {
            using var running = Process.Start(
                new ProcessStartInfo(program, [word]) { RedirectStandardError = true, UseShellExecute = false }
            );
            if (running is null)
                return $"{program} could not be started.";
            var said = running.StandardError.ReadToEndAsync(limit.Token);
            try
            {
                await running.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                return running.ExitCode == 0
                    ? null
                    : $"{program} ended with {running.ExitCode}: {Short(await said.ConfigureAwait(false))}";
            }
            catch (OperationCanceledException)
            {
                running.Kill(entireProcessTree: true);
                return $"{program} did not end within {RadiosWithin.TotalSeconds:0} s and was ended.";
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"{program} could not be started: {e.Message}";
        }
    }

    private static string Short(string said) =>
        said.Trim().ReplaceLineEndings(" ") is { Length: > MostTold } all ? all[..MostTold] : said.Trim().ReplaceLineEndings(" ");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        File.Delete(_file);
        _end.Dispose();
    }
}
