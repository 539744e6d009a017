namespace EdgeNode.Tests.Sim;

/// <summary>What came of one planted fault.</summary>
internal sealed record PlantResult(Plant Plant, bool Caught, string Text);

/// <summary>Proves that the checkers can fail: each fault is planted into ordinary worlds until one catches it, and those worlds are whole without it.</summary>
internal static class Planted
{
    /// <summary>Worlds in which a fault may go unseen before it counts as missed.</summary>
    public const int MostWorlds = 96;

    public static PlantResult Try(Plant plant)
    {
        var planted = 0;
        for (var seed = 1UL; seed <= MostWorlds; seed++)
        {
            var options = plant.Soil(World(seed)) with { Plant = plant };
            var (result, count) = Live(options);
            planted += count;
            if (result.Code is null)
                continue;
            if (count == 0)
                return new(plant, false, $"seed {seed} failed before anything was planted: {result.Fault}");
            if (!plant.Caught.Contains(result.Code))
                return new(plant, false, $"seed {seed} failed with {result.Fault}");
            var control = Runner.Run(options with { Plant = null });
            return control.Passed
                ? new(plant, true, $"seed {seed} saw {result.Code}")
                : new(plant, false, $"seed {seed} fails without it: {control.Fault}");
        }
        return new(
            plant,
            false,
            planted == 0 ? "no world had room for it" : $"planted {planted} times in {MostWorlds} worlds and never seen"
        );
    }

    /// <summary>Three cabinets with ordinary faults and nobody hostile.</summary>
    private static WorldOptions World(ulong seed) =>
        new()
        {
            Seed = seed,
            Nodes = 3,
            Days = 2,
            Links = new LinkFaults
            {
                LossPct = 5,
                DuplicatePct = 5,
                DelayMax = TimeSpan.FromSeconds(10),
                TroubleEvery = TimeSpan.FromHours(8),
                LongestCut = TimeSpan.FromHours(3),
            },
            Crashes = new CrashFaults { PerStep = 0.005, LongestDark = TimeSpan.FromMinutes(30) },
            People = PeopleOptions.Default with
            {
                Residents = 3,
                Categories = 4,
                PlanEvery = TimeSpan.FromHours(3),
                LaterPct = 10,
            },
            Batch = 4,
        };

    private static (RunResult Result, int Planted) Live(WorldOptions options)
    {
        var planted = 0;
        var result = Runner.Run(options, null, world => planted = world.Plants!.Planted);
        return (result, planted);
    }
}
