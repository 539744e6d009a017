using System.CommandLine;
using System.Text.Json;
using EdgeNode.Hardware.Bom;
using EdgeNode.Hardware.Rehearsal;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw rehearse</c>: weeks of weather and outages with the real power policy, in seconds.</summary>
internal static class HwRehearseCommand
{
    public static CliCommand Create()
    {
        var bom = new Option<string>("--bom") { Description = "The bill of materials.", Required = true };
        var days = new Option<int?>("--days")
        {
            Description = "Days of the supply's weather (30 when nothing else is asked for).",
        };
        var brownouts = new Option<int>("--brownouts")
        {
            Description = "Outages one after the other, every 20th with a failing sensor, every 5th with flickering mains.",
        };
        var seeds = new Option<int>("--seeds")
        {
            Description = "Each seed is another pack, other sensors, other weather.",
            DefaultValueFactory = _ => 5,
        };
        var seed = new Option<ulong>("--seed") { Description = "The first seed.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new CliCommand(
            "rehearse",
            """
            Lives through outages and weather with the real power policy, the bill's battery and loads, and failing sensors. Exit code 0 when no run died, no stop
            came while mains was there, a stuck mains pin cost two stops at most, no hour had more than two short runs, and no two words to neighbours stood
            within 30 s. What led to a failure is told on standard error, with its seed.

            Example: edgenode hw rehearse --bom hw-bom/indoor-grid.json --brownouts 1000 --seeds 20
            """
        )
        {
            bom,
            days,
            brownouts,
            seeds,
            seed,
            json,
        };
        command.SetAction(parsed =>
        {
            var asked = parsed.GetValue(brownouts);
            var plan = new RehearsalPlan(
                parsed.GetValue(days) ?? (asked > 0 ? 0 : 30),
                asked,
                parsed.GetValue(seeds),
                parsed.GetValue(seed)
            );
            return HwBillFile.Guarded(() => Run(parsed.GetValue(bom)!, plan, parsed.GetValue(json)));
        });
        return command;
    }

    private static int Run(string bom, RehearsalPlan plan, bool json)
    {
        if (
            plan.Days is < 0 or > RehearsalPlan.MostDays
            || plan.Brownouts is < 0 or > RehearsalPlan.MostBrownouts
            || plan.Seeds is < 1 or > RehearsalPlan.MostSeeds
        )
        {
            Console.Error.WriteLine(
                $"edgenode: --days goes to {RehearsalPlan.MostDays}, --brownouts to {RehearsalPlan.MostBrownouts}, --seeds from 1 to {RehearsalPlan.MostSeeds}."
            );
            return 2;
        }
        var design =
            HwBillFile.Load(bom).Design()
            ?? throw new BillException(
                $"{bom}: it needs a line with a battery and one with a supply; edgenode hw validate says more."
            );
        var report = Rehearsals.Run(design, plan, (seed, story) => Console.Error.WriteLine($"seed {seed}: {story}"));
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(report, HwBomJson.Default.RehearsalReport));
        else
            Print(report, plan);
        return report.Holds() ? 0 : 1;
    }

    private static void Print(RehearsalReport r, RehearsalPlan plan)
    {
        Console.WriteLine($"{plan.Seeds} seeds, {r.SimulatedHours:0} hours of weather and outages, simulated.");
        Console.WriteLine($"  from a full battery to the clean stop   {r.AutonomyHours:0.0} h in the worst seed");
        Console.WriteLine($"  power went while the cabinet ran        {r.Deaths} times");
        Console.WriteLine(
            $"  clean stops                             {r.Shutdowns}, of them with mains there {r.ShutdownsWithMains}, blind {r.ShutdownsBlind}"
        );
        Console.WriteLine($"  stops for a mains pin that is stuck     {r.ShutdownsStuckPin} in the worst seed");
        Console.WriteLine($"  short runs in the worst hour            {r.ShortBootsPerHour}");
        Console.WriteLine(
            $"  words to neighbours                     {r.Announcements}, of them within 30 s {r.AnnouncementsTooClose}"
        );
        Console.WriteLine($"  battery empty before the program began  {r.FailedStarts} times");
    }
}
