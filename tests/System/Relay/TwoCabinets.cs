using System.Globalization;
using System.Text.Json.Nodes;
using EdgeNode.Store;
using EdgeNode.Tests.System.Brokers;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Relay;

/// <summary>
/// Two cabinets as two stewards run them, peered over a direct link and then parted: each has moved to another port that the other does not know, so only a relay
/// or a courier is left.
/// </summary>
internal sealed class TwoCabinets : IAsyncDisposable
{
    private TwoCabinets(CabinetProcess mill, CabinetProcess hill) => (Mill, Hill) = (mill, hill);

    public CabinetProcess Mill { get; }
    public CabinetProcess Hill { get; }

    public static Task<TwoCabinets> PeeredAndPartedAsync(
        string? relay = null,
        (string User, string PasswordFile)? login = null
    ) => MakeAsync(two => two.PartAsync(relay, login));

    /// <summary>Two neighbours with a link.</summary>
    public static Task<TwoCabinets> PeeredAsync() => MakeAsync(_ => Task.CompletedTask);

    private static async Task<TwoCabinets> MakeAsync(Func<TwoCabinets, Task> after)
    {
        var two = new TwoCabinets(CabinetProcess.Make(), CabinetProcess.Make());
        try
        {
            two.Mill.Set("cabinet:name", "Mill");
            two.Hill.Set("cabinet:name", "Hill");
            await two.Mill.StartAsync();
            await two.Hill.StartAsync();
            await two.PeerAsync();
            await after(two);
            return two;
        }
        catch
        {
            await two.DisposeAsync();
            throw;
        }
    }

    /// <summary>A resident of a cabinet who has signed in.</summary>
    public static async Task<CabinetVisitor> ResidentAsync(CabinetProcess cabinet)
    {
        var visitor = CabinetVisitor.Resident(cabinet);
        var joined = await visitor.JoinAsync("Anna");
        Assert.True((await visitor.SignInAsync(joined["code"])).IsDone);
        return visitor;
    }

    public static async Task ShareAsync(CabinetVisitor resident, string title)
    {
        var body = new JsonObject
        {
            ["category"] = "test/thing",
            ["title"] = title,
            ["share"] = "all",
        };
        var answered = await resident.PostAsync("api/offerings", body);
        Assert.True(answered.Status == 201, answered.ToString());
    }

    /// <summary>Statements that wait at a cabinet for its neighbour.</summary>
    public static long Waiting(CabinetProcess at) => Number(at, "SELECT count(*) FROM outbox");

    /// <summary>Statements of the neighbour that had their effect here: each row is one, and taking one twice would count twice here.</summary>
    public static long Taken(CabinetProcess at) => Number(at, "SELECT coalesce(sum(statements), 0) FROM inbox");

    public static long Offerings(CabinetProcess at) => Number(at, "SELECT count(*) FROM offering");

    public static long Number(CabinetProcess at, string sql)
    {
        using var db = new StoreFile(at.Database).OpenReader();
        return db.Number(sql);
    }

    /// <summary>What Mill shared is at Hill, all of it and nothing twice, and Mill knows.</summary>
    public async Task ArrivedAsync(int offerings, TimeSpan within)
    {
        await Until.HoldsAsync(
            () => Offerings(Hill) == offerings && Waiting(Mill) == 0,
            $"{offerings} offerings are at Hill and receipted at Mill; {Offerings(Hill)} are there, {Waiting(Mill)} wait",
            within
        );
        Assert.Equal(Number(Mill, "SELECT count(*) FROM delivery"), Taken(Hill));
        Assert.Equal(0, Number(Mill, "SELECT count(*) FROM set_aside"));
        Assert.Equal(0, Number(Hill, "SELECT count(*) FROM set_aside"));
    }

    public async ValueTask DisposeAsync()
    {
        await Mill.DisposeAsync();
        await Hill.DisposeAsync();
    }

    private async Task PeerAsync()
    {
        using var mill = await CabinetVisitor.StewardAsync(Mill);
        using var hill = await CabinetVisitor.StewardAsync(Hill);
        var asked = await mill.PostAsync(
            "api/steward/neighbours/request",
            new JsonObject { ["address"] = Hill.Address.ToString(), ["pair_port"] = Hill.PairingPort }
        );
        Assert.True(asked.IsDone, asked.ToString());
        string? did = null;
        await Until.HoldsAsync(async () => (did = await PeerOf(hill, "proposed")) is not null, "Hill sees the request");
        var accepted = await hill.PostAsync($"api/steward/peerings/{Uri.EscapeDataString(did!)}/accept", []);
        Assert.True(accepted.IsDone, accepted.ToString());
        await Until.HoldsAsync(
            async () => await PeerOf(mill, "enrolled") is not null && await PeerOf(hill, "enrolled") is not null,
            "both are enrolled"
        );
    }

    private static async Task<string?> PeerOf(CabinetVisitor steward, string state)
    {
        var neighbours = (await steward.GetAsync("api/steward/neighbours")).Json!["peerings"]!.AsArray();
        return (string?)neighbours.FirstOrDefault(p => (string?)p!["state"] == state)?["did"];
    }

    private async Task PartAsync(string? relay, (string User, string PasswordFile)? login)
    {
        foreach (var cabinet in new[] { Mill, Hill })
        {
            await cabinet.StopAsync();
            cabinet.Set("network:peers", TestNode.FreePort(cabinet.Address).ToString(CultureInfo.InvariantCulture));
            cabinet.Set("relay:address", relay);
            cabinet.Set("relay:user", login?.User);
            cabinet.Set("relay:password_file", login?.PasswordFile);
            await cabinet.StartAsync();
        }
    }
}
