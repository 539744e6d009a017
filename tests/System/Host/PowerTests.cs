using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using EdgeNode.Tests.System.Brokers;
using Xunit.Abstractions;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>A whole cabinet whose mains and battery a script moves: what it says, and how it stops.</summary>
public sealed class PowerTests(ITestOutputHelper output) : IAsyncLifetime
{
    readonly CabinetProcess _cabinet = CabinetProcess.Make();

    string Script => Path.Combine(_cabinet.Folder, "power");

    public Task InitializeAsync()
    {
        _cabinet.Set("power:script", Script);
        File.WriteAllText(Script, "mains on\nvolts 4.10\n");
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _cabinet.DisposeAsync().AsTask();

    static async Task<string> State(CabinetVisitor steward) => (await steward.GetAsync("api/steward/power"))["state"];

    [Fact]
    public async Task The_cabinet_says_that_mains_is_gone_and_that_it_is_back()
    {
        await _cabinet.StartAsync();
        using var steward = await CabinetVisitor.StewardAsync(_cabinet);
        await Until.HoldsAsync(async () => await State(steward) == "mains", "the cabinet is on mains");
        File.AppendAllText(Script, "mains off\nvolts 3.90\n");
        await Until.HoldsAsync(async () => await State(steward) == "on_battery", "the cabinet is on battery");
        File.AppendAllText(Script, "mains on\nvolts 4.00\n");
        await Until.HoldsAsync(
            async () => await State(steward) == "mains",
            "the cabinet is on mains again",
            TimeSpan.FromSeconds(60)
        );
    }

    [Fact]
    public async Task A_button_held_for_five_seconds_stops_the_cabinet_cleanly_and_it_starts_again()
    {
        await _cabinet.StartAsync();
        var clock = Stopwatch.StartNew();
        File.AppendAllText(Script, "button down\n");
        await Until.HoldsAsync(() => _cabinet.HasEnded, "the cabinet stops", TimeSpan.FromSeconds(60));
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(5), "a touch must not stop it");
        Assert.Contains("power: the cabinet stops (StopAsked)", _cabinet.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_cabinet.Database + "-wal"), "a clean stop leaves one whole file");
        File.AppendAllText(Script, "button up\n");
        await _cabinet.StartAsync();
    }

    /// <summary>What the decision to stop may take until the disks are safe (docs/hardware.md).</summary>
    const double SafeWithin = 20;

    [Fact]
    public async Task The_disks_are_safe_within_twenty_seconds_of_the_decision_while_residents_write()
    {
        await _cabinet.StartAsync();
        using var over = new CancellationTokenSource();
        var posted = 0;
        async Task WriteAsync(int who)
        {
            using var resident = CabinetVisitor.Resident(_cabinet);
            if (await CabinetVisitor.TryAsync(resident.JoinAsync($"Writer {who}")) is not { IsDone: true } joined)
                return;
            if (await CabinetVisitor.TryAsync(resident.SignInAsync(joined["code"])) is not { IsDone: true })
                return;
            for (var i = 0; !over.IsCancellationRequested; i++)
            {
                // Beyond the limit of a resident's offerings the refusals go on being written down as work for the node.
                if (await CabinetVisitor.TryAsync(resident.OfferAsync($"Thing {who} {i}")) is { IsDone: true })
                    Interlocked.Increment(ref posted);
            }
        }
        var writers = Enumerable.Range(0, 8).Select(WriteAsync).ToArray();
        await Until.HoldsAsync(() => Volatile.Read(ref posted) > 20, "residents write");
        File.AppendAllText(Script, "button down\n");
        await Until.HoldsAsync(() => _cabinet.HasEnded, "the cabinet stops", TimeSpan.FromSeconds(60));
        await over.CancelAsync();
        await Task.WhenAll(writers);
        var told = Regex.Match(_cabinet.Output, @"power: the disks are safe, ([0-9]+\.[0-9]) s after the decision to stop\.");
        Assert.True(told.Success, _cabinet.Output);
        var seconds = double.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture);
        output.WriteLine($"the disks were safe {seconds} s after the decision, with 8 residents writing ({posted} offerings)");
        Assert.InRange(seconds, 0, SafeWithin);
        Assert.False(File.Exists(_cabinet.Database + "-wal"), "a clean stop leaves one whole file");
    }

    [Fact]
    public async Task Other_programs_ask_the_gate_and_the_radios_follow_the_battery()
    {
        var (calls, program) = (Path.Combine(_cabinet.Folder, "calls"), Path.Combine(_cabinet.Folder, "radios"));
        File.WriteAllText(program, $"#!/bin/sh\necho $1 >> {calls}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _cabinet.Set("power:radios", program);
        Assert.Equal(3, await GateAsync("updates"));
        await _cabinet.StartAsync();
        await Until.HoldsAsync(async () => await GateAsync("updates") == 0, "updates may begin on mains");
        File.AppendAllText(Script, "mains off\nvolts 3.60\npercent 40\n");
        await Until.HoldsAsync(
            () => File.Exists(calls) && File.ReadAllLines(calls) is [.., "reduced"],
            "the radios are turned down with half of the charge gone"
        );
        Assert.Equal(1, await GateAsync("updates"));
        Assert.Equal(1, await GateAsync("radios"));
        await _cabinet.KillAsync();
        Assert.Equal(3, await GateAsync("updates"));
    }

    async Task<int> GateAsync(string what) =>
        (await Foreign.RunAsync(Binaries.Built, "power", "gate", what, "--data", _cabinet.Data)).Code;

    [Fact]
    public async Task Killed_inside_a_stop_it_goes_on_stopping_at_the_next_start()
    {
        await _cabinet.StartAsync();
        File.AppendAllText(Script, "button down\n");
        await Until.HoldsAsync(
            () => _cabinet.Output.Contains("power: the cabinet stops", StringComparison.Ordinal),
            "the stop has begun",
            TimeSpan.FromSeconds(60)
        );
        await _cabinet.KillAsync();
        File.AppendAllText(Script, "button up\n");
        var ended = await _cabinet.RunAsync();
        Assert.Equal(1, ended.Code);
        Assert.Contains("a stop is still under way", ended.Error, StringComparison.Ordinal);
        // The stop is complete now, and the machine was not told to turn off: the next start is an ordinary one.
        await _cabinet.StartAsync();
    }
}
