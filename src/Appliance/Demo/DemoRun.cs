using System.Security.Cryptography;

namespace EdgeNode.Appliance.Demo;

/// <summary>
/// Runs the demo from its folder to its exit code: three cabinets on this machine, the story, the summary, and, when wanted, an evening with the pages open.
/// </summary>
internal sealed class DemoRun(DemoOptions options, TextWriter output, TextWriter errors)
{
    private const int Held = 0;
    private const int NotHeld = 1;
    private const int Cap = 3;
    private const int SampleCards = 3;

    private readonly DemoVoice _voice = new(options.Json ? errors : output);
    private readonly StoryFacts _facts = new();

    private string SummaryFile => Path.Combine(options.Out, "demo-summary.json");

    /// <summary>Exit code 0 only when the story was told to its end and everything held.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        try
        {
            var input = DemoInputFiles.Load(options.Input) with { Mode = options.Mode };
            var places = CabinetPlace.Three(options.Network, Path.GetFullPath(Path.Combine(options.Out, "demo")));
            using var held = DemoFolder.Prepare(places, SummaryFile, Cap, options.Mode, options.MainsCut);
            return await WithCabinets(input, places, stop);
        }
        catch (DemoException e)
        {
            errors.WriteLine($"edgenode: {e.Message}");
            if (options.Json)
                output.WriteLine(new DemoSummary { Input = options.Input, Violations = [e.Message] }.ToJson());
            return NotHeld;
        }
    }

    private async Task<int> WithCabinets(DemoInput input, IReadOnlyList<CabinetPlace> places, CancellationToken stop)
    {
        var program = Environment.ProcessPath ?? throw new DemoException("The program does not know its own path.");
        Cabinet[] cabinets = [.. places.Select(place => new Cabinet(place, program, options.Waits))];
        try
        {
            return await WithStory(input, cabinets, stop);
        }
        finally
        {
            await Task.WhenAll(cabinets.Select(c => c.DisposeAsync().AsTask()));
        }
    }

    private async Task<int> WithStory(DemoInput input, Cabinet[] cabinets, CancellationToken stop)
    {
        var seed = options.Seed ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        if (options.Chaos)
            _voice.Say($"     faults are placed by seed {seed}; --seed {seed} places them again");
        IReadOnlyList<Fault> plan = options.Chaos ? FaultPlan.For(seed) : [];
        var chaos = new Chaos(plan, cabinets, _voice, options.Waits.Ready, stop);
        var story = new Story(input, options.Waits, cabinets, chaos, _voice, _facts, options.MainsCut, stop);
        try
        {
            await story.Tell();
        }
        catch (DemoException e) when (_facts.HasBegun)
        {
            _facts.Violations.Add(e.Message);
            _facts.Violations.AddRange(cabinets.SelectMany(c => c.Process.Surprises));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _facts.Violations.Add("The demo was stopped before the end of its story.");
        }
        var summary = Summary(input, chaos, options.Chaos ? seed : null);
        Show(summary);
        if (!options.Once && !stop.IsCancellationRequested)
            await Stay(cabinets, story.People, stop);
        return summary.Held ? Held : NotHeld;
    }

    private DemoSummary Summary(DemoInput input, Chaos chaos, ulong? seed) =>
        new()
        {
            Input = input.Name,
            Held = _facts.HasEnded && _facts.Violations.Count == 0,
            Seed = seed,
            Cabinets = DemoInput.Cabinets,
            Discovered = _facts.Discovered,
            Peerings = _facts.Peerings,
            Entries = input.Entries,
            Replicated = _facts.Replicated,
            Planned = _facts.Planned,
            Committed = _facts.Committed,
            Completed = _facts.Completed,
            Wire = _facts.Wire,
            MainsCut = _facts.MainsCut,
            Seconds = _facts.Seconds(_voice.Elapsed),
            Faults = chaos.Counts,
            Violations = [.. _facts.Violations.Distinct()],
        };

    private void Show(DemoSummary summary)
    {
        summary.Write(SummaryFile);
        _voice.Plain("");
        _voice.Plain(summary.ToTable());
        _voice.Plain($"  {(summary.Held ? "everything held" : "NOT everything held")}; written to {SummaryFile}");
        if (options.Json)
            output.WriteLine(summary.ToJson());
    }

    /// <summary>The cabinets stay up and their pages can be tried, until somebody presses Ctrl-C.</summary>
    private async Task Stay(Cabinet[] cabinets, IReadOnlyList<Phone> people, CancellationToken stop)
    {
        _voice.Plain("");
        foreach (var cabinet in cabinets)
        {
            _voice.Plain($"  {cabinet.Place.Name}: residents {cabinet.Place.Residents}, stewards {cabinet.Place.Stewards}");
            _voice.Plain($"      stewards' code {cabinet.Process.StewardCode}");
        }
        _voice.Plain("  Cards that open a resident's pages:");
        foreach (var phone in Samples(people))
            _voice.Plain($"      {phone.Code}  {phone.Neighbour.Label} at {cabinets[phone.Neighbour.Cabinet].Place.Residents}");
        _voice.Plain("  The stewards' pages show a warning once: their certificate is the cabinet's own. Ctrl-C ends it all.");
        try
        {
            await Wait.For(Timeout.InfiniteTimeSpan, stop);
        }
        catch (OperationCanceledException)
        {
            _voice.Say("stopping the cabinets");
        }
    }

    /// <summary>People with a ring first, from as many cabinets as there are.</summary>
    private static IEnumerable<Phone> Samples(IReadOnlyList<Phone> people) =>
        people
            .Where(p => p.Code is not null)
            .OrderByDescending(p => p.HasRing)
            .GroupBy(p => p.Neighbour.Cabinet)
            .SelectMany(g => g.Select((phone, place) => (phone, place)))
            .OrderBy(x => x.place)
            .ThenBy(x => x.phone.Neighbour.Cabinet)
            .Take(SampleCards)
            .Select(x => x.phone);
}
