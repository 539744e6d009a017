using EdgeNode.Appliance;
using EdgeNode.Hardware.Power;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Tests.Unit.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Appliance;

/// <summary>What follows from power inside a node: streams, matching, words to and from neighbours, history.</summary>
public sealed class PowerNodeTests : IDisposable
{
    readonly OneCabinet _cabinet = new();

    public void Dispose() => _cabinet.Dispose();

    static PowerFacts Facts(PowerState state, double? percent = 60, bool? mains = false) =>
        new(state, mains, percent, 3.8, 6, 4, null, false, true, false);

    static PowerChanged Changed(PowerState state, PowerWord? tell = null) => new(Facts(state), tell, "mains", null);

    [Theory]
    [InlineData(PowerState.Mains, true)]
    [InlineData(PowerState.OnBattery, true)]
    [InlineData(PowerState.Conserve, false)]
    [InlineData(PowerState.Survive, false)]
    public void The_search_for_rings_is_shed_with_the_battery(PowerState state, bool may)
    {
        _cabinet.Step(Changed(state));
        var answer = _cabinet.Ask(new PlanNow());
        Assert.Equal(may, answer.Code != "power.saving");
    }

    [Fact]
    public void On_battery_a_search_begins_every_quarter_hour_at_most()
    {
        _cabinet.Step(Changed(PowerState.OnBattery));
        Assert.NotEqual("power.saving", _cabinet.Ask(new PlanNow()).Code);
        _cabinet.Now += TimeSpan.FromMinutes(14);
        Assert.Equal("power.saving", _cabinet.Ask(new PlanNow()).Code);
        _cabinet.Now += TimeSpan.FromMinutes(2);
        Assert.NotEqual("power.saving", _cabinet.Ask(new PlanNow()).Code);
    }

    [Fact]
    public void A_stewards_choice_holds_at_once_and_over_a_restart()
    {
        _cabinet.Step(Changed(PowerState.Conserve));
        Assert.True(_cabinet.Ask(new EditLoad("Conserve", "matching", "full")).IsDone);
        Assert.NotEqual("power.saving", _cabinet.Ask(new PlanNow()).Code);
        var desk = Desk();
        desk.Load(new Turn(_cabinet.Db, _cabinet.Now));
        desk.Take(new Turn(_cabinet.Db, _cabinet.Now), Changed(PowerState.Conserve));
        Assert.True(desk.MayPlan(_cabinet.Now));
    }

    [Theory]
    [InlineData("Mains", "matching", "off")]
    [InlineData("ShuttingDown", "sync", "always")]
    [InlineData("Conserve", "matching", "sometimes")]
    [InlineData("Conserve", "kettle", "on")]
    [InlineData("nonsense", "sync", "always")]
    public void What_cannot_be_chosen_is_refused(string state, string load, string word) =>
        Assert.Equal("power.plan", _cabinet.Ask(new EditLoad(state, load, word)).Code);

    [Fact]
    public void A_stop_is_asked_of_the_shell_and_needs_a_reason()
    {
        Assert.Equal("power.reason", _cabinet.Ask(new StopCabinet("boredom", null)).Code);
        var effects = _cabinet.Step(new Asked(9, new StopCabinet("household", TimeSpan.FromHours(2))));
        Assert.Equal("household", Assert.Single(effects.OfType<BeginStop>()).Why);
    }

    PowerDesk Desk() => new(null!, null!, TimeSpan.FromMinutes(1));

    PowerDesk DeskIn(PowerState state)
    {
        var desk = Desk();
        desk.Take(new Turn(_cabinet.Db, _cabinet.Now), Changed(state));
        return desk;
    }

    [Fact]
    public void On_mains_every_stream_moves_and_nothing_has_to_wake_the_node()
    {
        var desk = DeskIn(PowerState.Mains);
        Assert.Equal(DataMap.BulkStream, desk.Reach(_cabinet.Now));
        Assert.Null(desk.NextDue(_cabinet.Now));
    }

