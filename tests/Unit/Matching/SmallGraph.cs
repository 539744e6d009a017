using System.Numerics;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>Random graphs with everything the model knows, and the best plan by trying all of them.</summary>
internal static class SmallGraph
{
    /// <summary>A graph of five to eight residents and the options to plan it with.</summary>
    public static (ExchangeGraph Graph, PlanOptions Options) Make(int seed)
    {
        var random = new Seeded(seed);
        var options = new PlanOptions
        {
            Cap = random.Chance(10) ? 0 : 2 + random.Below(5),
            ChainLimit = random.Chance(50) ? 0 : 1 + random.Below(4),
            WithCertificate = true,
        };
        if (options is { Cap: 0, ChainLimit: 0 })
            options = options with { ChainLimit = 3 };
        var residents = 5 + random.Below(4);
        var altruists = options.ChainLimit > 0 ? 1 + random.Below(2) : 0;
        var (simple, plain) = (random.Chance(60), random.Chance(50));
        var (offerings, needs) = (new List<int>(), new List<int>());
        for (var resident = 0; resident < residents; resident++)
        {
            for (var i = simple ? 1 : 1 + random.Below(2); i > 0; i--)
                offerings.Add(resident);
            for (var i = simple ? 1 : 1 + random.Below(2); i > 0 && resident < residents - altruists; i--)
                needs.Add(resident);
        }
        return (Build(random, offerings, needs, residents, altruists, plain), options);
    }

    private static ExchangeGraph Build(
        Seeded random,
        List<int> offerings,
        List<int> needs,
        int residents,
        int altruists,
        bool plain
    )
    {
        var (from, to, score) = (new List<int>(), new List<int>(), new List<int>());
        var percent = offerings.Count > residents ? 18 : 35;
        for (var offering = 0; offering < offerings.Count; offering++)
        for (var need = 0; need < needs.Count; need++)
            if (offerings[offering] != needs[need] && random.Chance(percent))
            {
                from.Add(offering);
                to.Add(need);
                score.Add(random.Chance(50) ? 1 : 1 + random.Below(100));
            }
        var parts = new GraphParts
        {
            Objective = plain ? PlanObjective.Score : PlanObjective.Expected,
            Residents = Ids("r", residents),
            Offerings = Ids("o", offerings.Count),
            Needs = Ids("n", needs.Count),
            OfferingResident = [.. offerings],
            NeedResident = [.. needs],
            OfferingCapacity = random.Chance(50) ? null : [.. offerings.Select(_ => (ushort)(1 + random.Below(3)))],
            NeedCapacity = random.Chance(50) ? null : [.. needs.Select(_ => (ushort)(1 + random.Below(2)))],
            Accept = plain ? null : [.. offerings.Select(_ => (ushort)(1 + random.Below(100)))],
            Kind =
            [
                .. Enumerable
                    .Range(0, residents)
                    .Select(r => r < residents - altruists ? ResidentKind.Plain : ResidentKind.Altruist),
            ],
            ArcOffering = [.. from],
            ArcNeed = [.. to],
            ArcScore = [.. score],
        };
        return parts.TryBuild(out _)!;
    }

    private static GraphIds Ids(string letter, int count) =>
        GraphIds.Texts([.. Enumerable.Range(0, count).Select(i => $"{letter}{i:00}")]);

    private sealed record Choice(int[] Arcs, long Weight, int[] Uses);

    /// <summary>The worth of the best plan: every set of rings and chains is tried that can still beat the best so far.</summary>
    public static long Best(ExchangeGraph graph, PlanOptions options)
    {
        var choices = new List<Choice>();
        for (var arc = 0; arc < graph.Arcs; arc++)
            Grow(graph, options, [arc], choices);
        choices.Sort((a, b) => b.Weight.CompareTo(a.Weight));
        var room = new int[graph.Offerings.Count + graph.Needs.Count];
        for (var i = 0; i < room.Length; i++)
            room[i] = i < graph.Offerings.Count ? graph.OfferingCapacity(i) : graph.NeedCapacity(i - graph.Offerings.Count);
        long best = 0;
        Choose([.. choices], 0, room, 0, ref best);
        return best;
    }

