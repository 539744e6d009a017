using System.Text.Json;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Relay;

/// <summary>Sticks and QR codes between two running cabinets that have no link, by the command that a steward types.</summary>
public sealed class CourierTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-stick-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_stick_there_and_back_carries_everything_and_its_receipts()
    {
        await using var two = await TwoCabinets.PeeredAndPartedAsync();
        using var resident = await TwoCabinets.ResidentAsync(two.Mill);
        for (var i = 0; i < 5; i++)
            await TwoCabinets.ShareAsync(resident, $"thing {i}");
        var there = await Export(two.Mill, "Hill", _folder);
        Assert.True(there.GetProperty("files").GetInt32() >= 2, there.ToString());
        var taken = await Import(two.Hill, _folder);
        Assert.True(taken.GetProperty("taken").GetInt32() > 0, taken.ToString());
        Assert.Equal(0, (await Import(two.Hill, _folder)).GetProperty("taken").GetInt32());
        Assert.Equal(5, TwoCabinets.Offerings(two.Hill));
        await Export(two.Hill, "Mill", _folder);
        await Import(two.Mill, _folder);
        await two.ArrivedAsync(5, TimeSpan.FromSeconds(30));
        Assert.True((await Export(two.Mill, "Hill", _folder)).GetProperty("removed").GetInt32() > 0);
    }

    [Fact]
    public async Task Qr_codes_as_a_page_bring_the_same()
    {
        await using var two = await TwoCabinets.PeeredAndPartedAsync();
        using var resident = await TwoCabinets.ResidentAsync(two.Mill);
        await TwoCabinets.ShareAsync(resident, "bread");
        var page = Path.Combine(_folder, "codes.html");
        var codes = (await Export(two.Mill, "Hill", "--qr", page)).GetProperty("codes").GetInt32();
        Assert.InRange(codes, 2, 200);
        var text = await File.ReadAllTextAsync(page);
        Assert.Equal(codes, text.Split("<svg").Length - 1);
        await File.WriteAllTextAsync(page + ".some", text.Replace($"/2/{codes}/", $"/x/{codes}/", StringComparison.Ordinal));
        var some = await Courier(two.Hill, "import", page + ".some");
        Assert.Equal(1, some.Code);
        Assert.Contains("Codes still to scan: 2.", some.Error + some.Output, StringComparison.Ordinal);
        await Import(two.Hill, page);
        Assert.Equal(1, TwoCabinets.Offerings(two.Hill));
    }

    [Fact]
    public async Task Absent_foreign_and_damaged_sticks_are_told_in_a_sentence()
    {
        await using var two = await TwoCabinets.PeeredAndPartedAsync();
        using var resident = await TwoCabinets.ResidentAsync(two.Mill);
        await TwoCabinets.ShareAsync(resident, "bread");
        await Refused(two.Mill, "Is the stick plugged in", "export", "--to", "Hill", Path.Combine(_folder, "nowhere"));
        await Refused(two.Mill, "There is no neighbour 'Quay'", "export", "--to", "Quay", _folder);
        await Refused(two.Hill, "nothing from a cabinet", "import", _folder);
        await Export(two.Mill, "Hill", _folder);
        await Refused(two.Mill, "is for this cabinet", "import", _folder);
        var bundle = Directory.EnumerateFiles(_folder, "2-*.age", SearchOption.AllDirectories).First();
        var whole = await File.ReadAllBytesAsync(bundle);
        await File.WriteAllBytesAsync(bundle, whole[..(whole.Length / 2)]);
        await Refused(two.Hill, "not whole", "import", _folder);
        Assert.Equal(0, TwoCabinets.Offerings(two.Hill));
        await File.WriteAllBytesAsync(bundle, whole);
        await Import(two.Hill, _folder);
        Assert.Equal(1, TwoCabinets.Offerings(two.Hill));
    }

    [Fact]
    public async Task A_wrong_code_and_a_stopped_cabinet_are_told_in_a_sentence()
    {
        await using var cabinet = await CabinetProcess.StartNewAsync();
        var wrong = await Courier(cabinet, "import", _folder, code: "nonsense");
        Assert.Equal(1, wrong.Code);
        Assert.Contains("does not open anything", wrong.Error, StringComparison.Ordinal);
        await cabinet.StopAsync();
        var stopped = await Courier(cabinet, "import", _folder);
        Assert.Equal(1, stopped.Code);
        Assert.Contains("does not answer", stopped.Error, StringComparison.Ordinal);
    }

    private static async Task Refused(CabinetProcess cabinet, string says, params string[] arguments)
    {
        var ended = await Courier(cabinet, arguments[0], arguments[1..]);
        Assert.Equal(1, ended.Code);
        Assert.Contains(says, ended.Error + ended.Output, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> Export(CabinetProcess from, string to, params string[] where) =>
        Answer(await Courier(from, "export", ["--to", to, "--json", .. where]));

    private static async Task<JsonElement> Import(CabinetProcess cabinet, string path) =>
        Answer(await Courier(cabinet, "import", [path, "--json"]));

    private static JsonElement Answer(Ended ended)
    {
        Assert.True(ended.Code == 0, ended.ToString());
        return JsonDocument.Parse(ended.Output).RootElement;
    }

    private static Task<Ended> Courier(CabinetProcess cabinet, string act, string path, string code) =>
        Courier(cabinet, act, [path], code);

    private static async Task<Ended> Courier(CabinetProcess cabinet, string act, string[] arguments, string? code = null)
    {
        var codeFile = Path.Combine(cabinet.Folder, "code");
        await File.WriteAllTextAsync(codeFile, code ?? cabinet.StewardsCode);
        using var running = new Running([
            Binaries.Built,
            "courier",
            act,
            .. arguments,
            "--data",
            cabinet.Data,
            "--config",
            cabinet.Config,
            "--code-file",
            codeFile,
        ]);
        await Until.HoldsAsync(() => running.HasEnded, "the command ends");
        return await running.EndAsync();
    }

    private static Task<Ended> Courier(CabinetProcess cabinet, string act, string path) => Courier(cabinet, act, [path]);
}
