using System.Text.Json;
using EdgeNode.Federation;

namespace EdgeNode.Appliance.Demo;

/// <summary>What is known of the story so far; the summary is made of it.</summary>
internal sealed class StoryFacts
{
    public List<string> Violations { get; } = [];
    public int[] Discovered { get; set; } = [];
    public int Peerings { get; set; }
    public int[] Replicated { get; set; } = [];
    public PlannedSummary Planned { get; set; } = new(0, 0, 0, 0);
    public CommittedSummary Committed { get; set; } = new(0, 0, 0);
    public CompletedSummary Completed { get; set; } = new(0);
    public MainsCutSummary? MainsCut { get; set; }
    public WireSummary Wire { get; set; } = new(0, 0);

    /// <summary>Moments of the story, in time since its start; null until they come.</summary>
    public TimeSpan? LastPost { get; set; }
    public TimeSpan? FirstProposal { get; set; }
    public TimeSpan? LastCommit { get; set; }
    public TimeSpan? LastDone { get; set; }

    /// <summary>The cabinets are up: what goes wrong from here on is told in the summary.</summary>
    public bool HasBegun { get; set; }

    /// <summary>The story was told to its end.</summary>
    public bool HasEnded { get; set; }

    public SecondsSummary Seconds(TimeSpan total) =>
        new(Since(FirstProposal), Since(LastCommit), Since(LastDone), Math.Round(total.TotalSeconds, 1));

    private double Since(TimeSpan? moment) =>
        moment is { } at && LastPost is { } post ? Math.Round(Math.Max(0, (at - post).TotalSeconds), 3) : 0;
}

