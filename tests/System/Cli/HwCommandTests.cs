using System.Text.Json;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Cli;

/// <summary>
/// Every command of the hardware group, from the shipped binary, on a machine that has none of a cabinet's parts: 0 good, 1 refused or found
/// wanting, 2 used wrongly; a sentence each time, and one JSON object where it is asked for.
/// </summary>
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
        using var running = new Running([Binaries.AheadOfTime, "hw", "watch", "--bom", Bill(), "--for", "60"]);
        await Until.HoldsAsync(() => running.Output.Contains("fault", StringComparison.Ordinal), "the first reading is printed");
        var maps = await File.ReadAllTextAsync($"/proc/{running.Id}/maps");
        Assert.All(CabinetLibraries, library => Assert.DoesNotContain(library, maps, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("probe")]
    [InlineData("watch")]
    [InlineData("selftest")]
    [InlineData("validate")]
    [InlineData("rehearse")]
    [InlineData("wiring")]
    [InlineData("shopping")]
    [InlineData("stock")]
    [InlineData("unplug-test")]
    [InlineData("decide")]
    public async Task Every_hardware_command_has_help_with_an_example_whose_bill_is_in_the_tree(string command)
    {
        var ended = await Run("hw", command, "--help");
        Assert.Equal(0, ended.Code);
        Assert.Contains($"Example: edgenode hw {command} ", ended.Output, StringComparison.Ordinal);
        var named = ended.Output.Split([' ', '\n']).Where(word => word.StartsWith("hw-bom/", StringComparison.Ordinal));
        Assert.All(named, file => Assert.True(File.Exists(Path.Combine(Binaries.Root, file)), file));
    }

    [Fact]
    public async Task The_help_of_the_group_names_every_command_that_is_tested_here()
    {
        var help = (await Run("hw", "--help")).Output;
        var listed = help[help.IndexOf("Commands:", StringComparison.Ordinal)..]
            .Split('\n')
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Length > 2 && char.IsLetter(line[2]))
            .Select(line => line.Trim().Split(' ')[0]);
        Assert.Equal(
            ["probe", "watch", "selftest", "validate", "rehearse", "wiring", "shopping", "stock", "unplug-test", "decide"],
            listed
        );
    }

    [Theory]
    [InlineData("edgenode hw", "hw")]
    [InlineData("edgenode hw", "hw", "pigeon")]
    [InlineData("edgenode hw watch", "hw", "watch", "--for", "soon")]
    [InlineData("edgenode hw probe", "hw", "probe", "--pigeon")]
    [InlineData("edgenode hw selftest", "hw", "selftest")]
    [InlineData("edgenode hw validate", "hw", "validate")]
    [InlineData("edgenode hw rehearse", "hw", "rehearse", "--days", "3")]
    [InlineData("edgenode hw wiring", "hw", "wiring", "--bom", "x")]
    [InlineData("edgenode hw shopping", "hw", "shopping", "--out", "x")]
    [InlineData("edgenode hw stock", "hw", "stock", "--bom", "x")]
    [InlineData("edgenode hw stock", "hw", "stock", "--bom", "x", "--stock", "y", "--nodes", "0")]
    [InlineData("edgenode hw unplug-test", "hw", "unplug-test")]
    [InlineData("edgenode hw decide", "hw", "decide")]
    public async Task What_is_used_wrongly_says_so_names_the_help_and_ends_with_two(string help, params string[] command)
    {
        var ended = await Run(command);
        Assert.Equal(2, ended.Code);
        Assert.StartsWith("edgenode: ", ended.Error, StringComparison.Ordinal);
        Assert.EndsWith($"Try: {help} --help", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", ended.Error, StringComparison.Ordinal);
        Assert.Empty(ended.Output);
    }

    [Theory]
    [InlineData("--for must be at least 1", "hw", "watch", "--for", "0")]
    [InlineData("--for must be at least 1", "hw", "decide", "--bom", "x", "--for", "0")]
    [InlineData("--seeds from 1", "hw", "rehearse", "--bom", "x", "--seeds", "0")]
    public async Task A_number_that_cannot_be_is_used_wrongly(string sentence, params string[] command)
    {
        var ended = await Run(command);
        Assert.Equal(2, ended.Code);
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("probe")]
    [InlineData("watch")]
    [InlineData("selftest")]
    [InlineData("validate")]
    [InlineData("rehearse")]
    [InlineData("wiring", "--out", "never-written.html")]
    [InlineData("shopping", "--out", "never-written.html")]
    [InlineData("stock", "--stock", "nowhere.json")]
    [InlineData("unplug-test")]
    [InlineData("decide")]
    public async Task A_bill_that_is_not_there_or_is_none_is_refused_with_a_sentence_that_names_it(params string[] command)
    {
        var bill = Path.Combine(_folder, "bad.json");
        var missing = await Run(["hw", .. command, "--bom", bill]);
        Assert.Equal(1, missing.Code);
        Assert.Contains(bill, missing.Error, StringComparison.Ordinal);

        await File.WriteAllTextAsync(bill, """{ "lines": [ { "ref": "X", "interface": [ { "bus": "pigeon" } ] } ] }""");
        var wrong = await Run(["hw", .. command, "--bom", bill]);
        Assert.Equal(1, wrong.Code);
        Assert.StartsWith("edgenode: ", wrong.Error, StringComparison.Ordinal);
        Assert.Single(wrong.Error.Split('\n'));
        Assert.DoesNotContain("   at ", wrong.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "good,buses,devices,readings", "probe", "--bom", "BILL")]
    [InlineData(
        0,
        "seconds,count,wake_ups,allocated_bytes_per_reading,edges,readings,devices",
        "watch",
        "--bom",
        "BILL",
        "--for",
        "1"
    )]
    [InlineData(1, "report,key,signature", "selftest", "--bom", "BILL")]
    [InlineData(0, "good,tier,autonomy_hours,findings", "validate", "--bom", "INDOOR")]
    [InlineData(1, "good,nodes,rows", "stock", "--bom", "INDOOR", "--stock", "STOCK")]
    [InlineData(0, "seconds,losses,decisions", "decide", "--bom", "INDOOR", "--for", "1")]
    public async Task Json_is_exactly_one_object_with_these_keys(int code, string keys, params string[] command)
    {
        var ended = await Run(["hw", .. command.Select(Place), "--json"]);
        Assert.Equal(code, ended.Code);
        using var report = JsonDocument.Parse(ended.Output);
        Assert.Equal(keys.Split(','), report.RootElement.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task A_rehearsal_tells_what_a_builder_compares_designs_by()
    {
        var ended = await Run("hw", "rehearse", "--bom", Place("INDOOR"), "--days", "2", "--seeds", "2", "--json");
        using var report = JsonDocument.Parse(ended.Output);
        foreach (
            var key in (string[])
                ["deaths", "shutdowns_with_mains", "shutdowns_stuck_pin", "short_boots_per_hour", "announcements"]
        )
            Assert.Equal(JsonValueKind.Number, report.RootElement.GetProperty(key).ValueKind);
        Assert.InRange(report.RootElement.GetProperty("autonomy_hours").GetDouble(), 1, 100);
        Assert.Equal(96.0, report.RootElement.GetProperty("simulated_hours").GetDouble());
    }

    [Theory]
    [InlineData("wiring", "page.html", "<svg")]
    [InlineData("shopping", "list.html", "<table")]
    [InlineData("shopping", "list.csv", "ref,")]
    public async Task A_page_is_written_where_it_was_wanted(string command, string name, string part)
    {
        var page = Path.Combine(_folder, name);
        var ended = await Run("hw", command, "--bom", Place("INDOOR"), "--out", page);
        Assert.Equal(0, ended.Code);
        Assert.Contains(part, await File.ReadAllTextAsync(page), StringComparison.Ordinal);

        var nowhere = await Run("hw", command, "--bom", Place("INDOOR"), "--out", Path.Combine(_folder, "nowhere", name));
        Assert.Equal(1, nowhere.Code);
        Assert.Contains("nowhere", nowhere.Error, StringComparison.Ordinal);
    }

    private string Place(string word) =>
        word switch
        {
            "BILL" => Bill(),
            "INDOOR" => Path.Combine(Binaries.Root, "hw-bom/indoor-grid.json"),
            "STOCK" => Path.Combine(Binaries.Root, "hw-bom/stock/example.json"),
            _ => word,
        };

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
        using var running = new Running([Binaries.AheadOfTime, .. command]);
        return await running.EndAsync();
    }
}
