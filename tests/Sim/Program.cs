using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeNode.Federation;

namespace EdgeNode.Tests.Sim;

/// <summary>edgenode-sim: whole federations in one process, decided by a seed.</summary>
public static class Program
{
    private const string Help = """
        edgenode-sim: federations of real nodes in one process; a seed decides everything that happens

        edgenode-sim --seed N [--nodes K] [--days D] [--trace FILE] [--json]
            lives one world and prints its trace hash last; the same seed gives the same hash in any process
        edgenode-sim --seeds N [--first M] [--jobs J] [--nodes K] [--days D] [--json]
            lives N worlds from seed M on, J at a time, and names the seeds that failed with the command that replays each
        edgenode-sim --planted | --plant NAME[,NAME] [--json]
            plants faults, all or those named by --list, and demands that the checkers catch each of them
        edgenode-sim --modes MARKET [--nodes K] [--cap C] [--cut place|spread] [--unreachable U] [--context N] [--only MODE] [--json]
            what each way of finding partners makes of one market file, cut into K cabinets (10) of which U are out of reach
        edgenode-sim --memory [--days D] [--json]
            what a cabinet keeps in memory after each of D whole days (30) in which its one neighbour stays away: the objects of .NET that are
            alive after full collections, and what SQLite has allocated (sqlite3_memory_used). It has the shipped settings; 180 residents
            share 7200 entries on the first day and change 40 on each further day, neighbours and strangers come and go in discovery, links come
            up on which nobody answers. No checker runs. The simulator is counted along, so what has grown is at most what is said; without_node
            is what is left of both once the node is closed. Memory of OpenSSL and libsodium, stacks and code is not counted, and there are
            no pages, no broker and no sensors
        edgenode-sim --scenario NAME [--trace FILE] | --scenarios | --list
            plays a named scenario, or all; --list names them with what each claims

        Nodes are from 2 to 9. Exit code 0 only if everything held, 1 if something did not, 2 for a command that is not understood.

        Example: edgenode-sim --seed 42 --nodes 3 --days 2 --trace /tmp/42.trace
        """;

    public static int Main(string[] args)
    {
        try
        {
            var options = SimOptions.Parse(args);
            // With --json, standard output is one object and everything else goes to standard error.
            var log = options.Json ? Console.Error : Console.Out;
            return Run(options, log);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine($"edgenode-sim: {e.Message}; --help shows how.");
            return 2;
        }
        finally
        {
            SimFolder.Clear();
        }
    }

    private static int Run(SimOptions options, TextWriter log)
    {
        if (options.Help)
            Console.WriteLine(Help);
        else if (options.List)
            List();
        else if (options.Seed is { } seed)
            return One(options, seed, log);
        else if (options.Memory)
            return Remember(options, log);
        else if (options.Modes is not null)
            return Compare(options, log);
        else if (options.Seeds is not null)
            return Many(options, log);
        else if (options.Planted)
            return Plant(options, log);
        else
            return Play(options, log);
        return 0;
    }

    private static void List()
    {
        foreach (var scenario in ScenarioRunner.All)
            Console.WriteLine($"{scenario.Name, -42} {scenario.Claim}");
        foreach (var plant in PlantCatalog.All)
            Console.WriteLine($"planted {plant.Name, -34} {plant.What}");
    }

    private static int One(SimOptions options, ulong seed, TextWriter log)
    {
        var world = WorldOptions.Draw(seed, options.Nodes, options.Days);
        log.WriteLine($"seed {seed}: {Describe(world)}");
        var result = Runner.Run(world, options.TraceFile);
        Print(result.Counts, log);
        if (!result.Passed)
            log.WriteLine($"FAILED {result.Fault}");
        if (options.Json)
            Console.WriteLine(Json(w => Write(w, result)));
        log.WriteLine($"trace {result.Hash}");
        return result.Passed ? 0 : 1;
    }

    private static int Many(SimOptions options, TextWriter log)
    {
        log.WriteLine($"seeds {options.First} to {options.First + (ulong)options.Seeds!.Value - 1}, {options.Jobs} at a time");
        var batch = new Batch(options, log);
        batch.Run();
        Print(batch.Sum, log);
        if (batch.WasEmpty)
            log.WriteLine("FAILED nothing was agreed in any world, so nothing was proved");
        var failed = batch.Failed.Count + (batch.WasEmpty ? 1 : 0);
        if (options.Json)
            Console.WriteLine(Json(w => Write(w, batch)));
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{batch.Took.TotalSeconds:F1} s"));
        log.WriteLine($"seeds {batch.Passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static int Compare(SimOptions options, TextWriter log)
    {
        var cabinets = options.Nodes ?? 10;
        var market = ModeMarket.Read(options.Modes!, cabinets, options.Cut);
        var best = market.Solve(options.Cap);
        log.WriteLine(
            $"{market.Residents.Length} residents at {cabinets} cabinets; the best plan has {best.Items} items, at most {best.BoundMicro / 100_000_000}"
        );
        var bench = new ModeBench(market, cabinets, options, log);
        var results = options.Only.Select(bench.Run).ToArray();
        var replicated = results.FirstOrDefault(r => r.Mode == FindingMode.Replicate)?.Items ?? best.Items;
        foreach (var r in results)
            log.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{r.Mode.Word(), -10} {r.Items, 6} items {r.Rings, 5} rings {(double)r.Items / replicated, 7:P1} {r.Frames, 8} frames {r.Bytes, 11} bytes"
                )
            );
        if (options.Json)
            Console.WriteLine(Json(w => Write(w, options, market, best.Items, results, replicated)));
        return 0;
    }