    private static void Grow(ExchangeGraph graph, PlanOptions options, List<int> arcs, List<Choice> choices)
    {
        var (first, last) = (graph.GiverOf(arcs[0]), graph.ReceiverOf(arcs[^1]));
        var givers = arcs.Select(graph.GiverOf).ToArray();
        if (givers.Distinct().Count() < givers.Length || graph.KindOf(last) == ResidentKind.Altruist)
            return;
        var chain = graph.KindOf(first) == ResidentKind.Altruist;
        if (last == first)
        {
            if (!chain && first == givers.Min() && arcs.Count <= options.Cap)
                Add(graph, arcs, RingWeight(graph, arcs), choices);
            return;
        }
        if (givers.Contains(last))
            return;
        if (chain && arcs.Count <= options.ChainLimit)
            Add(graph, arcs, ChainWeight(graph, arcs), choices);
        if (arcs.Count < Math.Max(options.Cap, options.ChainLimit))
            for (var next = graph.FirstArc(last); next < graph.FirstArc(last + 1); next++)
                Grow(graph, options, [.. arcs, next], choices);
    }

    private static void Add(ExchangeGraph graph, List<int> arcs, long weight, List<Choice> choices)
    {
        if (weight > 0)
            choices.Add(
                new(
                    [.. arcs],
                    weight,
                    [.. arcs.SelectMany(a => new[] { graph.OfferingOf(a), graph.Offerings.Count + graph.NeedOf(a) })]
                )
            );
    }

    private static long RingWeight(ExchangeGraph graph, List<int> arcs)
    {
        var chance = arcs.Aggregate(BigInteger.One, (p, a) => p * graph.AcceptOf(a));
        BigInteger scores = arcs.Sum(graph.ScoreMicroOf);
        return (long)(scores * chance / BigInteger.Pow(graph.AcceptBase, arcs.Count));
    }

    private static long ChainWeight(ExchangeGraph graph, List<int> arcs)
    {
        var (chance, whole, sum) = (BigInteger.One, BigInteger.One, 0L);
        foreach (var arc in arcs)
        {
            (chance, whole) = (chance * graph.AcceptOf(arc), whole * graph.AcceptBase);
            sum += (long)(graph.ScoreMicroOf(arc) * chance / whole);
        }
        return sum;
    }

    private static void Choose(Choice[] choices, int at, int[] room, long worth, ref long best)
    {
        best = Math.Max(best, worth);
        // A bound by halves: every resource left could be used by the heaviest choice left, two resources at least each.
        if (at == choices.Length || worth + choices[at].Weight * (room.Sum() / 2) <= best)
            return;
        var choice = choices[at];
        if (choice.Uses.All(u => room[u] > 0))
        {
            foreach (var use in choice.Uses)
                room[use]--;
            Choose(choices, at + 1, room, worth + choice.Weight, ref best);
            foreach (var use in choice.Uses)
                room[use]++;
        }
        Choose(choices, at + 1, room, worth, ref best);
    }

    /// <summary>Lengths, distinct residents and capacities, from the arcs of the plan.</summary>
    public static void AssertValid(ExchangeGraph graph, PlanOptions options, GraphPlan plan)
    {
        var uses = new Dictionary<int, int>();
        foreach (var (ring, chain) in plan.Rings.Select(r => (r, false)).Concat(plan.Chains.Select(c => (c, true))))
        {
            var arcs = ring.Arcs.ToList();
            Assert.InRange(arcs.Count, chain ? 1 : 2, chain ? options.ChainLimit : options.Cap);
            Assert.Equal(arcs.Count, arcs.Select(graph.GiverOf).Distinct().Count());
            for (var i = 1; i < arcs.Count; i++)
                Assert.Equal(graph.ReceiverOf(arcs[i - 1]), graph.GiverOf(arcs[i]));
            Assert.Equal(!chain, graph.ReceiverOf(arcs[^1]) == graph.GiverOf(arcs[0]));
            Assert.Equal(chain ? ChainWeight(graph, arcs) : RingWeight(graph, arcs), ring.ValueMicro);
            foreach (var arc in arcs)
            {
                Assert.True(
                    (uses[graph.OfferingOf(arc)] = uses.GetValueOrDefault(graph.OfferingOf(arc)) + 1)
                        <= graph.OfferingCapacity(graph.OfferingOf(arc))
                );
                var need = graph.NeedOf(arc);
                Assert.True((uses[~need] = uses.GetValueOrDefault(~need) + 1) <= graph.NeedCapacity(need));
            }
        }
        var all = plan.Rings.Concat(plan.Chains).Select(r => string.Join(',', r.Arcs)).ToArray();
        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
