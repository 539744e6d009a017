using EdgeNode.Hardware;
using EdgeNode.Hardware.Devices;

namespace EdgeNode.Tests.Unit.Hardware.Devices;

public sealed class FanRuleTests
{
    private readonly FanRule _fan = new();

    [Fact]
    public void The_fan_runs_from_sixty_degrees_until_it_is_fifty()
    {
        Assert.Equal([false, true, true, true, false, false], new[] { 59, 60, 55, 51, 50, 55 }.Select(At));
    }

    [Fact]
    public void A_faulty_thermometer_turns_the_fan_on_and_a_refused_value_changes_nothing()
    {
        At(40);
        Assert.False(Take(Quality.Refused));
        Assert.True(Take(Quality.Fault));
        Assert.False(At(40));
    }

    private bool At(int celsius) =>
        _fan.Take(new(new("soc"), SensorKind.Temperature, celsius * Units.Whole, Quality.Good, Trust.Verified, default));

    private bool Take(Quality quality) =>
        _fan.Take(new(new("soc"), SensorKind.Temperature, null, quality, Trust.Verified, default));
}
