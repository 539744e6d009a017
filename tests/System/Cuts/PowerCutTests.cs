using System.Diagnostics;
using EdgeNode.Tests.System.Hosts;
using Xunit.Abstractions;

namespace EdgeNode.Tests.System.Cuts;

/// <summary>
/// The power goes at any write. Images of the real disk are made from a log of every write and fsync of a real cabinet at work, with what was not synced yet
/// lost, reordered or torn; each is opened with the program's own store. Killing a process shows nothing of this: what it wrote is in the kernel's memory.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Seed = 20_264;

    [Fact]
    public Task No_power_cut_takes_what_was_promised_or_leaves_a_database_that_does_not_open() =>
        CutAsync(images: 300, lives: 3, rounds: 20, starts: 4);

    [Fact]
    [Trait("Length", "stage")]
    public Task No_power_cut_of_5000_takes_what_was_promised() => CutAsync(images: 5_000, lives: 6, rounds: 40, starts: 60);

    private async Task CutAsync(int images, int lives, int rounds, int starts)
    {
        var clock = Stopwatch.StartNew();
        await using var recording = await Recording.MakeAsync(lives, rounds);
        var (log, promises) = (recording.Log(), recording.Promises);
        output.WriteLine(
            $"{log.Count} writes and names, {log.Count(r => r.Op == DiskOp.Sync)} syncs of files, {log.Count(r => r.Op == DiskOp.SyncFolder)} of folders, {promises.Count} promises in {clock.Elapsed.TotalSeconds:0} s"
        );
        var cuts = new CutImages(log, promises, Seed);
        var findings = new List<string>();
        foreach (var (at, folder, due) in cuts.Draw(cuts.Points(images)))
        {
            if (CutImages.Check(folder, due) is { } finding)
                findings.Add($"cut after {at} ({log[at].Op} {log[at].Path}): {finding}");
        }
        output.WriteLine(
            $"{images} images: cut.lost {Count(findings, Finding.Lost)}, cut.corrupt {Count(findings, Finding.Corrupt)}; {clock.Elapsed.TotalSeconds:0} s until here"
        );
        Assert.True(findings.Count == 0, string.Join(Environment.NewLine, findings.Take(5)));
        TheRigBites(log, promises);
        await StartsAsync(recording.Cabinet, cuts, starts);
    }

    /// <summary>A disk that only pretends to sync loses promises or is damaged: a rig that does not see it would prove nothing.</summary>
    private void TheRigBites(List<Recorded> log, IReadOnlyList<Promise> promises)
    {
        const int Images = 60;
        var lying = new CutImages([.. log.Where(r => r.Op != DiskOp.Sync)], promises, Seed);
        var found = lying.Draw(lying.Points(Images)).Count(image => CutImages.Check(image.Folder, image.Due) is not null);
        output.WriteLine($"the same disk without its syncs: {found} of {Images} images are bad");
        Assert.InRange(found, 1, Images);
    }

    /// <summary>The whole program starts on an image, the early ones as well, in which its folder was only being made.</summary>
    private async Task StartsAsync(CabinetProcess cabinet, CutImages cuts, int starts)
    {
        var (home, slowest) = (cabinet.Data, TimeSpan.Zero);
        var early = cuts.Points(starts * 40).Take(starts / 2);
        foreach (var (_, folder, _) in cuts.Draw(early.Concat(cuts.Points(starts / 2)).OrderBy(p => p.At)))
        {
            cabinet.Data = folder;
            await cabinet.StartAsync();
            slowest = cabinet.StartTook > slowest ? cabinet.StartTook : slowest;
            await cabinet.KillAsync();
            await Until.HoldsAsync(() => cabinet.Brokers().Count == 0, "no broker is left");
        }
        cabinet.Data = home;
        output.WriteLine($"{starts} whole starts on images, the slowest {slowest.TotalMilliseconds:0} ms");
    }

    private static int Count(List<string> findings, string fault) =>
        findings.Count(f => f.Contains(fault, StringComparison.Ordinal));
}
