using EdgeNode.Appliance;
using EdgeNode.Appliance.Io;
using EdgeNode.Hardware.Power;
using EdgeNode.Store;

namespace EdgeNode.Tests.Unit.Appliance.Io;

/// <summary>What the load plan says is carried out: the gate, the radios' program, the database's log, the daily copy.</summary>
public sealed class LoadKeeperTests : IDisposable
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    readonly string _folder = Directory.CreateTempSubdirectory("edgenode-loads").FullName;
    readonly List<string> _said = [];
    readonly SemaphoreSlim _news = new(0);

    StoreFile Store => new(Path.Combine(_folder, "edgenode.db"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    void Say(string line)
    {
        lock (_said)
            _said.Add(line);
        _news.Release();
    }

    async Task HearsAsync(string part)
    {
        for (; ; )
        {
            lock (_said)
            {
                if (_said.Exists(line => line.Contains(part, StringComparison.Ordinal)))
                    return;
            }
            Assert.True(await _news.WaitAsync(Deadline), $"never heard: {part}; only: {string.Join(" | ", _said)}");
        }
    }

    LoadKeeper Open(string? radios = null) => new(_folder, "this-boot", PowerState.Mains, radios, Store, Say);

    static ApplyLoads Order(PowerState state) => new(state, LoadPlan.Default(state));

    string Program(string body)
    {
        var path = Path.Combine(_folder, "radios");
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    [Fact]
    public async Task Other_programs_read_the_plan_of_now_and_nothing_after_the_end()
    {
        GateAnswer Ask() =>
            PowerGate.Ask(
                File.Exists(LoadKeeper.FileOf(_folder)) ? File.ReadAllText(LoadKeeper.FileOf(_folder)) : null,
                "updates",
                "this-boot",
                id => id == Environment.ProcessId
            );
        await using (var keeper = Open())
        {
            Assert.Equal(GateAnswer.May, Ask());
            keeper.Apply(Order(PowerState.OnBattery));
            Assert.False(keeper.Row.Updates);
            await HearsAsync(
                "power: OnBattery; sync 5-minutes, bulk off, matching quarter-hour, archives off, updates off, radios on."
            );
            // The line comes before the file; the next order is carried out after both.
            keeper.Apply(Order(PowerState.Conserve));
            await HearsAsync("power: Conserve");
            Assert.Equal(GateAnswer.MayNot, Ask());
        }
        Assert.Equal(GateAnswer.Unknown, Ask());
    }

    [Fact]
    public async Task The_radios_program_is_called_with_a_word_and_only_when_it_changes()
    {
        var calls = Path.Combine(_folder, "calls");
        await using var keeper = Open(Program($"echo $# $1 >> {calls}"));
        keeper.Apply(Order(PowerState.Mains));
        await HearsAsync("power: radios full.");
        keeper.Apply(Order(PowerState.OnBattery));
        await HearsAsync("power: OnBattery");
        keeper.Apply(Order(PowerState.Survive));
        await HearsAsync("power: radios reduced.");
        Assert.Equal("1 full\n1 reduced\n", await File.ReadAllTextAsync(calls));
        Assert.Equal(new RadiosFact(true, null), keeper.Radios);
    }

    [Fact]
    public async Task A_radios_program_that_fails_is_told_and_tried_again_at_the_next_change()
    {
        await using var keeper = Open(Program("echo no such device >&2; exit 3"));
        keeper.Apply(Order(PowerState.Survive));
        await HearsAsync("power: radios are not reduced:");
        Assert.Contains("ended with 3: no such device", keeper.Radios!.Fault, StringComparison.Ordinal);
        Program("exit 0");
        keeper.Apply(Order(PowerState.Survive));
        await HearsAsync("power: radios reduced.");
    }

    [Fact]
    public async Task A_radios_program_that_is_not_there_is_told()
    {
        await using var keeper = Open(Path.Combine(_folder, "nobody"));
        keeper.Apply(Order(PowerState.Survive));
        await HearsAsync("could not be started");
    }

    [Fact]
    public async Task A_loss_of_mains_writes_the_databases_log_home()
    {
        using var writer = Store.OpenWriter(Node.Modules);
        writer.Run("INSERT INTO refusal (peer, code, count, last) VALUES ('p', 'c', 1, 0)");
        await using var keeper = Open();
        keeper.Apply(Order(PowerState.Bridging));
        await HearsAsync("power: Bridging");
        keeper.Apply(Order(PowerState.OnBattery));
        await HearsAsync("power: OnBattery");
        // The file alone, without its log, holds the commit.
        var alone = Path.Combine(_folder, "alone.db");
        File.Copy(Store.Path, alone);
        using var reader = new StoreFile(alone).OpenReader();
        Assert.Equal(1, reader.Number("SELECT count(*) FROM refusal"));
    }

    [Fact]
    public async Task No_copy_is_made_on_battery_and_one_that_is_whole_on_mains()
    {
        using var writer = Store.OpenWriter(Node.Modules);
        var state = PowerState.OnBattery;
        var looks = 0;
        LoadRow Row()
        {
            Interlocked.Increment(ref looks);
            _news.Release();
            return LoadPlan.Default(state);
        }
        var pace = new UpkeepOptions(TimeSpan.FromMilliseconds(5), TimeSpan.FromDays(1));
        var copies = Path.Combine(_folder, "copies");
        await using var upkeep = new Upkeep(Store, copies, Node.Modules, Row, pace, Say);
        while (Volatile.Read(ref looks) < 10)
            Assert.True(await _news.WaitAsync(Deadline));
        Assert.False(Directory.Exists(copies));
        state = PowerState.Mains;
        await HearsAsync("upkeep: the copy was looked through and is whole.");
        using var copy = new StoreFile(Path.Combine(copies, "edgenode.copy.db")).OpenReader();
        Assert.True(copy.Number("SELECT count(*) FROM meta") > 0);
    }
}
