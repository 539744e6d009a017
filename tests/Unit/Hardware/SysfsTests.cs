using EdgeNode.Hardware.Io;

namespace EdgeNode.Tests.Unit.Hardware;

public sealed class SysfsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("edgenode-sysfs").FullName;

    [Fact]
    public void Tells_charge_and_mains_as_the_kernel_does()
    {
        Put("class/power_supply/AC/type", "Mains\n");
        Put("class/power_supply/AC/online", "0\n");
        Put("class/power_supply/BAT0/type", "Battery\n");
        Put("class/power_supply/BAT0/capacity", "57\n");
        Put("class/power_supply/BAT0/status", "Discharging\n");
        var health = new Sysfs(_root).Read();
        Assert.Equal(57, health.BatteryPercent);
        Assert.False(health.OnMains);
        Assert.Equal("Discharging", health.Supplies[1].Status);
    }

    [Fact]
    public void An_absent_sensor_is_absent_and_never_a_zero()
    {
        var health = new Sysfs(_root).Read();
        Assert.Empty(health.Supplies);
        Assert.Null(health.BatteryPercent);
        Assert.Null(health.OnMains);
        Assert.Null(health.Celsius);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("101")]
    [InlineData("full")]
    [InlineData("")]
    public void An_implausible_charge_does_not_count(string capacity)
    {
        Put("class/power_supply/BAT0/type", "Battery\n");
        Put("class/power_supply/BAT0/capacity", capacity);
        Assert.Null(new Sysfs(_root).Read().BatteryPercent);
    }

    [Fact]
    public void The_hottest_plausible_zone_counts()
    {
        Put("class/thermal/thermal_zone0/temp", "41250\n");
        Put("class/thermal/thermal_zone1/temp", "48800\n");
        Put("class/thermal/thermal_zone2/temp", "999999\n");
        Put("class/thermal/cooling_device0/temp", "90000\n");
        Assert.Equal(48.8, new Sysfs(_root).Read().Celsius);
    }

    private void Put(string file, string text)
    {
        var path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
