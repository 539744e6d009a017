using System.Globalization;

namespace EdgeNode.Matching;

/// <summary>How many neighbours' offers a generated need can reach.</summary>
public enum MarketDensity
{
    Low,
    Mid,
    High,
}

/// <summary>
/// Makes markets as neighbourhoods might look, by seed: residents cluster round cabinets on a jittered grid 4 km apart, offers and
/// needs fall into 200 categories by Zipf's law, an offer has 4 of 8 time slots and must cover the 1 or 2 a need asks for,
/// and both must lie within each other's reach. docs/matching.md has the model; the order of the draws is part of it.
/// </summary>
public sealed class MarketGenerator
{
    /// <summary>Most residents in a generated market.</summary>
    public const int MaxResidents = 1_000_000;

    private const int Categories = 200;
    private const int Slots = 8;
    private const int ResidentsPerCabinet = 300;
    private const double GridKm = 4;
    private const int MostItems = 5;
    private const ulong SeedFactor = 1_000_003;

    private readonly MersenneTwister _random;
    private readonly int _count;
    private readonly double _reachFactor;
    private readonly List<Person> _people = [];
    private readonly List<Item> _offers = [];
    private readonly List<Item> _needs = [];
    private readonly List<(int Offer, int Need, int Score)> _arcs = [];

    private readonly record struct Person(int Cabinet, double X, double Y, double Reach, int Accept, int Trust);

    private readonly record struct Item(int Resident, int Category, int Slots);

    private MarketGenerator(int residents, uint seed, MarketDensity density)
    {
        (_count, _random) = (residents, new MersenneTwister(seed * SeedFactor + (ulong)residents));
        _reachFactor = density switch
        {
            MarketDensity.Low => .45,
            MarketDensity.Mid => 1.0,
            _ => 2.2,
        };
    }