    private static void Write(
        Utf8JsonWriter w,
        SimOptions options,
        ModeMarket market,
        int best,
        ModeResult[] results,
        int replicated
    )
    {
        w.WriteStartObject();
        w.WriteNumber("residents", market.Residents.Length);
        w.WriteNumber("cabinets", options.Nodes ?? 10);
        w.WriteNumber("cap", options.Cap);
        w.WriteString("cut", options.Cut == ModeCut.Place ? "place" : "spread");
        w.WriteNumber("unreachable", options.Unreachable);
        w.WriteNumber("best_items", best);
        w.WriteStartArray("modes");
        foreach (var result in results)
            ModeBench.Write(w, result, replicated);
        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static int Remember(SimOptions options, TextWriter log)
    {
        var days = (int)(options.Days ?? MemoryRun.UsualDays);
        if (days < 2)
            throw new FormatException("--memory compares the last day with the first, so it wants --days of at least 2");
        using var run = new MemoryRun();
        var (code, fault) = Runner.Try(() => run.Run(days, log));
        if (code is not null)
        {
            log.WriteLine($"FAILED {fault}");
            return 1;
        }
        log.WriteLine($"{run.Grown} bytes more after the last day than after the first");
        if (options.Json)
            Console.WriteLine(Json(run.Write));
        return 0;
    }

    private static int Plant(SimOptions options, TextWriter log)
    {
        var plants = PlantCatalog.All.Where(p => options.Plants?.Contains(p.Name) != false).ToArray();
        var results = new PlantResult[plants.Length];
        Parallel.For(
            0,
            results.Length,
            new ParallelOptions { MaxDegreeOfParallelism = options.Jobs },
            i => results[i] = Planted.Try(plants[i])
        );
        foreach (var r in results)
            log.WriteLine($"{(r.Caught ? "caught" : "MISSED")} {r.Plant.Name}: {r.Plant.What}; {r.Text}");
        var caught = results.Count(r => r.Caught);
        if (options.Json)
            Console.WriteLine(Json(w => Write(w, results)));
        log.WriteLine($"planted {caught} caught, {results.Length - caught} missed");
        log.WriteLine($"{caught} passed, {results.Length - caught} failed");
        return caught == results.Length && caught > 0 ? 0 : 1;
    }

    private static int Play(SimOptions options, TextWriter log)
    {
        var chosen = ScenarioRunner.All.Where(s => options.Scenario is null || s.Name == options.Scenario).ToArray();
        if (chosen.Length == 0)
            throw new FormatException($"there is no scenario '{options.Scenario}'; --list names them");
        var failed = 0;
        foreach (var scenario in chosen)
        {
            var (code, fault) = ScenarioRunner.Play(scenario, options.TraceFile);
            failed += code is null ? 0 : 1;
            log.WriteLine(
                $"{(code is null ? "ok    " : "FAILED")} {scenario.Name}: {scenario.Claim}{(fault is null ? "" : "\n  " + fault)}"
            );
        }
        log.WriteLine($"{chosen.Length - failed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static string Describe(WorldOptions o) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{o.Nodes} cabinets, {o.Days} days, {o.People.Residents} residents each; loss {o.Links.LossPct} %, delay up to {o.Links.DelayMax}, crash {o.Crashes.PerStep:P1} a step, clocks {(o.Clocks.JumpEvery is null ? "steady" : "jump")}, {(o.Hostile.MalloryEvery is null ? "nobody" : "somebody")} on the wire, {(o.Hostile.RogueEvery is null ? "no" : "one")} liar, peerings end {o.People.EndPeeringPct} %, partners by {string.Join('/', o.Modes.Select(m => m.Word()))}"
        );

    private static void Print(Counters counts, TextWriter log)
    {
        foreach (var (what, count) in counts.All)
            log.WriteLine($"  {what, -22} {count, 9}");
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
            write(writer);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter w, RunResult result)
    {
        w.WriteStartObject();
        w.WriteNumber("seed", result.Options.Seed);
        w.WriteNumber("nodes", result.Options.Nodes);
        w.WriteNumber("days", result.Options.Days);
        w.WriteBoolean("passed", result.Passed);
        w.WriteString("fault", result.Fault);
        w.WriteString("trace", result.Hash);
        w.WriteNumber("seconds", Math.Round(result.Took.TotalSeconds, 3));
        Write(w, result.Counts);
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, Batch batch)
    {
        w.WriteStartObject();
        w.WriteNumber("seeds", batch.Seeds);
        w.WriteNumber("passed", batch.Passed);
        w.WriteNumber("seconds", Math.Round(batch.Took.TotalSeconds, 1));
        w.WriteStartArray("failed");
        foreach (var failed in batch.Failed)
            Write(w, failed);
        w.WriteEndArray();
        Write(w, batch.Sum);
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, PlantResult[] results)
    {
        w.WriteStartObject();
        w.WriteStartArray("planted");
        foreach (var r in results)
        {
            w.WriteStartObject();
            w.WriteString("name", r.Plant.Name);
            w.WriteBoolean("caught", r.Caught);
            w.WriteString("text", r.Text);
            w.WriteEndObject();
        }
        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, Counters counts)
    {
        w.WriteStartObject("counts");
        foreach (var (what, count) in counts.All)
            w.WriteNumber(what.Replace(' ', '_'), count);
        w.WriteEndObject();
    }
}
