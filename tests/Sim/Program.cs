using System.Globalization;

namespace EdgeNode.Tests.Sim;

/// <summary>edgenode-sim: whole federations in one process, decided by a seed.</summary>
public static class Program
{
    public static int Main(string[] args)
    {
        if (args[0] == "s")
        {
            foreach (var sc in ScenarioRunner.All.Where(x => args.Length < 2 || x.Name == args[1]))
            {
                var (code, fault) = ScenarioRunner.Play(sc, args.Length > 2 ? args[2] : null);
                Console.WriteLine($"{(code is null ? "ok  " : "FAIL")} {sc.Name} {fault?[..Math.Min(fault.Length, 700)]}");
            }
            return 0;
        }
        var first = ulong.Parse(args[0], CultureInfo.InvariantCulture);
        var n = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        var sum = new Counters();
        var failed = 0;
        for (var i = 0UL; i < (ulong)n; i++)
        {
            var r = Runner.Run(WorldOptions.Draw(first + i), args.Length > 2 ? args[2] : null);
            sum.Add(r.Counts);
            if (!r.Passed)
                failed++;
            Console.WriteLine(
                $"{r.Options.Seed} n={r.Options.Nodes} d={r.Options.Days} {r.Hash} {r.Took.TotalSeconds:F2}s steps={r.Counts["steps"]} {(r.Fault is null ? "" : r.Fault[..Math.Min(600, r.Fault.Length)])}"
            );
        }
        foreach (var (w, c) in sum.All)
            Console.WriteLine($"  {w, -24} {c}");
        Console.WriteLine($"failed {failed}");
        SimFolder.Clear();
        return 0;
    }
}
