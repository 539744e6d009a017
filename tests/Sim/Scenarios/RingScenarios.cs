using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>The worked examples of the ring protocol and their variants.</summary>
internal static class RingScenarios
{
    public static IEnumerable<Scenario> All =>
        [
            new("ring_of_three", "Two cabinets agree on a ring of three and complete it", 2, RingOfThree),
            new("ring_over_three", "Three cabinets agree on a ring and complete it", 3, RingOverThree),
            new("no_on_another_node", "A no on another cabinet frees everyone, also those who had voted", 2, NoOnAnotherNode),
            new(
                "no_and_somebody_stands_in",
                "After a no somebody else stands in, and the others keep what they accepted",
                2,
                StandsIn
            ),
            new("yes_taken_back_before_the_vote", "A yes can be taken back until the cabinet has voted", 2, TakenBackBefore),
            new("yes_taken_back_after_the_vote", "After the vote only the votes decide", 2, TakenBackAfter),
            new("item_withdrawn_before_the_vote", "An item that is withdrawn before the vote ends the ring", 2, WithdrawnBefore),
            new("item_withdrawn_after_the_vote", "An item that is withdrawn after the vote stays held", 2, WithdrawnAfter),
            new("nobody_answers", "A ring that nobody answers ends at its deadline everywhere", 2, NobodyAnswers),
            new("the_middle_vanishes", "Nothing is released while a voted cabinet is dark for a day", 3, MiddleVanishes),
            new("courier_once_a_day", "Two cabinets that meet an hour a day agree", 2, CourierOnceADay)
            {
                With = o => o with { Links = o.Links with { Remote = 1 } },
            },
            new("last_unit_wanted_twice", "Two rings want the same unit: one is agreed", 2, LastUnitTwice),
            new("crash_at_every_commit", "A cabinet that dies at each of its commits still gets there", 2, CrashAtEveryCommit),
            new("vote_lost_on_the_way", "A vote that is lost again and again arrives in the end", 2, VoteLost),
            new("clock_of_1970", "A cabinet whose clock was never set may vote and applies no deadline", 2, ClockOf1970),
            new("word_before_the_votes", "A report that comes before the votes waits for them", 3, WordBeforeVotes),
        ];

    private static void RingOfThree(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        AllSayYes(chain, alice, carol, bob);
        s.UntilState(s.A, chain, ChainState.Committed);
        s.UntilState(s.B, chain, ChainState.Committed);
        Settle(s, chain, alice, carol, bob);
        s.UntilState(s.A, chain, ChainState.Completed);
        s.UntilState(s.B, chain, ChainState.Completed);
        s.Rest();
        s.Expect(s.Held(s.A) + s.Held(s.B) == 0, "nothing is held any more");
    }

    private static void RingOverThree(Stage s)
    {
        var (alice, bob, carol) = s.RingOverThree();
        var chain = s.Propose();
        AgreeAll(s, chain, alice, bob, carol);
        Settle(s, chain, alice, bob, carol);
        foreach (var cabinet in s.World.Cabinets)
            s.UntilState(cabinet, chain, ChainState.Completed);
        s.Rest();
    }

    private static void StandsIn(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var dora = s.Person(s.B, "catering", "design");
        s.UntilReplicated();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        var (declines, standsIn) = TakesPart(s, chain, bob) ? (bob, dora) : (dora, bob);
        AllSayYes(chain, alice, carol);
        declines.Answer(chain, "no");
        var next = "";
        s.Until(
            () =>
                (
                    next = s.World.Watch.Facts.Proposals.Keys.FirstOrDefault(k => k != chain && TakesPart(s, k, standsIn)) ?? ""
                ).Length > 0,
            "a ring with the other is proposed at once",
            hours: 1
        );
        s.Expect(TakesPart(s, next, alice) && TakesPart(s, next, carol), "the others are in it");
        foreach (var person in new[] { alice, carol })
            s.Expect(
                Gives(s, chain, person) == Gives(s, next, person) && Gets(s, chain, person) == Gets(s, next, person),
                "the others give and get what they had accepted"
            );
        AgreeAll(s, next, alice, carol, standsIn);
        s.Rest();
    }

    private static bool TakesPart(Stage s, string chain, Person person) => Gives(s, chain, person) is not null;

    private static string? Gives(Stage s, string chain, Person person) =>
        s.A.Db.Text("SELECT offering_id FROM chain_edge WHERE chain_id = $1 AND giver = $2", chain, person.Did.Value);

