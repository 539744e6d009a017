using System.Numerics;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class ExchangeGraphTests
{
    [Fact]
    public void Weights_are_exact_however_long_the_product_of_acceptances()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Seeded(seed);
            var (length, unit) = (2 + random.Below(19), new[] { 2, 3, 20, 100, 9_999, 10_000 }[seed % 6]);
            var accept = Enumerable.Range(0, length).Select(_ => (ushort)(1 + random.Below(unit))).ToArray();
            var score = Enumerable.Range(0, length).Select(_ => random.Below(1_000_000)).ToArray();
            var graph = Path(length, unit, accept, score);
            var (sum, parts, chain) = (BigInteger.Zero, BigInteger.One, BigInteger.Zero);
            for (var i = 0; i < length; i++)
            {
                sum += score[i];
                parts *= accept[i];
                chain += score[i] * parts / BigInteger.Pow(unit, i + 1);
            }
            var arcs = Enumerable.Range(0, length).ToArray();
            Assert.Equal((seed, sum * parts / BigInteger.Pow(unit, length)), (seed, graph.Weigh(arcs)));
            Assert.Equal((seed, chain), (seed, graph.WeighChain(arcs)));
        }
    }

    [Fact]
    public void Arcs_in_any_order_make_the_same_rows_and_each_is_found()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Seeded(seed);
            var (people, items) = (2 + random.Below(6), 2 + random.Below(12));
            var giver = Enumerable.Range(0, items).Select(_ => random.Below(people)).ToArray();
            var receiver = Enumerable.Range(0, items).Select(_ => random.Below(people)).ToArray();
            var arcs = (
                from o in Enumerable.Range(0, items)
                from n in Enumerable.Range(0, items)
                where giver[o] != receiver[n] && random.Chance(40)
                select (o, n)
            ).ToArray();
            var (sorted, shuffled) = (Build(people, giver, receiver, arcs), Build(people, giver, receiver, random.Shuffle(arcs)));
            Assert.Equal(sorted.InputHash, shuffled.InputHash);
            for (var arc = 0; arc < sorted.Arcs; arc++)
            {
                Assert.Equal((sorted.OfferingOf(arc), sorted.NeedOf(arc)), (shuffled.OfferingOf(arc), shuffled.NeedOf(arc)));
                Assert.Equal(arc, sorted.FindArc(sorted.OfferingOf(arc), sorted.NeedOf(arc)));
                Assert.InRange(arc, sorted.FirstArc(sorted.GiverOf(arc)), sorted.FirstArc(sorted.GiverOf(arc) + 1) - 1);
            }
            Assert.All(
                from o in Enumerable.Range(0, items)
                from n in Enumerable.Range(0, items)
                where !arcs.Contains((o, n))
                select (o, n),
                pair => Assert.Equal(-1, sorted.FindArc(pair.o, pair.n))
            );
        }
    }

    [Fact]
    public void An_arc_that_is_there_twice_is_named()
    {
        var parts = Parts(2, [0, 1], [1, 0], [(0, 0), (1, 1), (0, 0)]);
        Assert.Null(parts.TryBuild(out var twice));
        Assert.Equal((0, 0), twice);
    }

    [Theory]
    [InlineData("7", 2)]
    [InlineData("5", 0)]
    [InlineData("4", -1)]
    [InlineData("8", -1)]
    [InlineData("07", -1)]
    [InlineData("x", -1)]
    public void Ids_that_are_numbers_are_found_as_they_are_written(string id, int index) =>
        Assert.Equal(index, GraphIds.Numbers(5, 3).IndexOf(id));

    private static ExchangeGraph Build(int people, int[] giver, int[] receiver, (int Offering, int Need)[] arcs) =>
        Parts(people, giver, receiver, arcs).TryBuild(out _)!;

    private static GraphParts Parts(int people, int[] giver, int[] receiver, (int Offering, int Need)[] arcs) =>
        new()
        {
            Objective = PlanObjective.Score,
            Residents = GraphIds.Numbers(0, people),
            Offerings = GraphIds.Numbers(0, giver.Length),
            Needs = GraphIds.Numbers(0, receiver.Length),
            OfferingResident = giver,
            NeedResident = receiver,
            ArcOffering = [.. arcs.Select(a => a.Offering)],
            ArcNeed = [.. arcs.Select(a => a.Need)],
            ArcScore = [.. arcs.Select(a => 1 + a.Offering + a.Need)],
        };

    private static ExchangeGraph Path(int length, int unit, ushort[] accept, int[] score) =>
        new GraphParts
        {
            Objective = PlanObjective.Expected,
            Residents = GraphIds.Numbers(0, length + 1),
            Offerings = GraphIds.Numbers(0, length),
            Needs = GraphIds.Numbers(0, length),
            OfferingResident = [.. Enumerable.Range(0, length)],
            NeedResident = [.. Enumerable.Range(1, length)],
            Accept = accept,
            AcceptBase = unit,
            ArcOffering = [.. Enumerable.Range(0, length)],
            ArcNeed = [.. Enumerable.Range(0, length)],
            ArcScore = score,
            MicroPerUnit = 1,
        }.TryBuild(out _)!;
}
