using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>Pieces put together by chance make a plan better, never invalid, and the same one on every machine.</summary>
public sealed class NeighbourhoodsTests
{
    [Fact]
    public void Shuffling_finds_the_best_plan_of_nearly_all_small_markets()
    {
        var best = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var market = new Seeded(seed).Trade(12, 25 + seed % 20);
            var rings = RingPacking.Of(market, 4);
            var problem = rings.Problem;
            var pieces = Pieces(rings, Greedy(problem));
            pieces.Shuffle(Meter());
            AssertFits(problem, pieces.Best);
            var (value, most) = (Weight(problem, pieces.Best), BruteForce.BestTrade(market, 4));
            Assert.InRange(value, Weight(problem, Greedy(problem)), most);
            best += value == most ? 1 : 0;
        }
        Assert.True(best > 190, $"only {best} of 200 were solved");
    }

    [Fact]
    public void A_tired_shuffle_goes_on_from_another_plan_and_keeps_the_best()
    {
        var wandered = 0;
        for (var seed = 0; seed < 30; seed++)
        {
            var rings = RingPacking.Of(new Seeded(seed).Trade(60, 5), 4);
            var problem = rings.Problem;
            var pieces = Pieces(rings, Greedy(problem));
            var last = 0L;
            for (var turn = 0; turn < 6; turn++)
            {
                pieces.Shuffle(Meter());
                AssertFits(problem, pieces.Plan);
                AssertFits(problem, pieces.Best);
                Assert.True(Weight(problem, pieces.Best) >= last, $"seed {seed}: the best plan was lost");
                Assert.True(
                    Weight(problem, pieces.Best) >= Weight(problem, pieces.Plan),
                    $"seed {seed}: a better plan was not kept"
                );
                last = Weight(problem, pieces.Best);
                wandered += pieces.Plan.SequenceEqual(pieces.Best) ? 0 : 1;
            }
        }
        Assert.True(wandered > 5, $"went on from another plan {wandered} times of 180");
    }

    [Fact]
    public void The_same_chance_falls_every_time_and_a_spent_meter_only_cuts_it_short()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var rings = RingPacking.Of(new Seeded(seed).Trade(50, 6), 4);
            var problem = rings.Problem;
            var (one, two) = (Pieces(rings, Greedy(problem)), Pieces(rings, Greedy(problem)));
            foreach (var limit in new[] { 0L, 1_000, 50_000, 2_000_000, 20_000_000 })
            {
                var (first, second) = (
                    new WorkMeter(limit, CancellationToken.None),
                    new WorkMeter(limit, CancellationToken.None)
                );
                one.Shuffle(first);
                two.Shuffle(second);
                Assert.Equal((first.Done, string.Join(' ', one.Plan)), (second.Done, string.Join(' ', two.Plan)));
                AssertFits(problem, one.Best);
            }
        }
    }

    [Fact]
    public void Goes_on_from_the_plan_it_is_given()
    {
        var rings = RingPacking.Of(new Seeded(3).Trade(20, 20), 3);
        var problem = rings.Problem;
        var pieces = Pieces(rings, []);
        Assert.NotEmpty(Greedy(problem));
        pieces.StartFrom(Greedy(problem));
        Assert.Equal(Greedy(problem), pieces.Plan);
        pieces.StartFrom([]);
        Assert.Empty(pieces.Plan);
    }

    private static Neighbourhoods Pieces(RingPacking rings, List<int> plan)
    {
        var problem = rings.Problem;
        int[] near = [.. Enumerable.Range(0, problem.Columns)];
        return new Neighbourhoods(problem, new SearchContext(rings.Pool, WithProof: false), near, new long[near.Length], plan);
    }

    private static List<int> Greedy(PackingProblem problem)
    {
        var plan = new Incumbent(problem, [.. Enumerable.Range(0, problem.Columns)], Meter());
        plan.Fill();
        return plan.Columns();
    }

    private static long Weight(PackingProblem problem, List<int> plan) => plan.Sum(column => problem.Weights[column]);

    private static void AssertFits(PackingProblem problem, List<int> plan)
    {
        Assert.Equal(plan.Distinct().Order(), plan);
        var room = (int[])problem.Capacity.Clone();
        foreach (var column in plan)
        foreach (var row in problem.RowsOf(column))
            Assert.True(--room[row] >= 0, $"row {row} is overdrawn");
    }

    private static WorkMeter Meter() => new(300_000_000, CancellationToken.None);
}