    private static string? Gets(Stage s, string chain, Person person) =>
        s.A.Db.Text("SELECT need_id FROM chain_edge WHERE chain_id = $1 AND receiver = $2", chain, person.Did.Value);

    private static void NoOnAnotherNode(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        AllSayYes(chain, alice, carol);
        s.UntilState(s.A, chain, ChainState.Yes); // T_vote has passed without Bob's word
        s.Expect(s.Held(s.A) == 4, "all four items at A are held");
        bob.Answer(chain, "no");
        s.UntilState(s.B, chain, ChainState.Aborted);
        s.UntilState(s.A, chain, ChainState.Aborted);
        s.Expect(s.Held(s.A) == 0, "all four holds are free again");
        s.Rest();
    }

    private static void TakenBackBefore(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        AllSayYes(chain, alice, carol);
        s.UntilState(s.A, chain, ChainState.Consented);
        Answer? told = null;
        alice.Answer(chain, "withdrawn", a => told = a);
        s.UntilState(s.A, chain, ChainState.Aborted);
        s.Expect(told is { IsDone: true }, "Alice's word was taken");
        bob.Answer(chain, "yes");
        s.UntilState(s.B, chain, ChainState.Aborted);
        s.Rest();
    }

    private static void TakenBackAfter(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        AllSayYes(chain, alice, carol);
        s.UntilState(s.A, chain, ChainState.Yes);
        Answer? told = null;
        alice.Answer(chain, "withdrawn", a => told = a);
        s.Minutes(1);
        s.Expect(told is { Code: "ring.not_now" } && s.State(s.A, chain) == ChainState.Yes, "the vote stands");
        bob.Answer(chain, "yes");
        s.UntilState(s.A, chain, ChainState.Committed);
        s.Rest();
    }

    private static void WithdrawnBefore(Stage s)
    {
        var (alice, carol, _) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        AllSayYes(chain, alice, carol);
        s.UntilState(s.A, chain, ChainState.Consented);
        alice.Withdraw(alice.Items[0]);
        s.UntilState(s.A, chain, ChainState.Aborted);
        s.UntilState(s.B, chain, ChainState.Aborted);
        s.Rest();
    }

    private static void WithdrawnAfter(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        AllSayYes(chain, alice, carol);
        s.UntilState(s.A, chain, ChainState.Yes);
        alice.Withdraw(alice.Items[0]);
        s.Minutes(5);
        s.Expect(s.State(s.A, chain) == ChainState.Yes && s.Held(s.A) == 4, "nothing was released");
        bob.Answer(chain, "yes");
        s.UntilState(s.A, chain, ChainState.Committed);
        s.UntilState(s.B, chain, ChainState.Committed);
        Settle(s, chain, alice, carol, bob);
        s.UntilState(s.A, chain, ChainState.Completed);
        s.Rest();
    }

