using System.Diagnostics;
using EdgeNode.Store;
using EdgeNode.Wire;
using Xunit.Abstractions;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>
/// The disk fills up again and again, each time with another rest, while residents join and a neighbour delivers: what was answered or receipted is there
/// afterwards, pages and sign-in work on the full disk, an orderly end does too, and writing goes on soon after there is room.
/// </summary>
public sealed class FillPointTests(ITestOutputHelper output)
{
    private const int Seed = 20_265;

    /// <summary>Large enough for all that 500 points leave behind, small enough to be filled in a moment.</summary>
    private const int Mebibytes = 32;

    /// <summary>Bytes that a fill point leaves, at most.</summary>
    private const int MostLeft = 64 * 1024;

    /// <summary>Tries to join at one point: some have room still, which is also tried.</summary>
    private const int Tries = 5;

    /// <summary>Before so many points the program ends in order and starts anew: a log that has been long already is written over in place, on a full disk too.</summary>
    private const int NewLogEvery = 3;

    private static readonly TimeSpan RecoversWithin = TimeSpan.FromSeconds(5);

    private sealed record Promises(List<string> Cards, List<string> Statements)
    {
        /// <summary>Points at which somebody was refused before there was room again.</summary>
        public int Full { get; set; }
        public TimeSpan Slowest { get; set; }
    }

    [Fact]
    public Task Nothing_acknowledged_is_lost_at_any_fill_point() => FillAsync(points: 15, within: null);

    /// <summary>The bars disk.lost, disk.pages and disk.recover.</summary>
    [Fact]
    [Trait("Length", "stage")]
    public Task Nothing_is_lost_at_500_fill_points_and_writing_goes_on_within_5_seconds() =>
        FillAsync(points: 500, within: RecoversWithin);

    private async Task FillAsync(int points, TimeSpan? within)
    {
        var (random, promises) = (new Random(Seed), new Promises([], []));
        await using var cabinet = CabinetProcess.Make();
        await using var disk = await DiskFullTests.PlaceAsync(cabinet, Mebibytes);
        await cabinet.StartAsync(disk.Inside);
        using var visitor = CabinetVisitor.Resident(cabinet);
        await using var peer = await MeetAsync(cabinet);
        var person = await IntroducedAsync(peer);
        await JoinsAsync(visitor, "Anna", promises);
        for (var point = 1; point <= points; point++)
        {
            if (point % NewLogEvery == 0)
                await NewLogAsync(cabinet, disk, peer);
            var clock = Stopwatch.StartNew();
            await FillAsync(cabinet, disk, visitor, promises, random.Next(0, MostLeft), $"{point}");
            await EndAndStartAsync(cabinet, disk, point % 5 == 0, killed: point % 10 != 0);
            var (full, freed) = (clock.Elapsed, Stopwatch.StartNew());
            await RecoversAsync(disk, visitor, promises, $"{point}");
            var recovered = freed.Elapsed;
            if (point % 5 == 0)
                await peer.ConnectAsync();
            await DeliversAsync(peer, person, promises);
            output.WriteLine(
                $"{point}: full for {full.TotalSeconds:0.0} s, written after {recovered.TotalSeconds:0.0} s, delivered after {freed.Elapsed.TotalSeconds:0.0} s"
            );
            Assert.True(within is null || promises.Slowest <= within, $"writing went on only after {promises.Slowest}");
        }
        await AllAreThereAsync(cabinet, visitor, promises);
        Assert.True(promises.Full >= points / 3, $"only {promises.Full} of {points} points were really full");
        output.WriteLine(
            $"{points} fill points: disk.lost 0 of {promises.Cards.Count} cards and {promises.Statements.Count} statements; {promises.Full} of the points refused somebody; disk.recover {promises.Slowest.TotalSeconds:0.0} s"
        );
    }

