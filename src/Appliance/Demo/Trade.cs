namespace EdgeNode.Appliance.Demo;

/// <summary>
/// From plans to promises kept: stewards command plans, residents say yes, cabinets commit, residents tell that it is done. Rings that ended without agreement
/// because cabinets fell are planned again until enough was traded.
/// </summary>
internal sealed class Trade(
    DemoInput input,
    DemoWaits waits,
    IReadOnlyList<Cabinet> cabinets,
    IReadOnlyList<Phone> phones,
    Chaos chaos,
    DemoVoice voice,
    StoryFacts facts
)
{
    /// <summary>Plans, the first among them.</summary>
    private const int MostRounds = 6;

    /// <summary>Phones in use at the same moment.</summary>
    private const int Phones = 24;

    /// <summary>Who has no ring looks less often, at most this many times less.</summary>
    private const int LongestRest = 4;

    private readonly int[] _rest = new int[phones.Count];
    private readonly int[] _misses = new int[phones.Count];
    private int _expectedRings;
    private int _plannedItems;
    private int _yes;
    private int _settled;

    public delegate Task TellPart(string what, TimeSpan longest, Func<CancellationToken, Task> act);

    public async Task Tell(TellPart part)
    {
        var book = new RingBook([]);
        for (var round = 1; round <= MostRounds; round++)
        {
            var again = round == 1 ? "" : $", round {round}";
            var planned = 0;
            await part(
                $"6/10 each steward commands a plan{again}",
                waits.Plan,
                async token => planned = await Plan(round, token)
            );
            if (planned == 0)
                break;
            await part($"7/10 residents say yes{again}", waits.Decide, Answer);
            await part($"8/10 cabinets commit{again}", waits.Decide, async token => book = await Decided(token));
            await part($"9/10 promises are kept{again}", waits.Complete, async token => book = await Settle(token));
            if (book.ItemsTraded >= _plannedItems)
                break;
            voice.Say($"     {book.ItemsTraded} of {_plannedItems} items are traded");
        }
        await part("     the rings are compared", waits.Decide, Conclude);
    }

    /// <summary>Of the items planned, how many percent are traded at least where each cabinet plans what it found.</summary>
    private const int LeastFoundPercent = 85;

    private int Least
    {
        get
        {
            var planned = input.Replicates ? facts.Planned.Items : facts.Planned.Items * LeastFoundPercent / 100;
            return chaos.IsPlanned && input.Name == DemoOptions.Ask ? Math.Min(DemoInput.AskItemsUnderChaos, planned) : planned;
        }
    }

    /// <summary>All stewards press the button at the same moment, so that all cabinets plan the same market.</summary>
    /// <returns>Rings proposed now.</returns>
    private async Task<int> Plan(int round, CancellationToken token)
    {
        var plans = await Task.WhenAll(cabinets.Select(c => PlanAt(c, token)));
        var open = cabinets.Where(c => PlansForAll(c.Place.Index)).Select(c => plans[c.Place.Index]).ToArray();
        var best = open.MaxBy(p => p.Items)!;
        var proposed = plans.Sum(p => p.Proposed);
        _expectedRings += proposed;
        if (round == 1)
            TakeFirst(best, open, proposed);
        voice.Say(
            $"     {Count(best.Rings, "ring")}, {Count(best.Items, "item")}, {(best.Optimal ? "proved best" : "not proved best")}; {proposed} proposed; plan {best.PlanHash?[..12]}"
        );
        return proposed;
    }

    private async Task<PlanShown> PlanAt(Cabinet cabinet, CancellationToken token)
    {
        var plan = await cabinet.Steward.Plan(token);
        if (plan.Proposed > 0)
            facts.FirstProposal ??= voice.Elapsed;
        return plan;
    }

    /// <summary>Whose plan says what is possible: who sees the whole market, or, where nobody does, everyone who has a part of it.</summary>
    private bool PlansForAll(int cabinet) => input.Replicates ? input.SeesAll(cabinet) : !input.IsOutsider(cabinet);

    private void TakeFirst(PlanShown best, PlanShown[] open, int proposed)
    {
        facts.Planned = new PlannedSummary(best.Rings, best.Items, best.Value, best.Bound);
        _plannedItems = best.Items;
        // Cabinets that ask see each their own part, and their plans differ.
        if (!input.Replicates)
            return;
        if (open.Select(p => p.PlanHash).Distinct().Count() > 1)
            facts.Violations.Add(
                $"Cabinets that see the same entries found different plans: {string.Join(", ", open.Select(p => p.PlanHash?[..12]))}."
            );
        if (proposed != best.Rings)
            facts.Violations.Add($"{proposed} rings were proposed of {best.Rings} planned.");
    }

    /// <summary>Until every proposed ring has reached all its cabinets and has every yes there, or is decided already.</summary>
    private async Task Answer(CancellationToken token)
    {
        chaos.Reached(DemoPart.Voting, 0);
        while (true)
        {
            await Sweep(settle: false, token);
            var book = await Book(token);
            if (book.Rings.Count >= _expectedRings && book.AllAnswered)
                return;
            await Wait.For(waits.Look, token);
        }
    }

    private async Task<RingBook> Decided(CancellationToken token)
    {
        await chaos.EndOf(DemoPart.Voting);
        var book = new RingBook([]);
        await Wait.Until(
            async t =>
            {
                book = await Book(t);
                voice.Counted(
                    $"{book.Rings.Count(r => r.IsDecided)} of {book.Rings.Count} rings are decided at all their cabinets"
                );
                return book.Rings.Count >= _expectedRings && book.AllDecided;
            },
            waits.Look,
            token
        );
        facts.LastCommit = voice.Elapsed;
        var sum = book.CommittedSummary;
        voice.Say($"     {Count(sum.Rings, "ring")} agreed, {sum.Crossing} across cabinets; {Count(sum.Items, "item")}");
        return book;
    }

    /// <summary>Both ends of every promise tell that it was kept, until every agreed ring is completed at all its cabinets.</summary>
    private async Task<RingBook> Settle(CancellationToken token)
    {
        chaos.Reached(DemoPart.Settling, 0);
        var ended = false;
        while (true)
        {
            await Sweep(settle: true, token);
            var book = await Book(token);
            voice.Counted(
                $"{book.Rings.Count(r => r.IsCompleted)} of {book.Committed.Count} rings are completed at all their cabinets"
            );
            if (book.AllCompleted && ended)
            {
                facts.LastDone = voice.Elapsed;
                return book;
            }
            if (book.AllCompleted)
            {
                // Whatever is still to be killed is killed now, and then everything is looked at once more.
                await chaos.EndOf(DemoPart.Settling);
                ended = true;
            }
            await Wait.For(waits.Look, token);
        }
    }

    private async Task Conclude(CancellationToken token)
    {
        // Where there was nothing to vote on, what was to be killed then is killed now.
        await chaos.EndOf(DemoPart.Voting);
        await chaos.EndOf(DemoPart.Settling);
        var book = await Book(token);
        facts.Violations.AddRange(Findings.OfRings(book));
        facts.Violations.AddRange(Findings.OfTrade(facts.Planned, book.ItemsTraded, Least));
        if (!chaos.IsPlanned && facts.Committed.Rings != facts.Planned.Rings)
            facts.Violations.Add($"{facts.Committed.Rings} rings were committed of {facts.Planned.Rings} planned.");
    }

    /// <summary>Everybody looks at their phone once; who never has a ring looks less and less often.</summary>
    private Task Sweep(bool settle, CancellationToken token) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, phones.Count),
            new ParallelOptions { MaxDegreeOfParallelism = Phones, CancellationToken = token },
            async (i, t) =>
            {
                if (_rest[i]-- > 0)
                    return;
                var looked = await phones[i].LookAtRings(settle, t);
                _misses[i] = looked.HasRings ? 0 : Math.Min(LongestRest, _misses[i] + 1);
                _rest[i] = _misses[i];
                Count(looked);
            }
        );

    private void Count(Looked looked)
    {
        if (looked.Yes > 0)
        {
            var yes = Interlocked.Add(ref _yes, looked.Yes);
            voice.Counted($"{yes} of {_plannedItems} residents in a ring said yes");
            chaos.Reached(DemoPart.Voting, (double)yes / _plannedItems);
        }
        if (looked.Settled > 0)
        {
            var settled = Interlocked.Add(ref _settled, looked.Settled);
            voice.Counted($"{settled} of {2 * _plannedItems} words on how it went");
            chaos.Reached(DemoPart.Settling, settled / (2.0 * _plannedItems));
        }
    }

    /// <summary>What all cabinets show of their rings; also a story that ends early tells what was agreed by then.</summary>
    private async Task<RingBook> Book(CancellationToken token)
    {
        var book = new RingBook(await Task.WhenAll(cabinets.Select(c => Shown(c, token))));
        facts.Committed = book.CommittedSummary;
        facts.Completed = new CompletedSummary(book.Rings.Count(r => r.IsCompleted));
        return book;
    }

    private static string Count(int number, string one) => DemoSummary.Count(number, one);

    private static async Task<CabinetShown> Shown(Cabinet cabinet, CancellationToken token) =>
        new(cabinet.Place.Name, cabinet.Did, (await cabinet.Steward.Rings(token)).Rings);
}