/// <summary>
/// The story of a neighbourhood, from three cabinets that do not know each other to promises kept. Everything is done through the cabinets' public doors, by
/// stewards and residents with phones.
/// </summary>
internal sealed class Story(
    DemoInput input,
    DemoWaits waits,
    IReadOnlyList<Cabinet> cabinets,
    Chaos chaos,
    DemoVoice voice,
    StoryFacts facts,
    bool mainsCut,
    CancellationToken stop
)
{
    /// <summary>Phones in use at the same moment.</summary>
    private const int Phones = 24;

    private readonly List<Phone> _phones =
    [
        .. input.People.Select(neighbour => new Phone(neighbour, cabinets[neighbour.Cabinet].Http, waits.Look)),
    ];

    public IReadOnlyList<Phone> People => _phones;

    public async Task Tell()
    {
        await Part("1/10 starting three cabinets", waits.Ready, Start);
        facts.HasBegun = true;
        await Part("2/10 the cabinets look for each other", waits.Discover, Discover);
        await Part("3/10 their stewards agree on peerings", waits.Peer, Peer);
        await Part($"4/10 {input.People.Count} residents join and post {input.Entries} entries", waits.Post, Post);
        await Part("5/10 what is shared reaches the neighbours", waits.Replicate, Replicate);
        var trade = new Trade(input, waits, cabinets, _phones, chaos, voice, facts);
        await trade.Tell((what, longest, act) => Part(what, longest, act));
        await Part("10/10 what the cabinets have to show for it", waits.Replicate, Close);
        if (mainsCut)
            await Part(
                "one more: mains is cut at one cabinet, and returns",
                waits.Replicate,
                new MainsCut(cabinets, waits, voice, facts).Tell
            );
        facts.HasEnded = true;
    }

    /// <summary>One part with its longest time; what stands still is named by what was counted last.</summary>
    private async Task Part(string what, TimeSpan longest, Func<CancellationToken, Task> act)
    {
        voice.Begin(what);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(longest);
        try
        {
            await act(limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var stood = voice.Count.Length > 0 ? $" ({voice.Count})" : "";
            throw new DemoException($"\"{what}\" did not end within {longest.TotalSeconds:0} s{stood}.");
        }
    }

    private async Task Start(CancellationToken token)
    {
        foreach (var cabinet in cabinets)
            cabinet.Process.Start();
        // The first that fails speaks for all: the others may still be starting.
        var starting = cabinets.Select(c => c.Process.WhenReady(token)).ToList();
        while (starting.Count > 0)
        {
            var one = await Task.WhenAny(starting);
            starting.Remove(one);
            await one;
            voice.Counted($"{cabinets.Count - starting.Count} of {cabinets.Count} cabinets answer");
        }
        await Task.WhenAll(cabinets.Select(c => Meet(c, token)));
        voice.Say("     " + string.Join(", ", cabinets.Select(c => $"{c.Place.Name} at {c.Place.Residents}")));
    }

    private static async Task Meet(Cabinet cabinet, CancellationToken token)
    {
        cabinet.Did = (await cabinet.Passer.Get("api/node", DemoJson.Default.NodeShown, token)).Did;
        await cabinet.Steward.SignIn(cabinet.Process.StewardCode!, token);
    }

    private Task Discover(CancellationToken token)
    {
        facts.Discovered = new int[cabinets.Count];
        return Wait.Until(
            async t =>
            {
                foreach (var cabinet in cabinets)
                    facts.Discovered[cabinet.Place.Index] = (await Others(cabinet, t)).Count;
                voice.Counted($"found: {string.Join(", ", facts.Discovered)} others");
                return facts.Discovered.All(found => found == cabinets.Count - 1);
            },
            waits.Look,
            token
        );
    }

    /// <summary>The demo's other cabinets that this one has discovered: strangers on the same machine are none of ours.</summary>
    private async Task<IReadOnlyList<DiscoveredShown>> Others(Cabinet cabinet, CancellationToken token)
    {
        var seen = await cabinet.Steward.Neighbours(token);
        return
        [
            .. cabinets
                .Where(c => c != cabinet)
                .Select(c => seen.Discovered.FirstOrDefault(d => d.Address == c.Place.Address.ToString()))
                .OfType<DiscoveredShown>(),
        ];
    }

    private async Task Peer(CancellationToken token)
    {
        var pairs = cabinets.SelectMany(a => cabinets.Where(b => b.Place.Index > a.Place.Index).Select(b => (a, b))).ToArray();
        await Task.WhenAll(pairs.Select(pair => Peer(pair.a, pair.b, token)));
        voice.Say($"     {facts.Peerings} peerings, each enrolled on both sides");
    }

    /// <summary>One steward asks, the other accepts, and both wait until both cabinets say "enrolled".</summary>
    private async Task Peer(Cabinet asking, Cabinet asked, CancellationToken token)
    {
        var found = (await Others(asking, token)).First(d => d.Address == asked.Place.Address.ToString());
        await asking.Steward.Request(found, async t => await asking.Steward.Peering(asked.Did, t) is not null, token);
        await Wait.Until(
            async t => await asked.Steward.Peering(asking.Did, t) is { State: "proposed" or "accepted" or "enrolled" },
            waits.Look,
            token
        );
        await asked.Steward.Accept(
            asking.Did,
            async t => await asked.Steward.Peering(asking.Did, t) is { State: "accepted" or "enrolled" },
            token
        );
        await Wait.Until(
            async t =>
                await asking.Steward.Peering(asked.Did, t) is { State: "enrolled" }
                && await asked.Steward.Peering(asking.Did, t) is { State: "enrolled" },
            waits.Look,
            token
        );
        facts.Peerings++;
    }

    private async Task Post(CancellationToken token)
    {
        var posted = 0;
        await Parallel.ForEachAsync(
            _phones,
            new ParallelOptions { MaxDegreeOfParallelism = Phones, CancellationToken = token },
            async (phone, t) =>
            {
                await phone.JoinAndPost(ShareOf(phone.Neighbour), t);
                var now = Interlocked.Increment(ref posted);
                voice.Counted($"{now} of {_phones.Count} residents have posted");
                chaos.Reached(DemoPart.Posting, (double)now / _phones.Count);
            }
        );
        facts.LastPost = voice.Elapsed;
        await chaos.EndOf(DemoPart.Posting);
    }

    private JsonElement ShareOf(Neighbour neighbour) =>
        neighbour.ShareWith is null
            ? JsonSerializer.SerializeToElement("all", DemoJson.Default.String)
            : JsonSerializer.SerializeToElement(
                [.. neighbour.ShareWith.Select(i => cabinets[i].Did)],
                DemoJson.Default.StringArray
            );

    private async Task Replicate(CancellationToken token)
    {
        chaos.Reached(DemoPart.Replication, 0);
        await Wait.Until(t => IsEverywhere(t), waits.Look, token);
        await chaos.EndOf(DemoPart.Replication);
        // What was there before a cabinet was killed must be there after it.
        await Wait.Until(t => IsEverywhere(t), waits.Look, token);
        // A summary is told within half a second; that it has come is shown on no page.
        if (input.Mode == FindingMode.Gossip)
            await Wait.For(waits.Summaries, token);
        voice.Say($"     the cabinets show {string.Join(", ", facts.Replicated)} of {input.Entries} entries");
    }

    private async Task<bool> IsEverywhere(CancellationToken token)
    {
        var counts = await Task.WhenAll(cabinets.Select(c => c.Steward.Entries(token)));
        facts.Replicated = [.. counts.Select(all => all.Sum(e => e.Offerings + e.Needs))];
        voice.Counted($"the cabinets show {string.Join(", ", facts.Replicated)} of {input.Entries} entries");
        chaos.Reached(DemoPart.Replication, (double)facts.Replicated.Sum() / cabinets.Sum(c => input.EntriesAt(c.Place.Index)));
        return cabinets.All(c => facts.Replicated[c.Place.Index] == input.EntriesAt(c.Place.Index));
    }

    /// <summary>The last look around: entries agree again everywhere, nobody knows what it must not, and what the wire carried.</summary>
    private async Task Close(CancellationToken token)
    {
        var findings = await Agreement(token);
        facts.Violations.AddRange(findings);
        foreach (var cabinet in cabinets.Where(c => input.IsOutsider(c.Place.Index)))
        {
            var entries = (await cabinet.Steward.Entries(token)).Sum(e => e.Offerings + e.Needs);
            var rings = (await cabinet.Steward.Rings(token)).Rings.Count;
            facts.Violations.AddRange(Findings.OfOutsider(cabinet.Place.Name, entries, rings));
        }
        var wires = await Task.WhenAll(cabinets.Select(c => c.Steward.Wire(token)));
        facts.Wire = new WireSummary(wires.Sum(w => w.StatementsSent), wires.Sum(w => w.BytesSent));
        facts.Violations.AddRange(cabinets.SelectMany(c => c.Process.Surprises));
    }

    /// <summary>Traded items leave the market at every cabinet; the word of it may still be under way for a moment.</summary>
    private async Task<IReadOnlyList<string>> Agreement(CancellationToken token)
    {
        var open = cabinets.Where(c => input.SeesAll(c.Place.Index)).ToArray();
        string[] findings = [];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(waits.Replicate / 4);
        try
        {
            await Wait.Until(
                async t =>
                {
                    var shown = await Task.WhenAll(open.Select(async c => (c.Place.Name, Counts(await c.Steward.Entries(t)))));
                    findings = [.. Findings.OfEntries(shown)];
                    return findings.Length == 0;
                },
                waits.Look,
                patience.Token
            );
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return findings; // they had the time; what is left is a finding
        }
        return findings;
    }

    private static Dictionary<string, int> Counts(IEnumerable<EntriesShown> entries) =>
        entries.ToDictionary(e => e.Node, e => e.Offerings + e.Needs, StringComparer.Ordinal);
}
