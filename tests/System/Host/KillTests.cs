using System.Collections.Concurrent;
using System.Diagnostics;
using EdgeNode.Store;
using Xunit.Abstractions;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>
/// kill -9 again and again while residents join and post: what was answered is there after the restart, exactly once; what was under way is there once or
/// not at all; no broker stays behind.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    /// <summary>In a plain run; the long one has 1,000.</summary>
    private const int Kills = 32;
    private const int Neighbours = 3;
    private const int MostPosts = 45; // a resident's offerings have a limit of 50
    private const int Seed = 20_261;

    /// <summary>A resident of one life of the cabinet: the card if joining was answered, the posts that were answered and those that were tried.</summary>
    private sealed record Card(string Label)
    {
        public string? Code { get; set; }
        public List<string> Answered { get; } = [];
        public List<string> Tried { get; } = [];
    }

    [Fact]
    public Task Nothing_acknowledged_is_lost_and_nothing_is_done_twice_by_kills_at_any_moment() =>
        KillAsync(Binaries.Built, Kills, readyWithin: null);

    /// <summary>The bars crash.lost and crash.ready, on the program that is shipped.</summary>
    [Fact]
    [Trait("Length", "stage")]
    public Task Nothing_is_lost_by_1000_kills_and_the_cabinet_is_ready_within_a_second() =>
        KillAsync(Binaries.AheadOfTime, 1_000, readyWithin: TimeSpan.FromSeconds(1));

    private async Task KillAsync(string program, int kills, TimeSpan? readyWithin)
    {
        var random = new Random(Seed);
        var (starts, cards) = (new List<double>(), new List<Card>());
        await using var cabinet = await CabinetProcess.StartNewAsync(program);
        for (var kill = 1; kill <= kills; kill++)
        {
            var life = await LiveAndDieAsync(cabinet, kill, random);
            cards.AddRange(life);
            await NoBrokerIsLeftAsync(cabinet);
            if (random.Next(4) == 0)
            {
                await cabinet.StartUntilLineAsync(random.Next(1, 8));
                await cabinet.KillAsync();
                await NoBrokerIsLeftAsync(cabinet);
                kill++;
            }
            await cabinet.StartAsync();
            starts.Add(cabinet.StartTook.TotalMilliseconds);
            await AllIsThereOnceAsync(cabinet, life);
        }
        await AllIsThereOnceAsync(cabinet, cards);
        Assert.Equal(0, (await cabinet.StopAsync()).Code);
        TheDatabaseIsWhole(cabinet, cards);
        var p99 = Report(kills, starts, cards);
        Assert.True(readyWithin is null || p99 <= readyWithin, $"ready after {p99.TotalMilliseconds:0} ms");
    }

    /// <summary>Neighbours join and post until, at a post of random number, the process is killed a random moment later.</summary>
    private static async Task<List<Card>> LiveAndDieAsync(CabinetProcess cabinet, int life, Random random)
    {
        var (fatal, begun) = (random.Next(1, 70), 0);
        var grace = TimeSpan.FromMicroseconds(random.Next(0, 4000));
        var struck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cards = new ConcurrentBag<Card>();
        void Begin()
        {
            if (Interlocked.Increment(ref begun) == fatal)
                struck.TrySetResult();
        }
        var neighbours = Enumerable
            .Range(0, Neighbours)
            .Select(n => PostUntilItEndsAsync(cabinet, $"{life}-{n}", cards, Begin))
            .ToArray();
        await Task.WhenAny(struck.Task, Task.WhenAll(neighbours));
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < grace; )
            Thread.SpinWait(20); // a moment too short for any timer, so that kills fall into every part of a commit
        await cabinet.KillAsync();
        await Until.DoneAsync(Task.WhenAll(neighbours).ContinueWith(all => all.IsCompletedSuccessfully), "the neighbours notice");
        return [.. cards];
    }

    private static async Task PostUntilItEndsAsync(CabinetProcess cabinet, string name, ConcurrentBag<Card> cards, Action begin)
    {
        using var visitor = CabinetVisitor.Resident(cabinet);
        for (var number = 0; ; number++)
        {
            var card = new Card($"Neighbour {name}-{number}");
            cards.Add(card);
            begin();
            if (await CabinetVisitor.TryAsync(visitor.JoinAsync(card.Label)) is not { } joined)
                return;
            card.Code = joined["code"];
            if (await CabinetVisitor.TryAsync(visitor.SignInAsync(card.Code)) is not { IsDone: true })
                return;
            for (var post = 0; post < MostPosts; post++)
            {
                var title = $"Thing {name}-{number}-{post}";
                card.Tried.Add(title);
                begin();
                if (await CabinetVisitor.TryAsync(visitor.OfferAsync(title)) is not { } posted)
                    return;
                Assert.True(posted.IsDone, posted.ToString());
                card.Answered.Add(title);
            }
        }
    }

    private static async Task AllIsThereOnceAsync(CabinetProcess cabinet, IEnumerable<Card> cards)
    {
        foreach (var card in cards.Where(card => card.Code is not null))
        {
            using var visitor = CabinetVisitor.Resident(cabinet);
            Assert.True((await visitor.SignInAsync(card.Code!)).IsDone, $"{card.Label} was acknowledged and is gone");
            var offerings = (await visitor.GetAsync("api/offerings")).Json!.AsArray();
            var titles = offerings.Select(offering => (string)offering!["title"]!).ToList();
            Assert.Equal(titles.Count, titles.Distinct().Count());
            Assert.Empty(card.Answered.Except(titles));
            Assert.Empty(titles.Except(card.Tried));
        }
    }

    /// <summary>Ruling 22: the broker dies with the node, however the node dies.</summary>
    private static Task NoBrokerIsLeftAsync(CabinetProcess cabinet) =>
        Until.HoldsAsync(() => cabinet.Brokers().Count == 0, "no broker is left after kill -9");

    private static void TheDatabaseIsWhole(CabinetProcess cabinet, List<Card> cards)
    {
        using var db = new StoreFile(cabinet.Database).OpenReader();
        Assert.Equal(["ok"], db.All("PRAGMA integrity_check", r => r.Text(0)));
        Assert.Empty(db.All("PRAGMA foreign_key_check", r => r.Text(0)));
        var labels = db.All("SELECT label FROM resident", r => r.Text(0));
        Assert.Equal(labels.Count, labels.Distinct().Count());
        Assert.Empty(cards.Where(card => card.Code is not null).Select(card => card.Label).Except(labels));
        Assert.Empty(labels.Except(cards.Select(card => card.Label)));
        var titles = db.All("SELECT title FROM offering", r => r.Text(0));
        Assert.Equal(titles.Count, titles.Distinct().Count());
    }

    /// <summary>Writes the figures and returns the 99th percentile of the starts.</summary>
    private TimeSpan Report(int kills, List<double> starts, List<Card> cards)
    {
        var sorted = starts.Order().ToArray();
        var p99 = sorted[(int)Math.Ceiling(0.99 * sorted.Length) - 1];
        var unanswered = cards.Sum(card => card.Tried.Count - card.Answered.Count);
        output.WriteLine(
            $"{kills} kills: {cards.Count(c => c.Code is not null)} residents and {cards.Sum(c => c.Answered.Count)} posts acknowledged, "
                + $"{unanswered} posts under way; restart p50 {sorted[sorted.Length / 2]:0} ms, p99 {p99:0} ms"
        );
        return TimeSpan.FromMilliseconds(p99);
    }
}
