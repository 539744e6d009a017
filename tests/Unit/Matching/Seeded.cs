using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>A small seeded generator (SplitMix64) and the markets it makes; the same seed gives the same market for ever.</summary>
internal sealed class Seeded(int seed)
{
    private ulong _state = (ulong)seed;

    /// <summary>A number from 0 up to, not including, <paramref name="below"/>.</summary>
    public int Below(int below)
    {
        // Wrap-around is the generator.
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)((z ^ (z >> 31)) % (ulong)below);
        }
    }

    public bool Chance(int percent) => Below(100) < percent;

    public T[] Shuffle<T>(IEnumerable<T> items)
    {
        T[] shuffled = [.. items];
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }
        return shuffled;
    }

    /// <summary>
    /// A few residents on one to three nodes, with one or two offerings and needs each, capacities 1 to 3, audiences that
    /// leave nodes out, scores and acceptances of all sizes.
    /// </summary>
    public Market SmallMarket()
    {
        var (nodes, categories, plain) = (1 + Below(3), 2 + Below(4), Chance(40));
        var (offerings, needs) = (new List<MarketOffering>(), new List<MarketNeed>());
        for (var r = 4 + Below(4); r > 0; r--)
        {
            var (resident, home) = ($"r{r}", $"node{Below(nodes)}");
            for (var i = 1 + Below(2); i > 0; i--)
                offerings.Add(
                    new($"o{r}-{i}", resident, home, $"c{Below(categories)}", Room(), Audience(nodes))
                    {
                        AcceptPercent = plain ? 100 : 1 + Below(100),
                    }
                );
            for (var i = 1 + Below(2); i > 0; i--)
                needs.Add(
                    new($"n{r}-{i}", resident, home, Accepts(categories), Room(), Audience(nodes))
                    {
                        Score = plain ? 100 : 1 + Below(100),
                    }
                );
        }
        string[] waiting = Chance(30) ? ["r1", "r4", "nobody"] : [];
        return Market.Create(offerings, needs, waiting);
    }

    /// <summary>One offering and one need of capacity 1 per resident; everyone wants each other's thing with the same chance.</summary>
    public Market Trade(int residents, int percent)
    {
        var people = Enumerable.Range(10, residents).ToArray();
        var offerings = people.Select(r => new MarketOffering($"o{r}", $"r{r}", "here", $"c{r}", 1, [])).ToArray();
        var needs = people.Select(r => new MarketNeed(
            $"n{r}",
            $"r{r}",
            "here",
            [.. people.Where(_ => Chance(percent)).Select(p => $"c{p}").Append("c-nothing")],
            1,
            []
        )
        {
            Score = 1 + Below(100),
        });
        return Market.Create(offerings, needs.ToArray());
    }

    /// <summary>Towns that do not trade with each other, each a <see cref="Trade"/> of its own.</summary>
    public Market Towns(int towns, int residents, int percent)
    {
        var (offerings, needs) = (new List<MarketOffering>(), new List<MarketNeed>());
        for (var town = 0; town < towns; town++)
        {
            var trade = Trade(residents, percent);
            offerings.AddRange(
                trade.Offerings.Select(o =>
                    o with
                    {
                        Id = $"{o.Id}-{town}",
                        Resident = $"{o.Resident}-{town}",
                        Category = $"{o.Category}-{town}",
                    }
                )
            );
            needs.AddRange(
                trade.Needs.Select(n =>
                    n with
                    {
                        Id = $"{n.Id}-{town}",
                        Resident = $"{n.Resident}-{town}",
                        Accepts = [.. n.Accepts.Select(a => $"{a}-{town}")],
                    }
                )
            );
        }
        return Market.Create(offerings, needs);
    }

    private int Room() => Chance(60) ? 1 : 1 + Below(3);

    private string[] Audience(int nodes) => [.. Enumerable.Range(0, nodes).Where(_ => Chance(75)).Select(n => $"node{n}")];

    private string[] Accepts(int categories) => [.. Enumerable.Range(0, 1 + Below(2)).Select(_ => $"c{Below(categories)}")];
}
