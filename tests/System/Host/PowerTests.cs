using System.Diagnostics;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>A whole cabinet whose mains and battery a script moves: what it says, and how it stops.</summary>
public sealed class PowerTests : IAsyncLifetime
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