    private static void NobodyAnswers(Stage s)
    {
        s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.A, chain, ChainState.Aborted, hours: 26);
        s.UntilState(s.B, chain, ChainState.Aborted, hours: 26);
        s.Rest();
    }

    private static void MiddleVanishes(Stage s)
    {
        s.Pair(s.A, s.B);
        s.Pair(s.B, s.C);
        s.Pair(s.A, s.C);
        s.World.Net.Cut(s.A, s.C, TimeSpan.Zero);
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "design", "legal");
        var carol = s.Person(s.C, "catering", "design");
        s.UntilReplicated();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        s.UntilState(s.C, chain, ChainState.Validated);
        // From here on everything between A and C passes B.
        s.World.Net.Cut(s.A, s.C, TimeSpan.FromDays(3));
        AllSayYes(chain, alice, bob);
        s.UntilState(s.A, chain, ChainState.Yes);
        s.UntilState(s.B, chain, ChainState.Yes);
        s.B.PowerCut(TimeSpan.FromHours(20));
        carol.Answer(chain, "yes");
        s.UntilState(s.C, chain, ChainState.Yes);
        s.Hours(10);
        s.Expect(s.State(s.A, chain) == ChainState.Yes && s.Held(s.A) == 2, "A waits and holds what it promised");
        s.UntilState(s.C, chain, ChainState.Committed);
        s.UntilState(s.A, chain, ChainState.Committed);
        s.UntilState(s.B, chain, ChainState.Committed);
        s.Rest();
    }

    private static void CourierOnceADay(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "legal");
        s.Hours(25);
        s.UntilReplicated();
        s.Hours(18);
        var chain = s.Propose();
        s.Until(() => s.State(s.B, chain) == ChainState.Validated, "B has the ring", 30);
        AllSayYes(chain, alice, bob);
        s.Until(
            () => s.State(s.A, chain) == ChainState.Committed && s.State(s.B, chain) == ChainState.Committed,
            "both agree",
            80
        );
        s.Rest();
    }

    private static void LastUnitTwice(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "legal");
        s.UntilReplicated();
        // Both stewards plan before either knows of the other's ring; the one who is not natural proposer leaves it.
        var first = s.Propose();
        s.UntilState(s.A, first, ChainState.Validated);
        s.UntilState(s.B, first, ChainState.Validated);
        AllSayYes(first, alice, bob);
        s.UntilState(s.A, first, ChainState.Committed);
        s.Rest();
        s.Expect(s.World.Watch.Facts.Proposals.Count == 1, "one ring was proposed");
    }

    private static void CrashAtEveryCommit(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        var points = new[]
        {
            CrashPoint.BeforeCommit,
            CrashPoint.AfterCommit,
            CrashPoint.TornWrite,
            CrashPoint.BetweenEffects,
            CrashPoint.DiskFull,
        };
        foreach (var point in points)
        {
            foreach (var person in new[] { alice, carol, bob })
            {
                s.Until(() => person.Home.IsUp, "the cabinet is up again");
                s.World.ForcedCrash = (person.Home, point);
                person.Answer(chain, "yes");
                s.Minutes(20);
            }
        }
        s.Until(() => s.A.IsUp && s.B.IsUp, "the cabinets are up again");
        AllSayYes(chain, alice, carol, bob);
        s.UntilState(s.A, chain, ChainState.Committed);
        s.UntilState(s.B, chain, ChainState.Committed);
        s.Rest();
    }

    private static void VoteLost(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        var lost = 0;
        s.World.Net.Loses = f => Stage.Carries(f, Kinds.ChainVote) && lost++ < 6;
        AllSayYes(chain, alice, carol, bob);
        s.UntilState(s.A, chain, ChainState.Committed);
        s.UntilState(s.B, chain, ChainState.Committed);
        s.Expect(lost > 6, "votes were lost");
        s.Rest();
    }

    private static void ClockOf1970(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        s.B.Clock.Set(s.World.Now, 1_000_000);
        AllSayYes(chain, alice, carol, bob);
        s.UntilState(s.A, chain, ChainState.Committed);
        s.UntilState(s.B, chain, ChainState.Committed);
        s.Rest();
    }

    private static void WordBeforeVotes(Stage s)
    {
        var (alice, bob, carol) = s.RingOverThree();
        var chain = s.Propose();
        foreach (var cabinet in s.World.Cabinets)
            s.UntilState(cabinet, chain, ChainState.Validated);
        // B's vote reaches A and not C, so A agrees and its resident reports while C still waits.
        s.World.Net.Loses = f => f.From == s.B && f.To == s.C && Stage.Carries(f, Kinds.ChainVote);
        AllSayYes(chain, alice, bob, carol);
        s.UntilState(s.A, chain, ChainState.Committed);
        alice.Report(chain, giving: true, "done");
        alice.Report(chain, giving: false, "done");
        s.Minutes(10);
        s.World.Net.Loses = null;
        s.UntilState(s.C, chain, ChainState.Committed);
        Settle(s, chain, bob, carol);
        foreach (var cabinet in s.World.Cabinets)
            s.UntilState(cabinet, chain, ChainState.Completed);
        s.Rest();
    }

    internal static void AllSayYes(string chain, params Person[] people)
    {
        foreach (var person in people)
            person.Answer(chain, "yes");
    }

    /// <summary>Waits for the proposal everywhere, says yes, waits for the agreement everywhere.</summary>
    internal static void AgreeAll(Stage s, string chain, params Person[] people)
    {
        foreach (var home in people.Select(p => p.Home).Distinct())
            s.UntilState(home, chain, ChainState.Validated);
        AllSayYes(chain, people);
        foreach (var home in people.Select(p => p.Home).Distinct())
            s.UntilState(home, chain, ChainState.Committed);
    }

    internal static void Settle(Stage s, string chain, params Person[] people)
    {
        foreach (var person in people)
        {
            person.Report(chain, giving: true, "done", "kept to myself " + s.World.People.Canaries.LocalOnly());
            person.Report(chain, giving: false, "done");
        }
    }
}
