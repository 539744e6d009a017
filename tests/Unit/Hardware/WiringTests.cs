using System.Text;
using EdgeNode.Hardware;

namespace EdgeNode.Tests.Unit.Hardware;

/// <summary>What a bill says is wired, and what it may not say.</summary>
public sealed class WiringTests
{
    private const string Bill = """
        { "schema": "edgenode-bom/1", "lines": [
          { "ref": "U1", "part": "Raspberry Pi 5" },
          { "ref": "PS1", "interface": [
            { "bus": "i2c", "path": "/dev/i2c-1", "addr": "0x36", "model": "max17043", "owner": "own" },
            { "bus": "gpio", "chip_label": ["pinctrl-rp1", "pinctrl-bcm2711"], "line": 6, "signal": "AC_OK", "active": "low", "bias": "pull-up", "debounce_us": 5000 },
            { "bus": "gpio", "line": 16, "signal": "CHARGE_INHIBIT", "dir": "out", "default": 0 } ],
            "battery": { "chemistry": "li-ion", "series": 1 } },
          { "ref": "SH1", "interface": [ { "bus": "i2c", "addr": "40", "model": "ina228", "shunt_uohm": 15000, "name": "pack" } ],
            "battery": { "chemistry": "lifepo4", "series": 4 } },
          { "ref": "PV1", "interface": [ { "bus": "serial", "path": "/dev/ttyUSB0", "model": "vedirect" } ] },
          { "ref": "T1", "interface": [ { "bus": "w1", "model": "ds18b20", "id": "28-0316a2795bff" } ] } ] }
        """;

    [Fact]
    public void A_bill_becomes_devices_with_their_addresses_polarity_and_names()
    {
        var specs = Read(Bill);
        Assert.Equal(
            ["ps1-max17043", "ps1-ac-ok", "ps1-charge-inhibit", "pack", "pv1-vedirect", "t1-ds18b20"],
            specs.Select(s => s.Name)
        );
        Assert.Equal(new I2cSpec("ps1-max17043", "max17043", "/dev/i2c-1", 0x36, BusOwner.Own), specs[0]);
        var mains = Assert.IsType<LineSpec>(specs[1]);
        Assert.Equal((6, false, 5_000, SensorKind.Mains), (mains.Line, mains.ActiveHigh, mains.DebounceUs, mains.Kind));
        var inhibit = Assert.IsType<LineSpec>(specs[2]);
        Assert.True(inhibit.IsOutput);
        Assert.Equal(["pinctrl-rp1", "pinctrl-bcm2711"], inhibit.ChipLabels);
        Assert.Equal((15_000, 0), (((I2cSpec)specs[3]).ShuntMicroOhm, ((I2cSpec)specs[3]).Cells));
    }

    [Theory]
    [InlineData("""{ "bus": "i2c", "model": "max17043" }""", "no \"addr\"")]
    [InlineData("""{ "bus": "i2c", "addr": "0x78", "model": "max17043" }""", "no I2C address")]
    [InlineData("""{ "bus": "i2c", "addr": "0x36", "model": "toaster" }""", "toaster")]
    [InlineData("""{ "bus": "gpio", "signal": "AC_OK" }""", "no \"line\"")]
    [InlineData("""{ "bus": "gpio", "line": 6, "signal": "SING" }""", "SING")]
    [InlineData("""{ "bus": "gpio", "line": 6, "signal": "AC_OK", "dir": "out" }""", "other way")]
    [InlineData("""{ "bus": "serial", "model": "vedirect" }""", "no \"path\"")]
    [InlineData("""{ "bus": "pigeon" }""", "pigeon")]
    [InlineData("""{ "model": "max17043" }""", "no \"bus\"")]
    [InlineData("""{ "bus": 7 }""", "wrong form")]
    public void What_a_bill_may_not_say_is_refused_with_its_place(string entry, string says)
    {
        var e = Assert.Throws<HardwareException>(() =>
            Read($$"""{ "lines": [ { "ref": "X1", "interface": [ {{entry}} ] } ] }""")
        );
        Assert.Equal("hardware.bad_bill", e.Code);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("not json")]
    public void What_is_no_json_is_refused(string text) => Assert.Throws<HardwareException>(() => Read(text));

    [Fact]
    public void A_bill_with_more_interfaces_than_a_cabinet_has_is_refused()
    {
        var entries = string.Join(
            ',',
            Enumerable.Repeat("""{ "bus": "kernel", "model": "thermal" }""", Wiring.MostInterfaces + 1)
        );
        Assert.Throws<HardwareException>(() => Read($$"""{ "lines": [ { "interface": [ {{entries}} ] } ] }"""));
    }

    [Fact]
    public void The_mains_line_of_two_boards_of_one_vendor_has_opposite_polarity()
    {
        Assert.True(Hats.X120x().OfType<LineSpec>().Single(l => l.Signal == LineSignal.AcOk).ActiveHigh);
        Assert.False(Hats.X728().OfType<LineSpec>().Single(l => l.Signal == LineSignal.AcOk).ActiveHigh);
    }

    private static IReadOnlyList<DeviceSpec> Read(string text) => Wiring.OfBill(Encoding.UTF8.GetBytes(text));
}
