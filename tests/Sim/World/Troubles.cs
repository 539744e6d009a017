using EdgeNode.Appliance;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>What befalls the world from outside: cut, clogged and one-way links, clocks that jump, false sightings, somebody on the wire.</summary>
internal sealed class Troubles(World world, Prng prng)
{
    private const long TenYears = 10L * 365 * 86_400_000;
    private readonly Mallory _mallory = new(world, prng.Fork());

    public void Begin()
    {
        var o = world.Options;
        Every(o.Links.TroubleEvery, LinkTrouble);
        Every(o.Clocks.JumpEvery, ClockTrouble);
        Every(o.Hostile.MalloryEvery, _mallory.Act);
        Every(o.Hostile.FalseSightingEvery, FalseSighting);
        if (o.Links.Remote >= 0)
            Every(TimeSpan.FromHours(1), world.Net.LookAll);
        if (o.Hostile.RogueEvery is not null)
            world.Rogue!.Begin();
        Every(TimeSpan.FromHours(12), TrueSightings);
        if (o.Ways.Relay)
            Every(o.Ways.ForgetsEvery, world.Net.RelayForgets);
    }

    public void Heal() => TrueSightings();

    private void Every(TimeSpan? mean, Action act)
    {
        if (mean is { } span)
            world.After(prng.Between(span / 4, span * 7 / 4), () => Again(span, act));
    }

    private void Again(TimeSpan mean, Action act)
    {
        if (!world.Faulty)
            return;
        act();
        Every(mean, act);
    }

    private void LinkTrouble()
    {
        var (a, b) = Pair();
        var span = prng.Skewed(TimeSpan.FromMinutes(1), world.Options.Links.LongestCut);
        switch (prng.Below(10))
        {
            case < 4:
                world.Counts.Add("cuts");
                world.Net.Cut(a, b, span);
                break;
            case < 6:
                world.Counts.Add("one-way cuts");
                world.Net.Silence(a, b, span);
                break;
            case < 8:
                world.Counts.Add("clogs");
                world.Net.Clog(a, b, span / 4);
                break;
            case 8:
                world.Counts.Add("cabinets cut off");
                world.Net.CutOff(a, span);
                break;
            default:
                world.Counts.Add("brown-outs");
                foreach (var cabinet in world.Cabinets.Where(_ => prng.Percent(60)))
                    cabinet.PowerCut(world.DrawDark(prng));
                break;
        }
        world.Trace.Add(world.Now, "world", $"link trouble {a} {b}");
    }

    private void ClockTrouble()
    {
        var cabinet = prng.Pick(world.Cabinets);
        var now = cabinet.Time.Ms;
        var to = prng.Below(5) switch
        {
            0 => 1_000_000 + prng.Below(1_000_000),
            1 => now + TenYears,
            2 => now - (long)prng.Skewed(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3)).TotalMilliseconds,
            3 => now + (long)prng.Skewed(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3)).TotalMilliseconds,
            _ => now + 365L * 86_400_000,
        };
        world.Counts.Add("clocks wrong");
        world.Trace.Add(world.Now, cabinet.Name, $"clock jumps to {new Moment(to)}");
        cabinet.Clock.Set(world.Now, to);
        world.After(
            prng.Skewed(TimeSpan.FromMinutes(1), TimeSpan.FromHours(8)),
            () =>
            {
                cabinet.Clock.Set(world.Now, world.Now);
                world.Trace.Add(world.Now, cabinet.Name, "clock is right again");
            }
        );
    }

    private void FalseSighting()
    {
        var (a, b) = Pair();
        world.Counts.Add("false sightings");
        (a as Cabinet)?.Post(new Seen("liar", b.Did.Short, "10.66.6.6", Station.PeersPort, Station.PairPort));
    }

    private void TrueSightings()
    {
        foreach (var cabinet in world.Cabinets)
        foreach (var other in world.Cabinets.Where(c => c != cabinet && c.IsUp))
            cabinet.Post(new Seen(other.Name, other.Did.Short, other.Address, Station.PeersPort, Station.PairPort));
    }

    private (Station A, Station B) Pair()
    {
        var a = prng.Pick(world.Stations);
        return (a, prng.Pick([.. world.Stations.Where(s => s != a)]));
    }
}