    /// <summary>The disk is full: whoever joins is told so or gets a card that counts; pages and sign-in work.</summary>
    private static async Task FillAsync(
        CabinetProcess cabinet,
        SmallDisk disk,
        CabinetVisitor visitor,
        Promises promises,
        int leave,
        string point
    )
    {
        disk.Fill(leave);
        for (var tries = 0; tries < Tries; tries++)
        {
            if (!await JoinsAsync(visitor, $"Neighbour {point}-{tries}", promises))
            {
                promises.Full++;
                break;
            }
            Assert.Equal(200, (await visitor.GetAsync("api/node")).Status);
        }
        using var other = CabinetVisitor.Resident(cabinet);
        Assert.True((await other.SignInAsync(promises.Cards[^1])).IsDone, "sign-in works on a full disk");
        Assert.Equal(200, (await other.GetAsync("")).Status);
        Assert.Equal(200, (await other.GetAsync("api/offerings")).Status);
    }

    private static async Task NewLogAsync(CabinetProcess cabinet, SmallDisk disk, ForeignPeer peer)
    {
        Assert.Equal(0, (await cabinet.StopAsync()).Code);
        await cabinet.StartAsync(disk.Inside);
        await peer.ConnectAsync();
    }

    /// <summary>On the full disk the program ends, in order or by kill -9; it may start only when there is room.</summary>
    private static async Task EndAndStartAsync(CabinetProcess cabinet, SmallDisk disk, bool ends, bool killed)
    {
        if (!ends)
            return;
        if (killed)
            await cabinet.KillAsync();
        else
            Assert.Equal(0, (await cabinet.StopAsync()).Code);
        await Until.HoldsAsync(() => cabinet.Brokers().Count == 0, "no broker is left");
        disk.Free();
        await cabinet.StartAsync(disk.Inside);
    }

    private static async Task RecoversAsync(SmallDisk disk, CabinetVisitor visitor, Promises promises, string point)
    {
        disk.Free();
        var freed = Stopwatch.StartNew();
        await Until.HoldsAsync(() => JoinsAsync(visitor, $"Zoe {point}", promises), "writing goes on after there is room");
        promises.Slowest = freed.Elapsed > promises.Slowest ? freed.Elapsed : promises.Slowest;
    }

    private static async Task<bool> JoinsAsync(CabinetVisitor visitor, string label, Promises promises)
    {
        var answered = await visitor.JoinAsync(label);
        if (answered.IsDone)
            promises.Cards.Add(answered["code"]);
        else
            Assert.Equal((503, "store.full"), (answered.Status, answered.Code));
        return answered.IsDone;
    }

    private static async Task DeliversAsync(ForeignPeer peer, string person, Promises promises)
    {
        var offering = peer.Statement(Kinds.Offering, ForeignPeer.OfferingBody(person, "From afar"));
        var exceptions = await peer.DeliverAsync(2, peer.Bundle(2, [offering]));
        if (exceptions.Count == 0)
            promises.Statements.Add(Statement.TryRead(offering)!.Id);
        else
            Assert.All(exceptions, e => Assert.Equal("quota", e.Disposition));
    }

    private static async Task<ForeignPeer> MeetAsync(CabinetProcess cabinet)
    {
        using var steward = await CabinetVisitor.StewardAsync(cabinet);
        return await ForeignPeer.EnrolAsync(cabinet, steward, "Peer");
    }

    private static async Task<string> IntroducedAsync(ForeignPeer peer)
    {
        var (person, introduction) = peer.NewPerson();
        Assert.Empty(await peer.DeliverAsync(0, peer.Bundle(0, [introduction])));
        return person;
    }

    private static async Task AllAreThereAsync(CabinetProcess cabinet, CabinetVisitor visitor, Promises promises)
    {
        foreach (var card in promises.Cards)
            Assert.True((await visitor.SignInAsync(card)).IsDone, "an acknowledged resident is gone");
        Assert.Equal(0, (await cabinet.StopAsync()).Code);
        // SQLite follows the links of a path, and ours leads through another process's view of the files.
        var copy = Path.Combine(cabinet.Folder, "copy.db");
        File.Copy(cabinet.Database, copy);
        using var db = new StoreFile(copy).OpenReader();
        Assert.Equal(["ok"], db.All("PRAGMA integrity_check", r => r.Text(0)));
        Assert.Empty(promises.Statements.Except(db.All("SELECT id FROM statement", r => r.Text(0))));
    }
}