    /// <summary>Writes a market of 1 to <see cref="MaxResidents"/> residents in the format of <see cref="InstanceFormat.Market"/>.</summary>
    public static void Write(int residents, uint seed, MarketDensity density, TextWriter to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(residents, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(residents, MaxResidents);
        var generator = new MarketGenerator(residents, seed, density);
        generator.DrawPeople();
        generator.DrawArcs();
        generator.WriteTo(to);
    }

    private void DrawPeople()
    {
        var offered = Enumerable.Range(0, Categories).ToArray();
        _random.Shuffle(offered);
        var noise = offered.Select((_, k) => Math.Log(k + 1) + _random.Gauss(0, .7)).ToArray();
        int[] needed = [.. Enumerable.Range(0, Categories).OrderBy(k => noise[k]).Select(k => offered[k])];
        var popularity = Popularity();
        var cabinets = Math.Max(1, (int)Math.Round((double)_count / ResidentsPerCabinet, MidpointRounding.ToEven));
        var side = (int)Math.Ceiling(Math.Sqrt(cabinets));
        var centres = new (double X, double Y)[cabinets];
        for (var k = 0; k < cabinets; k++)
        {
            var x = k % side * GridKm + _random.Gauss(0, .4);
            centres[k] = (x, k / side * GridKm + _random.Gauss(0, .4));
        }
        for (var i = 0; i < _count; i++)
        {
            _people.Add(DrawPerson(centres));
            for (var items = DrawCount(); items > 0; items--)
            {
                var slots = DrawSlots(4);
                _offers.Add(new Item(i, DrawCategory(popularity, offered), slots));
            }
            for (var items = DrawCount(); items > 0; items--)
            {
                var slots = DrawSlots(1 + _random.Below(2));
                _needs.Add(new Item(i, DrawCategory(popularity, needed), slots));
            }
        }
    }

    private static double[] Popularity()
    {
        var (cumulative, total) = (new double[Categories], 0.0);
        for (var k = 0; k < Categories; k++)
            cumulative[k] = total += 1.0 / (k + 1);
        return cumulative;
    }

    private Person DrawPerson((double X, double Y)[] centres)
    {
        var cabinet = _random.Below(centres.Length);
        var x = centres[cabinet].X + _random.Gauss(0, 1);
        var y = centres[cabinet].Y + _random.Gauss(0, 1);
        var reach = _reachFactor * _random.LogNormal(0.15, .5);
        var accept = Percent(Math.Min(.98, Math.Max(.5, _random.Beta(8, 2))));
        return new Person(cabinet, x, y, reach, accept, Percent(_random.Beta(5, 2)));
    }

    private static int Percent(double part) => (int)Math.Round(100 * part, MidpointRounding.ToEven);

    private int DrawCount()
    {
        var count = 1;
        while (count < MostItems && _random.Real() < .5)
            count++;
        return count;
    }

    private int DrawSlots(int count)
    {
        Span<int> pool = stackalloc int[Slots];
        for (var slot = 0; slot < Slots; slot++)
            pool[slot] = slot;
        var mask = 0;
        for (var i = 0; i < count; i++)
        {
            var drawn = _random.Below(Slots - i);
            mask |= 1 << pool[drawn];
            pool[drawn] = pool[Slots - i - 1];
        }
        return mask;
    }

    private int DrawCategory(double[] popularity, int[] order)
    {
        var at = Array.BinarySearch(popularity, _random.Real() * popularity[^1]);
        return order[at < 0 ? ~at : at];
    }

    private void DrawArcs()
    {
        var index = new Dictionary<(int X, int Y, int Category), List<int>>();
        for (var need = 0; need < _needs.Count; need++)
        {
            var person = _people[_needs[need].Resident];
            var cell = (Cell(person.X), Cell(person.Y), _needs[need].Category);
            if (!index.TryGetValue(cell, out var there))
                index.Add(cell, there = []);
            there.Add(need);
        }
        for (var offer = 0; offer < _offers.Count; offer++)
        {
            var giver = _people[_offers[offer].Resident];
            var (reach, x, y) = ((int)Math.Ceiling(giver.Reach), Cell(giver.X), Cell(giver.Y));
            for (var a = x - reach; a <= x + reach; a++)
            for (var b = y - reach; b <= y + reach; b++)
                if (index.TryGetValue((a, b, _offers[offer].Category), out var there))
                    foreach (var need in there)
                        DrawArc(offer, need, giver);
        }
    }

    private static int Cell(double km) => (int)Math.Floor(km);

    private void DrawArc(int offer, int need, Person giver)
    {
        var (given, asked) = (_offers[offer], _needs[need]);
        if (asked.Resident == given.Resident || (asked.Slots & ~given.Slots) != 0)
            return;
        var receiver = _people[asked.Resident];
        var (dx, dy) = (receiver.X - giver.X, receiver.Y - giver.Y);
        var distance = Math.Sqrt(dx * dx + dy * dy);
        var limit = Math.Min(giver.Reach, receiver.Reach);
        if (distance > limit)
            return;
        var quality = .35 + .35 * _random.Real() + .2 * (1 - distance / limit) + .1 * giver.Trust / 100;
        _arcs.Add((offer, need, Math.Max(1, Math.Min(100, Percent(quality)))));
    }

    private void WriteTo(TextWriter to)
    {
        to.NewLine = "\n";
        to.WriteLine($"M {_count} {_offers.Count} {_needs.Count} {_arcs.Count}");
        for (var i = 0; i < _count; i++)
        {
            var p = _people[i];
            to.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"P {i} {p.Cabinet} {p.X:F3} {p.Y:F3} {p.Accept} {p.Trust}")
            );
        }
        WriteItems(to, 'O', _offers);
        WriteItems(to, 'N', _needs);
        foreach (var (offer, need, score) in _arcs)
            to.WriteLine($"E {offer} {need} {score}");
    }

    private static void WriteItems(TextWriter to, char kind, List<Item> items)
    {
        for (var i = 0; i < items.Count; i++)
            to.WriteLine($"{kind} {i} {items[i].Resident} {items[i].Category} 1");
    }
}
