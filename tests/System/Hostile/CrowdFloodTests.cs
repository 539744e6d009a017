using EdgeNode.Store;
using EdgeNode.Tests.Load;
using EdgeNode.Tests.System.Hosts;
using Xunit.Abstractions;

namespace EdgeNode.Tests.System.Hostile;

/// <summary>A cabinet with sixteen peers, each over a connection of its own, while one of them floods: the short form of what bench/run flood measures.</summary>
public sealed class CrowdFloodTests(ITestOutputHelper output)
{
    private const int Peers = 16;
    private const int Bundles = 40;
    private const int Statements = 2;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_that_floods_is_cut_and_suspended_and_the_others_lose_nothing_and_double_nothing()
    {
        await using var cabinet = CabinetProcess.Make();
        // As it ships, but for the time that a flood may last.
        cabinet.Set("timing:pace", null);
        cabinet.Set("peers:flood_patience", "2");
        var place = new Place(cabinet.Data, cabinet.Address.ToString(), cabinet.PeersPort, cabinet.PairingPort);
        using var crowd = Crowd.Enrol(place, Path.Combine(cabinet.Folder, "peers"), Peers);
        crowd.Prepare(Bundles, Statements);
        crowd.Flooder.Prepare(FloodKind.Garbage);
        await cabinet.StartAsync();
        using var steward = await CabinetVisitor.StewardAsync(cabinet, crowd.StewardsCode);
        await crowd.ConnectAsync(Soon);
        crowd.Send(Period);
        crowd.Flooder.Start();
        await Until.HoldsAsync(
            async () => await StateAsync(steward, crowd.Flooder.Did.Value) == "suspended",
            "who floods is suspended",
            Soon
        );
        await crowd.SettledAsync(Soon);
        await crowd.Flooder.StopAsync();
        var cut = await CutAsync(steward);
        output.WriteLine(
            $"{crowd.Flooder.Messages} messages of a flood, {cut} cut unseen; {crowd.Reconnections} connections anew, {crowd.SentAgain} bundles sent twice"
        );
        Assert.True(cut > 0, "the steward sees how much was cut");
        Assert.Equal(0, crowd.NotAccepted);
        Assert.Empty(crowd.Faults);
        AllIsThereOnce(cabinet, crowd);
        foreach (var other in crowd.Others)
            Assert.Equal("enrolled", await StateAsync(steward, other.Value));
    }

    private static void AllIsThereOnce(CabinetProcess cabinet, Crowd crowd)
    {
        using var db = new StoreFile(cabinet.Database).OpenReader();
        foreach (var other in crowd.Others)
        {
            var kept = db.Number("SELECT count(*) FROM statement WHERE origin = $1", other.Value);
            var taken = db.Number("SELECT total FROM traffic WHERE peer = $1 AND what = 'statements_received'", other.Value);
            Assert.Equal((Bundles * Statements, Bundles * Statements), ((int)kept, (int)taken));
        }
    }

    private static async Task<string> StateAsync(CabinetVisitor steward, string did)
    {
        var peerings = (await steward.GetAsync("api/steward/neighbours")).Json!["peerings"]!.AsArray();
        return (string?)peerings.Single(p => (string?)p!["did"] == did)!["state"] ?? "";
    }

    /// <summary>Messages that were dropped unseen.</summary>
    private static async Task<long> CutAsync(CabinetVisitor steward)
    {
        var refused = (await steward.GetAsync("api/steward/wire")).Json!["refused"]!.AsArray();
        return (long?)refused.FirstOrDefault(r => (string?)r!["code"] == "peer.flood")?["count"] ?? 0;
    }
}
