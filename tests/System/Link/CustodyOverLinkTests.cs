using System.Globalization;
using EdgeNode.Store;
using EdgeNode.Tests.Load;
using EdgeNode.Tests.System.Brokers;
using EdgeNode.Tests.System.Hosts;
using Xunit.Abstractions;

namespace EdgeNode.Tests.System.Link;

/// <summary>
/// Two real cabinets with real brokers over a link that loses, flaps and, in the second test, while their programs are killed: every statement arrives, and
/// none twice. The short form of what bench/run sync measures.
/// </summary>
public sealed class CustodyOverLinkTests(ITestOutputHelper output)
{
    private const int Statements = 2_000;
    private const int Size = 1_024;
    private static readonly TimeSpan KillEvery = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);
    private static readonly string[] BadAndFlapping =
    [
        "--delay",
        "50",
        "--loss",
        "5",
        "--rate",
        "4000000",
        "--up",
        "3",
        "--down",
        "6",
        "--held",
    ];

    [Fact]
    public async Task Nothing_is_lost_or_doubled_over_a_bad_link_that_flaps() => await LiveAsync(kills: false);

    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_nodes_and_brokers_are_killed_on_both_sides() =>
        await LiveAsync(kills: true);

    private async Task LiveAsync(bool kills)
    {
        await using var link = await BadLink.OpenAsync(BadAndFlapping);
        await using var left = At(BadLink.A);
        await using var right = At(BadLink.B);
        var ids = Load(left, right);
        await right.StartAsync(link.AtB);
        await left.StartAsync(link.AtA);
        using var ended = new CancellationTokenSource();
        await link.StartAsync();
        var killing = kills ? KillInTurnAsync(link, left, right, ended.Token) : Task.FromResult(0);
        await Until.HoldsAsync(() => Number(left, "SELECT count(*) FROM outbox") == 0, "everything is receipted", Longest);
        await ended.CancelAsync();
        var (there, back) = await link.CountAsync();
        output.WriteLine(
            $"{(double)(there.OfferedBytes + back.OfferedBytes) / (Statements * Size):0.000} wire bytes per byte, {await killing} kills"
        );
        AllIsThereOnce(right, ids);
    }

    private static CabinetProcess At(string address)
    {
        var cabinet = CabinetProcess.Make();
        cabinet.Set("network:address", address);
        return cabinet;
    }

    /// <summary>Peers the two and fills the left one's outbox; returns the ids of what is in it.</summary>
    private static HashSet<string> Load(CabinetProcess left, CabinetProcess right)
    {
        static Place PlaceOf(CabinetProcess cabinet, string address) =>
            new(cabinet.Data, address, cabinet.PeersPort, cabinet.PairingPort);
        using var at = new LoadedCabinet(PlaceOf(left, BadLink.A), "Left");
        using var to = new LoadedCabinet(PlaceOf(right, BadLink.B), "Right");
        Loader.Fill(at, to, MessageKind.Withdrawal, Statements, Size, keys: 8);
        using var db = new StoreFile(left.Database).OpenReader();
        return [.. db.All("SELECT id FROM statement WHERE kind = 'withdrawal'", r => r.Text(0))];
    }

    /// <summary>The left node, the left broker, the right node, the right broker, and again, each started anew at once.</summary>
    private static async Task<int> KillInTurnAsync(
        BadLink link,
        CabinetProcess left,
        CabinetProcess right,
        CancellationToken ended
    )
    {
        using var clock = new PeriodicTimer(KillEvery);
        for (var kill = 0; ; kill++)
        {
            try
            {
                await clock.WaitForNextTickAsync(ended);
            }
            catch (OperationCanceledException)
            {
                return kill;
            }
            var (cabinet, at) = kill / 2 % 2 == 0 ? (left, link.AtA) : (right, link.AtB);
            if (kill % 2 == 1)
            {
                foreach (var broker in cabinet.Brokers())
                    await Foreign.RunAsync("kill", "-9", broker.ToString(CultureInfo.InvariantCulture));
                continue;
            }
            await cabinet.KillAsync();
            await cabinet.StartAsync(at);
        }
    }

    private static void AllIsThereOnce(CabinetProcess right, HashSet<string> ids)
    {
        using var db = new StoreFile(right.Database).OpenReader();
        var there = db.All("SELECT id FROM statement WHERE kind = 'withdrawal'", r => r.Text(0));
        Assert.Equal(Statements, ids.Count);
        Assert.Empty(ids.Except(there));
        // Bundles taken over, and effects counted where the lane counts them: either would show a statement that was taken twice.
        Assert.Equal(Statements, db.Number("SELECT total FROM traffic WHERE what = 'statements_received'"));
        Assert.Equal(Statements, db.Number("SELECT sum(rows) FROM lane_use"));
        Assert.Equal(0, db.Number("SELECT count(*) FROM set_aside"));
    }

    private static long Number(CabinetProcess at, string sql)
    {
        using var db = new StoreFile(at.Database).OpenReader();
        return db.Number(sql);
    }
}
