using System.Text.Json;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>Cabinet cards between two running cabinets, by the command that a steward types.</summary>
public sealed class CardTests
{
    [Fact]
    public async Task Two_cabinets_that_do_not_see_each_other_come_to_a_peering_by_a_card()
    {
        await using var mill = Alone("Mill");
        await using var hill = Alone("Hill");
        await mill.StartAsync();
        await hill.StartAsync();
        var file = Path.Combine(mill.Folder, "mill.card");

        Assert.Equal(0, (await Card(mill, "export", file)).Code);
        var looked = await Json(hill, "import", file);
        Assert.Equal("Mill", looked.GetProperty("name").GetString());
        Assert.Empty(await Peerings(mill));
        Assert.True((await Json(hill, "import", file, "--ask")).GetProperty("asked").GetBoolean());

        await Until.HoldsAsync(async () => (await Peerings(mill)).Any(p => p.State == "proposed"), "Mill sees the request");
        using var steward = await CabinetVisitor.StewardAsync(mill);
        var did = (await Peerings(mill)).Single().Did;
        Assert.True((await steward.PostAsync($"api/steward/peerings/{Uri.EscapeDataString(did)}/accept", [])).IsDone);
        foreach (var cabinet in new[] { mill, hill })
            await Until.HoldsAsync(async () => (await Peerings(cabinet)).Any(p => p.State == "enrolled"), "both are enrolled");
    }

    [Fact]
    public async Task A_card_that_is_spoiled_or_our_own_is_told_in_a_sentence()
    {
        await using var mill = Alone("Mill");
        await mill.StartAsync();
        var file = Path.Combine(mill.Folder, "mill.card");
        Assert.Equal(0, (await Card(mill, "export", file)).Code);

        var own = await Card(mill, "import", file);
        Assert.Equal(1, own.Code);
        Assert.Contains("this very cabinet", own.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file))[..200]);
        var spoiled = await Card(mill, "import", file);
        Assert.Equal(1, spoiled.Code);
        Assert.Contains("Scan or copy it again", spoiled.Error, StringComparison.Ordinal);
    }

    private static CabinetProcess Alone(string name)
    {
        var cabinet = CabinetProcess.Make();
        cabinet.Set("cabinet:name", name);
        cabinet.Set("network:discovery", "no");
        return cabinet;
    }

    private static async Task<List<(string Did, string State)>> Peerings(CabinetProcess at)
    {
        using var steward = await CabinetVisitor.StewardAsync(at);
        var all = (await steward.GetAsync("api/steward/neighbours")).Json!["peerings"]!.AsArray();
        return [.. all.Select(p => ((string)p!["did"]!, (string)p["state"]!))];
    }

    private static async Task<JsonElement> Json(CabinetProcess at, string act, params string[] arguments)
    {
        var ended = await Card(at, act, [.. arguments, "--json"]);
        Assert.True(ended.Code == 0, ended.ToString());
        return JsonDocument.Parse(ended.Output).RootElement;
    }

    private static async Task<Ended> Card(CabinetProcess at, string act, params string[] arguments)
    {
        var codeFile = Path.Combine(at.Folder, "code");
        await File.WriteAllTextAsync(codeFile, at.StewardsCode);
        using var running = new Running([
            Binaries.Built,
            "card",
            act,
            .. arguments,
            "--data",
            at.Data,
            "--config",
            at.Config,
            "--code-file",
            codeFile,
        ]);
        await Until.HoldsAsync(() => running.HasEnded, "the command ends");
        return await running.EndAsync();
    }
}