    [Fact]
    public void On_battery_people_wait_for_a_window_and_votes_do_not()
    {
        var desk = DeskIn(PowerState.OnBattery);
        var start = _cabinet.Now;
        Assert.Equal(DataMap.PublicStream, desk.Reach(start));
        Assert.Equal(DataMap.TrustStream, desk.Reach(start + TimeSpan.FromSeconds(61)));
        Assert.Equal(start + TimeSpan.FromMinutes(5), desk.NextDue(start + TimeSpan.FromSeconds(61)));
        Assert.Equal(DataMap.PublicStream, desk.Reach(start + TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void Near_the_end_even_votes_wait_for_one_minute_an_hour()
    {
        var desk = DeskIn(PowerState.Survive);
        var start = _cabinet.Now;
        Assert.Equal(DataMap.TrustStream, desk.Reach(start));
        Assert.Equal(-1, desk.Reach(start + TimeSpan.FromMinutes(30)));
        Assert.Equal(DataMap.TrustStream, desk.Reach(start + TimeSpan.FromMinutes(60)));
    }

    [Theory]
    [InlineData(-3650)]
    [InlineData(3650)]
    public void A_clock_that_jumps_ten_years_closes_no_window_for_ever(int days)
    {
        var desk = DeskIn(PowerState.OnBattery);
        var jumped = _cabinet.Now + TimeSpan.FromDays(days);
        var due = desk.NextDue(jumped)!.Value;
        Assert.InRange((due - jumped).TotalMinutes, 0, 5);
        Assert.Equal(DataMap.PublicStream, Enumerable.Range(0, 6).Max(i => desk.Reach(jumped + TimeSpan.FromMinutes(i))));
    }

    [Fact]
    public void The_newest_word_of_a_neighbour_stands_whatever_order_they_come_in()
    {
        using var key = NodeKey.Create(new SeededEntropy(5, "peer"));
        var peer = Identity.CreateNode(key, new byte[32], new SeededEntropy(5, "peer")).Did;
        var hlc = 100L;
        Statement Say(string word, long at)
        {
            hlc = at;
            var body = new PowerNoticeBody(word, "mains", _cabinet.Now.ToRfc3339(), null);
            var draft = new StatementDraft(
                Kinds.PowerNotice,
                DataClass.Shared,
                [_cabinet.Did],
                WireJson.Write(body, WireJson.Default.PowerNoticeBody),
                null,
                new string('0', 64)
            );
            return Statement.Sign(draft, new Signer(peer, key, 1, () => hlc));
        }
        var turn = new Turn(_cabinet.Db, _cabinet.Now);
        Assert.True(PowerBook.Apply(turn, Say("battery", 100)).IsAccepted);
        Assert.True(PowerBook.Apply(turn, Say("back", 300)).IsAccepted);
        Assert.True(PowerBook.Apply(turn, Say("going", 200)).IsAccepted);
        Assert.Equal("back", Assert.Single(PowerBook.Neighbours(_cabinet.Db)).Word);
        Assert.Equal("power.malformed", PowerBook.Apply(turn, Say("exploded", 400)).Code);
    }

    [Fact]
    public void The_history_never_grows_beyond_its_bound_whatever_the_clock_does()
    {
        _cabinet.Db.Begin();
        var start = _cabinet.Now;
        for (var i = 0; i < 6000; i++)
        {
            var jump = i % 1000 == 999 ? TimeSpan.FromDays(i % 2000 == 999 ? 400 : -200) : TimeSpan.FromMinutes(1);
            PowerHistory.Put(new Turn(_cabinet.Db, start += jump), Facts(PowerState.OnBattery, 100 - (i % 100)));
        }
        _cabinet.Db.Commit();
        Assert.InRange(_cabinet.Db.Number("SELECT count(*) FROM power_history"), 1, PowerHistory.MostRows);
        Assert.InRange(_cabinet.Db.Number("SELECT count(*) FROM power_history WHERE tier = 0"), 1, 2881);
    }

    [Fact]
    public void The_history_gives_means_and_shares_of_the_asked_time()
    {
        var start = new Moment(_cabinet.Now.Ms / 86_400_000 * 86_400_000);
        for (var i = 0; i < 60; i++)
            PowerHistory.Put(
                new Turn(_cabinet.Db, start + TimeSpan.FromMinutes(i)),
                Facts(PowerState.OnBattery, i < 30 ? 80 : 60, mains: i < 15)
            );
        var hour = start + TimeSpan.FromMinutes(59);
        Assert.Equal(60, PowerHistory.Read(_cabinet.Db, start, hour, 400).Count);
        var thin = PowerHistory.Read(_cabinet.Db, start, hour, 10);
        Assert.Equal(4, thin.Count);
        Assert.Equal((1.0, 80.0), (thin[0].Mains, thin[0].Percent));
        Assert.Equal((0.0, 60.0), (thin[3].Mains, thin[3].Percent));
        Assert.Equal(6.0, Assert.Single(PowerHistory.Energy(_cabinet.Db, 5)).WattHours, 6);
    }

    [Fact]
    public void A_database_of_before_power_gets_its_tables()
    {
        var folder = Directory.CreateTempSubdirectory("edgenode-unit-");
        try
        {
            var store = new StoreFile(Path.Combine(folder.FullName, "node.db"));
            using (var db = store.OpenWriter(Node.Modules))
            {
                foreach (var table in (string[])["peer_power", "power_told", "load_plan", "power_history"])
                    db.Run($"DROP TABLE {table}");
                db.Run("UPDATE meta SET version = 1 WHERE module = 'Appliance'");
            }
            using var moved = store.OpenWriter(Node.Modules);
            Assert.Equal(0, moved.Number("SELECT count(*) FROM power_history"));
            Assert.Equal(2, moved.Number("SELECT version FROM meta WHERE module = 'Appliance'"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("mains off", false, 4.0, 50.0)]
    [InlineData("mains -", null, 4.0, 50.0)]
    [InlineData("volts 3.7", true, 3.7, 50.0)]
    [InlineData("volts -", true, null, 50.0)]
    [InlineData("percent 7.5", true, 4.0, 7.5)]
    [InlineData("percent many", true, 4.0, 50.0)]
    [InlineData("", true, 4.0, 50.0)]
    public void A_script_moves_the_sensors_line_by_line(string line, bool? mains, double? volts, double? percent)
    {
        var now = PowerScript.Apply(new PowerSample(1, true, 4.0, 50, null), line);
        Assert.Equal((mains, volts, percent), (now.Mains, now.Volts, now.Percent));
    }
}
