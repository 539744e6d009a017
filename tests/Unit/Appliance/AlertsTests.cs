using EdgeNode.Appliance;

namespace EdgeNode.Tests.Unit.Appliance;

public sealed class AlertsTests
{
    static AlertFact Charge => new(new AlertRule("charge", 30, 35), false, null);

    static AlertFact Heat => new(new AlertRule("temperature", 75, 70), false, null);

    [Fact]
    public void A_value_that_trembles_around_the_level_raises_once()
    {
        var (fact, raised) = (Charge, 0);
        for (var i = 0; i < 100; i++)
        {
            var now = fact.After(i % 2 == 0 ? 29.9 : 30.4);
            raised += now.IsRaised && !fact.IsRaised ? 1 : 0;
            fact = now;
        }
        Assert.Equal(1, raised);
        Assert.True(fact.IsRaised);
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(30.1, false)]
    [InlineData(0, true)]
    [InlineData(100, false)]
    public void A_low_charge_is_bad_from_its_level_on(double charge, bool raised) =>
        Assert.Equal(raised, Charge.After(charge).IsRaised);

    [Theory]
    [InlineData(34.9, true)]
    [InlineData(35, false)]
    public void An_alert_ends_at_its_own_level(double charge, bool raised) =>
        Assert.Equal(raised, Charge.After(20).After(charge).IsRaised);

    [Theory]
    [InlineData(75, 70.1, true)]
    [InlineData(75, 70, false)]
    [InlineData(74.9, 74.9, false)]
    public void Where_high_is_bad_it_works_the_other_way_round(double first, double then, bool raised) =>
        Assert.Equal(raised, Heat.After(first).After(then).IsRaised);

    [Theory]
    [InlineData(null)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_dead_sensor_neither_raises_nor_ends_an_alert(double? value)
    {
        Assert.False(Charge.After(value).IsRaised);
        Assert.Null(Charge.After(value).Value);
        Assert.True(Charge.After(10).After(value).IsRaised);
        Assert.Equal(10, Charge.After(10).After(value).Value);
    }

    [Fact]
    public void A_steward_sets_levels_or_switches_an_alert_off()
    {
        var set = new Dictionary<string, string> { ["alerts:charge"] = "45.5/50", ["alerts:temperature"] = "off" };
        var (settings, faults) = Settings.Read(set.GetValueOrDefault);
        Assert.Empty(faults);
        Assert.Equal(new AlertRule[] { new("charge", 45.5, 50), new("disk", 10, 12) }, settings!.Alerts);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("30/30")]
    [InlineData("35/30")]
    [InlineData("30/35/40")]
    [InlineData("low/high")]
    [InlineData("")]
    public void Levels_that_make_no_sense_are_named(string levels)
    {
        var (settings, faults) = Settings.Read(key => key == "alerts:charge" ? levels : null);
        Assert.Null(settings);
        Assert.Contains("[alerts] charge", Assert.Single(faults), StringComparison.Ordinal);
    }
}
