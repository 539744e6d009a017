using System.Numerics;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>
/// The definitions of ring and plan, tried out one by one from the records and without any index, bound or order: slow, and
/// plain enough to be believed.
/// </summary>
internal static class BruteForce
{
    internal sealed record Ring(IReadOnlyList<(MarketOffering Offering, MarketNeed Need)> Edges)
    {
        public string Name => string.Join(' ', Edges.Select(e => $"{e.Offering.Id}>{e.Need.Id}"));

        public long Weight
        {
            get
            {
                BigInteger scores = Edges.Sum(e => e.Need.Score);
                var accepts = Edges.Aggregate(BigInteger.One, (p, e) => p * e.Offering.AcceptPercent);
                return (long)(1_000_000 * scores * accepts / BigInteger.Pow(100, Edges.Count));
            }
        }
    }

    public static List<Ring> Rings(Market market, int cap)
    {
        var rings = new List<Ring>();
        foreach (var offering in market.Offerings)
            Grow(market, cap, [], offering, rings);
        return rings;
    }

    public static long Best(Market market, int cap)
    {
        var rings = Rings(market, cap).Where(r => r.Weight > 0).OrderByDescending(r => r.Weight).ToArray();
        var room = market.Offerings.ToDictionary(o => o.Id, o => o.Capacity);
        foreach (var need in market.Needs)
            room.Add(need.Id, need.Capacity);
        return Choose(rings, 0, room, rings.Sum(r => r.Weight), 0);
    }

    /// <summary>Best set of disjoint rings where everyone has one offering and one need of capacity 1: over sets of residents.</summary>
    public static long BestTrade(Market market, int cap)
    {
        var people = market.Offerings.Select(o => o.Resident).Order(StringComparer.Ordinal).ToList();
        var rings = Rings(market, cap)
            .Select(r => (r.Weight, Who: r.Edges.Aggregate(0, (m, e) => m | (1 << people.IndexOf(e.Offering.Resident)))))
            .ToLookup(r => BitOperations.TrailingZeroCount(r.Who));
        var best = new long[1 << people.Count];
        for (var set = 1; set < best.Length; set++)
        {
            var first = BitOperations.TrailingZeroCount(set);
            best[set] = best[set & (set - 1)];
            foreach (var (weight, who) in rings[first])
                if ((who & ~set) == 0)
                    best[set] = Math.Max(best[set], weight + best[set & ~who]);
        }
        return best[^1];
    }

    private static void Grow(
        Market market,
        int cap,
        List<(MarketOffering Offering, MarketNeed Need)> edges,
        MarketOffering gift,
        List<Ring> rings
    )
    {
        var start = edges.Count == 0 ? gift.Resident : edges[0].Offering.Resident;
        foreach (var need in market.Needs)
        {
            if (!need.Accepts.Contains(gift.Category) || need.Resident == gift.Resident)
                continue;
            edges.Add((gift, need));
            if (need.Resident == start)
            {
                if (AllSeen(edges))
                    rings.Add(new Ring([.. edges]));
            }
            else if (
                edges.Count < cap
                && string.CompareOrdinal(start, need.Resident) < 0
                && edges.All(e => e.Offering.Resident != need.Resident)
            )
                foreach (var next in market.Offerings.Where(o => o.Resident == need.Resident))
                    Grow(market, cap, edges, next, rings);
            edges.RemoveAt(edges.Count - 1);
        }
    }

    private static bool AllSeen(List<(MarketOffering Offering, MarketNeed Need)> edges) =>
        edges.All(e =>
            edges.All(home =>
                Sees(home.Offering.HomeNode, e.Offering.HomeNode, e.Offering.Audience)
                && Sees(home.Offering.HomeNode, e.Need.HomeNode, e.Need.Audience)
            )
        );

    private static bool Sees(string node, string home, IReadOnlyList<string> audience) => node == home || audience.Contains(node);

    private static long Choose(Ring[] rings, int at, Dictionary<string, int> room, long rest, long found)
    {
        if (at == rings.Length || rest <= found)
            return 0;
        var ring = rings[at];
        var without = rest - ring.Weight;
        long best = 0;
        if (ring.Edges.All(e => room[e.Offering.Id] > 0 && room[e.Need.Id] > 0))
        {
            Use(ring, room, -1);
            best = ring.Weight + Choose(rings, at + 1, room, without, Math.Max(0, found - ring.Weight));
            Use(ring, room, 1);
        }
        return Math.Max(best, Choose(rings, at + 1, room, without, Math.Max(found, best)));
    }

    private static void Use(Ring ring, Dictionary<string, int> room, int by)
    {
        foreach (var (offering, need) in ring.Edges)
        {
            room[offering.Id] += by;
            room[need.Id] += by;
        }
    }
}
