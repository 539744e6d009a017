using System.Diagnostics;
using Xunit.Abstractions;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>A disk that fills up under a running cabinet, at several points, and is freed again.</summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    private const int Mebibytes = 10;

    /// <summary>More residents than ever fit: every wait for "full" ends.</summary>
    private const int MostJoins = 4000;

    [Theory]
    [InlineData(0)]
    [InlineData(4 * 1024)]
    [InlineData(100 * 1024)]
    public async Task A_full_disk_refuses_commands_shows_pages_and_goes_on_when_there_is_room(int leave)
    {
        await using var cabinet = CabinetProcess.Make();
        await using var disk = await PlaceAsync(cabinet);
        await cabinet.StartAsync(disk.Inside);
        using var visitor = CabinetVisitor.Resident(cabinet);
        using var steward = await CabinetVisitor.StewardAsync(cabinet);
        var cards = new List<string> { (await visitor.JoinAsync("Anna"))["code"] };
        await visitor.SignInAsync(cards[0]);
        await visitor.PostsAsync("Bread");

        disk.Fill(leave);
        var refused = await JoinUntilRefusedAsync(visitor, cards);
        Assert.Equal((503, "store.full"), (refused.Status, refused.Code));
        Assert.Contains("tell a steward", refused["text"], StringComparison.Ordinal);
        await PagesReadAsync(cabinet, visitor, steward, cards[0]);
        if (leave == 0)
            await RefusesQuietlyAsync(cabinet, visitor);

        disk.Free();
        var freed = Stopwatch.StartNew();
        await Until.HoldsAsync(async () => Noted(await visitor.JoinAsync("Zoe"), cards), "writing goes on after there is room");
        output.WriteLine($"{leave} bytes left: writing again {freed.Elapsed.TotalSeconds:0.0} s after there was room");
        await cabinet.KillAsync();
        await cabinet.StartAsync(disk.Inside);
        await AllAreThereOnceAsync(visitor, steward: await CabinetVisitor.StewardAsync(cabinet), cards);
        output.WriteLine($"{leave} bytes left: {cards.Count} residents acknowledged, all there");
    }

    [Theory]
    [InlineData(13, "no-bulk")]
    [InlineData(6, "no-foreign")]
    public async Task A_disk_that_runs_full_is_told_step_by_step_while_residents_go_on(int percentFree, string says)
    {
        await using var cabinet = CabinetProcess.Make();
        await using var disk = await PlaceAsync(cabinet);
        await cabinet.StartAsync(disk.Inside);
        using var visitor = CabinetVisitor.Resident(cabinet);
        using var steward = await CabinetVisitor.StewardAsync(cabinet);
        disk.Fill(Mebibytes * 1024 * 1024 / 100 * percentFree);
        await Until.HoldsAsync(async () => await RestraintAsync(steward) == says, $"the disk's step is {says}");
        Assert.True((await visitor.JoinAsync("Anna")).IsDone);
        disk.Free();
        await Until.HoldsAsync(async () => await RestraintAsync(steward) == "", "the step ends when there is room");
    }

    [Fact]
    public async Task Under_three_percent_nothing_new_is_kept_but_pages_sign_in_and_an_orderly_end_work()
    {
        await using var cabinet = CabinetProcess.Make();
        await using var disk = await PlaceAsync(cabinet);
        await cabinet.StartAsync(disk.Inside);
        using var visitor = CabinetVisitor.Resident(cabinet);
        using var steward = await CabinetVisitor.StewardAsync(cabinet);
        var cards = new List<string> { (await visitor.JoinAsync("Anna"))["code"] };
        await visitor.SignInAsync(cards[0]);
        await visitor.PostsAsync("Bread");
        disk.Fill(Mebibytes * 1024 * 1024 / 100);
        await Until.HoldsAsync(async () => await RestraintAsync(steward) == "read-only", "the disk's step is read-only");
        var refused = await visitor.JoinAsync("Boris");
        Assert.Equal((503, "store.full"), (refused.Status, refused.Code));
        await PagesReadAsync(cabinet, visitor, steward, cards[0]);
        await cabinet.StopAsync();
        disk.Free();
        await cabinet.StartAsync(disk.Inside);
        await AllAreThereOnceAsync(visitor, await CabinetVisitor.StewardAsync(cabinet), cards);
    }

    [Fact]
    public async Task The_ballast_is_given_up_when_the_disk_is_full_and_laid_down_again_when_there_is_room()
    {
        await using var cabinet = CabinetProcess.Make();
        await using var disk = await PlaceAsync(cabinet);
        await cabinet.StartAsync(disk.Inside);
        var ballast = Path.Combine(cabinet.SeenData!, "ballast");
        await Until.HoldsAsync(() => File.Exists(ballast), "the ballast is laid down");
        Assert.Equal(Mebibytes * 1024 * 1024 / 8, new FileInfo(ballast).Length);
        using var visitor = CabinetVisitor.Resident(cabinet);
        var cards = new List<string>();
        // The last bytes are taken between two looks at the disk, so that the database meets the end of it by itself.
        disk.Fill(0);
        var refused = await JoinUntilRefusedAsync(visitor, cards);
        Assert.Equal((503, "store.full"), (refused.Status, refused.Code));
        disk.Free();
        var freed = Stopwatch.StartNew();
        await Until.HoldsAsync(async () => Noted(await visitor.JoinAsync("Zoe"), cards), "writing goes on after there is room");
        output.WriteLine($"writing again {freed.Elapsed.TotalSeconds:0.0} s after there was room");
        await Until.HoldsAsync(
            () => File.Exists(ballast) && new FileInfo(ballast).Length == Mebibytes * 1024 * 1024 / 8,
            "the ballast is there again"
        );
    }

    /// <summary>What the disk holds back, as the stewards' interface tells it; empty when nothing.</summary>
    private static async Task<string> RestraintAsync(CabinetVisitor steward)
    {
        var links = await steward.GetAsync("api/steward/links");
        var disk = links.Json!["restraints"]!.AsArray().FirstOrDefault(r => (string?)r!["cause"] == "disk");
        return (string?)disk?["says"] ?? "";
    }

    [Fact]
    public async Task A_start_on_a_full_disk_is_refused_with_what_to_do_and_works_when_there_is_room()
    {
        await using var cabinet = CabinetProcess.Make();
        await using var disk = await PlaceAsync(cabinet);
        disk.Fill(0);
        BadStart.IsRefused(await cabinet.RunAsync(disk.Inside), "is full", "free some space");
        disk.Free();
        await cabinet.StartAsync(disk.Inside);
        Assert.NotEmpty(cabinet.StewardsCode);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(true, 40 * 1024)]
    public async Task A_restart_on_a_full_disk_refuses_or_runs_and_loses_nothing(bool killed, int leave)
    {
        await using var cabinet = CabinetProcess.Make();
        await using var disk = await PlaceAsync(cabinet);
        await cabinet.StartAsync(disk.Inside);
        using var visitor = CabinetVisitor.Resident(cabinet);
        var cards = new List<string> { (await visitor.JoinAsync("Anna"))["code"] };
        if (killed)
        {
            disk.Fill(64 * 1024);
            await JoinUntilRefusedAsync(visitor, cards);
            await cabinet.KillAsync();
        }
        else
        {
            await cabinet.StopAsync();
        }
        disk.Fill(leave);
        if (await cabinet.StartOrEndAsync(disk.Inside) is { } ended)
            BadStart.IsRefused(ended, "is full", "free some space");
        else
            await cabinet.KillAsync();
        disk.Free();
        await cabinet.StartAsync(disk.Inside);
        await AllAreThereOnceAsync(visitor, await CabinetVisitor.StewardAsync(cabinet), cards);
    }

    /// <summary>The data folder on a small disk; the cabinet's files are then seen through the disk.</summary>
    internal static async Task<SmallDisk> PlaceAsync(CabinetProcess cabinet, int mebibytes = Mebibytes)
    {
        var place = Path.Combine(cabinet.Folder, "small");
        var disk = await SmallDisk.MountAsync(place, mebibytes);
        cabinet.Data = Path.Combine(place, "data");
        cabinet.SeenData = disk.Seen("data");
        return disk;
    }

    private static async Task<Answered> JoinUntilRefusedAsync(CabinetVisitor visitor, List<string> cards)
    {
        for (var i = 0; i < MostJoins; i++)
        {
            var answered = await visitor.JoinAsync($"Neighbour {i} {new string('x', 40)}");
            if (!Noted(answered, cards))
                return answered;
        }
        throw new InvalidOperationException($"{MostJoins} residents fit on a full disk.");
    }

    private static bool Noted(Answered answered, List<string> cards)
    {
        if (answered.IsDone)
            cards.Add(answered["code"]);
        return answered.IsDone;
    }

    private static async Task PagesReadAsync(CabinetProcess cabinet, CabinetVisitor visitor, CabinetVisitor steward, string card)
    {
        Assert.Equal(200, (await visitor.GetAsync("")).Status);
        Assert.Equal(200, (await visitor.GetAsync("api/node")).Status);
        using var other = CabinetVisitor.Resident(cabinet);
        Assert.True((await other.SignInAsync(card)).IsDone);
        Assert.Single((await other.GetAsync("api/offerings")).Json!.AsArray());
        Assert.Equal(200, (await steward.GetAsync("api/steward/health")).Status);
        Assert.Equal(200, (await steward.GetAsync("api/steward/queues")).Status);
    }

    /// <summary>While it waits for room, the cabinet answers at once, does not write its log full and does not burn the battery.</summary>
    private static async Task RefusesQuietlyAsync(CabinetProcess cabinet, CabinetVisitor visitor)
    {
        var (clock, busy, lines) = (Stopwatch.StartNew(), cabinet.ProcessorTime, cabinet.Lines);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (clock.Elapsed < TimeSpan.FromSeconds(2.5))
        {
            var answered = await visitor.OfferAsync("Too much");
            Assert.Equal((503, "store.full"), (answered.Status, answered.Code));
            await pace.WaitForNextTickAsync();
        }
        Assert.InRange((cabinet.ProcessorTime - busy) / clock.Elapsed, 0, 0.5);
        Assert.InRange(cabinet.Lines - lines, 0, 3);
    }

    /// <summary>Every card that was answered opens, and the stewards' pages read.</summary>
    private static async Task AllAreThereOnceAsync(CabinetVisitor visitor, CabinetVisitor steward, List<string> cards)
    {
        using var closing = steward;
        foreach (var card in cards)
            Assert.True((await visitor.SignInAsync(card)).IsDone, "an acknowledged resident is gone");
        var health = await steward.GetAsync("api/steward/health");
        Assert.Equal(200, health.Status);
    }
}
