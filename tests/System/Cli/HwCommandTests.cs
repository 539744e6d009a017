using System.Text.Json;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Cli;

/// <summary>The commands that look at the hardware, on a machine that has none of a cabinet's parts.</summary>
public sealed class HwCommandTests : IDisposable
{
    private static readonly string[] CabinetLibraries = ["libsqlite3", "libsodium", "libmosquitto"];

    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-hw").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_a_bill_names_and_the_machine_has_not_is_missing_with_the_reason_and_exit_code_one()
    {
        var ended = await Run("hw", "probe", "--bom", Bill(), "--json");
        Assert.Equal(1, ended.Code);
        using var report = JsonDocument.Parse(ended.Output);
        Assert.False(report.RootElement.GetProperty("good").GetBoolean());
        Assert.Equal(
            ["own binding at /dev/i2c-97 0x36: there is no such bus", "line 6 of nowhere: there is no such chip or line"],
            report.RootElement.GetProperty("devices").EnumerateArray().Select(d => d.GetProperty("backend").GetString())
        );
    }

    [Fact]
    public async Task A_watch_prints_exactly_one_object_and_a_missing_sensor_has_no_number()
    {
        var ended = await Run("hw", "watch", "--bom", Bill(), "--for", "1", "--json");
        Assert.Equal(0, ended.Code);
        using var report = JsonDocument.Parse(ended.Output);
        Assert.All(
            report.RootElement.GetProperty("readings").EnumerateArray(),
            r => Assert.Equal(JsonValueKind.Null, r.GetProperty("value").ValueKind)
        );
    }

    [Fact]
    public async Task A_selftest_says_which_wires_to_look_at_and_its_report_is_signed_with_the_cabinets_key()
    {
        var ended = await Run("hw", "selftest", "--bom", Bill());
        Assert.Equal(1, ended.Code);
        Assert.Contains("Look at SDA, SCL, 3.3 V and ground of the part at 0x36", ended.Output, StringComparison.Ordinal);

        var secret = new byte[64];
        secret[31] = 7;
        await File.WriteAllBytesAsync(Path.Combine(_folder, "node.key"), secret);
        using var key = Wire.NodeKey.FromScalar(secret.AsSpan(0, 32));
        using var signed = JsonDocument.Parse((await Run("hw", "selftest", "--bom", Bill(), "--data", _folder, "--json")).Output);
        var text = "edgenode/hw-selftest/1\n" + signed.RootElement.GetProperty("report").GetString();
        var signature = global::System.Buffers.Text.Base64Url.DecodeFromChars(
            signed.RootElement.GetProperty("signature").GetString()
        );
        using var verifier = new Wire.P256();
        Assert.Equal(key.PublicKey, signed.RootElement.GetProperty("key").GetString());
        Assert.True(verifier.Verify(key.PublicKey, global::System.Text.Encoding.UTF8.GetBytes(text), signature));
    }

    [Fact]
    public async Task A_watch_loads_none_of_the_cabinets_libraries()
    {
        using var running = new Running([Binaries.Built, "hw", "watch", "--bom", Bill(), "--for", "60"]);
        await Until.HoldsAsync(() => running.Output.Contains("fault", StringComparison.Ordinal), "the first reading is printed");
        var maps = await File.ReadAllTextAsync($"/proc/{running.Id}/maps");
        Assert.All(CabinetLibraries, library => Assert.DoesNotContain(library, maps, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hw", "probe")]
    [InlineData("hw", "watch")]
    [InlineData("hw", "selftest")]
    public async Task Every_hardware_command_has_help_with_an_example(params string[] command)
    {
        var ended = await Run([.. command, "--help"]);
        Assert.Equal(0, ended.Code);
        Assert.Contains("Example: edgenode hw", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bill_that_cannot_be_is_refused_with_a_sentence()
    {
        var bill = Path.Combine(_folder, "bad.json");
        await File.WriteAllTextAsync(bill, """{ "lines": [ { "ref": "X", "interface": [ { "bus": "pigeon" } ] } ] }""");
        var ended = await Run("hw", "watch", "--bom", bill);
        Assert.Equal(1, ended.Code);
        Assert.Contains("pigeon", ended.Error, StringComparison.Ordinal);
    }

    private string Bill()
    {
        var bill = Path.Combine(_folder, "bill.json");
        File.WriteAllText(
            bill,
            """
            { "lines": [ { "ref": "PS1", "interface": [
              { "bus": "i2c", "path": "/dev/i2c-97", "addr": "0x36", "model": "max17043" },
              { "bus": "gpio", "chip_label": "nowhere", "line": 6, "signal": "AC_OK" } ] } ] }
            """
        );
        return bill;
    }

    private static async Task<Ended> Run(params string[] command)
    {
        using var running = new Running([Binaries.Built, .. command]);
        return await running.EndAsync();
    }
}
