using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>How partners are found where not everything is everywhere: questions, summaries, and neighbours that do not answer or lie.</summary>
internal static class FindingScenarios
{
    private static readonly FindingMode[] Query = [FindingMode.Query];
    private static readonly FindingMode[] Gossip = [FindingMode.Gossip];
    private static readonly FindingMode[] OneGossips = [FindingMode.Gossip, FindingMode.Query, FindingMode.Query];
    private static readonly FindingMode[] Mixed = [FindingMode.Replicate, FindingMode.Query, FindingMode.Gossip];

    public static IEnumerable<Scenario> All =>
        [
            Play("query_finds_ring_over_three", "Three cabinets that ask find a ring and complete it", 3, Query, RingOverThree),
            Play(
                "gossip_finds_ring_over_three",
                "Three cabinets with summaries find a ring and complete it",
                3,
                Gossip,
                RingOverThree
            ),
            Play("mixed_modes_find_a_ring", "Cabinets of three modes find a ring and complete it", 3, Mixed, MixedModes),
            Play("summary_hints_save_queries", "A neighbour whose summary fits nothing is not asked", 4, Gossip, HintsSave),
            Play("without_summary_a_neighbour_is_asked", "Who sends no summary is asked all the same", 3, OneGossips, NoSummary),
            Play(
                "silent_neighbour_costs_its_own_rings",
                "A neighbour that does not answer stops no other ring",
                3,
                Query,
                Silent
            ),
            Play(
                "entry_not_in_the_audience_is_not_found",
                "What is shared with one neighbour shows in no other's answer",
                3,
                Query,
                NotInAudience
            ),
            Play("summary_respects_the_audience", "A summary counts only what its reader may see", 3, Gossip, NotInSummary),
            Play(
                "search_goes_on_after_a_restart",
                "A cabinet that dies while it asks finds the ring after it",
                3,
                Query,
                Restart
            ),
            Play("crashes_while_searching", "A cabinet that dies at every step of a search finds the ring", 3, Gossip, Crashes),
            Play(
                "one_unit_found_by_two",
                "Two cabinets find the same unit: one ring is agreed, the other ends",
                3,
                Query,
                OneUnitTwice
            ),
            Play(
                "changed_to_replication",
                "A cabinet that changes to full replication sends what it kept",
                2,
                Query,
                ChangedMode
            ),
            Play("searches_by_itself", "Without a steward's word a cabinet asks every so often", 2, Query, ByItself) with
            {
                With = o =>
                    o with
                    {
                        Modes = Query,
                        People = o.People with { PlanQuiet = TimeSpan.FromMinutes(30) },
                        Tune = n => n with { Finding = n.Finding with { SearchEvery = TimeSpan.FromHours(3) } },
                    },
            },
            Play("spent_entry_is_not_answered", "What is used up is in no answer, and who had it is told", 2, Query, Spent),
        ];

    private static Scenario Play(string name, string claim, int cabinets, FindingMode[] modes, Action<Stage> play) =>
        new(name, claim, cabinets, play) { With = o => o with { Modes = modes } };

    private static void RingOverThree(Stage s)
    {
        var (alice, bob, carol) = s.RingOverThree();
        s.Minutes(30);
        s.Expect(s.World.Cabinets.All(c => Foreign(c) == 0), "no entry has left its cabinet before a ring needs it");
        Complete(s, s.Propose(), alice, bob, carol);
    }

    private static void MixedModes(Stage s)
    {
        var (alice, bob, carol) = s.RingOverThree();
        s.Minutes(30);
        PlanAll(s);
        // The natural proposer may be the one that does not ask: then another steps in after a while.
        s.Hours(2);
        var chain = s.World.Watch.Facts.Proposals.Keys.FirstOrDefault() ?? s.Propose();
        Complete(s, chain, alice, bob, carol);
    }

    private static void HintsSave(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "legal");
        s.Person(s.C, "music", "legal");
        s.Person(s.World.Cabinets[3], "painting", "music");
        s.Hours(1);
        var chain = s.Propose();
        s.Hours(1);
        s.Expect(Questions(s.A, s.B) + Questions(s.B, s.A) > 0, "A and B have asked each other");
        var others = s.World.Cabinets.Sum(a => s.World.Cabinets.Where(b => b.Index > 1).Sum(b => Questions(a, b)));
        s.Expect(others == 0, $"nobody asked those who could not help, and {others} did");
        Complete(s, chain, alice, bob);
    }

    private static void NoSummary(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "design", "legal");
        var carol = s.Person(s.C, "catering", "design");
        s.Hours(1);
        PlanAll(s);
        s.Until(() => s.World.Watch.Facts.Proposals.Count > 0, "the ring is found");
        s.Expect(Questions(s.A, s.B) > 0 && Questions(s.A, s.C) > 0, "both were asked");
        Complete(s, s.World.Watch.Facts.Proposals.Keys.First(), alice, bob, carol);
    }

    private static void Silent(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "legal");
        s.Person(s.C, "catering", "legal");
        s.UntilReplicated();
        s.World.Net.Loses = f => f.From == s.C && f.Kind == Sync.TopicKind.Data;
        var chain = s.Propose();
        var homes = s.World.Watch.Facts.Proposal(chain)!.HomeNodes.Select(h => h.Node);
        s.Expect(!homes.Contains(s.C.Did.Value), "the ring is without the silent cabinet");
        RingScenarios.AgreeAll(s, chain, alice, bob);
        RingScenarios.Settle(s, chain, alice, bob);
        s.UntilState(s.A, chain, ChainState.Completed);
        s.World.Net.Loses = null;
        s.Rest();
    }

    private static void NotInAudience(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A);
        alice.Offer("legal", new Sharing(false, [s.B.Did]));
        alice.Need(["catering"], new Sharing(false, [s.B.Did]));
        var bob = s.Person(s.B, "design", "legal");
        var carol = s.Person(s.C, "catering", "design");
        var dave = s.Person(s.B, "catering", "legal");
        s.Until(() => alice.Items.Count == 2, "both entries are posted");
        s.Hours(1);
        var chain = s.Propose();
        s.Hours(3);
        PlanAll(s);
        s.Hours(3);
        var rings = s.World.Watch.Facts.Proposals.Values;
        s.Expect(
            !rings.Any(r => Homes(r).Contains(s.A.Did.Value) && Homes(r).Contains(s.C.Did.Value)),
            "no ring joins Alice with the cabinet that may not see her entries"
        );
        s.Expect(!alice.Items.Any(i => Knows(s.C, i)), "nothing that came to C names Alice's entries");
        s.Expect(!MentionsMark(s.C, "legal", s.A), "A has asked C nothing about what only B may see");
        Complete(s, chain, alice, bob, dave, carol);
    }

    private static void NotInSummary(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A);
        alice.Offer("secret/legal", new Sharing(false, [s.B.Did]));
        alice.Need(["secret/catering"], new Sharing(false, [s.B.Did]));
        s.Person(s.A, "open/music", "open/painting");
        s.Hours(2);
        var (toB, toC) = (Summary(s.B, s.A), Summary(s.C, s.A));
        s.Expect(toB.Contains(CategoryMarks.Of("secret/legal")), "B is told of what B may see");
        s.Expect(toC.Contains(CategoryMarks.Of("open/music")), "C is told of what C may see");
        s.Expect(
            !toC.Contains(CategoryMarks.Of("secret/legal")) && !toC.Contains(CategoryMarks.Of("secret/catering")),
            "and of no more"
        );
        s.Rest();
    }

    private static void Restart(Stage s)
    {
        var (alice, bob, carol) = s.RingOverThree();
        s.World.Net.Loses = f => Stage.Carries(f, Kinds.PartnerAnswer);
        PlanAll(s);
        s.Minutes(5);
        s.Expect(s.World.Cabinets.All(IsSearching), "everybody waits for answers");
        foreach (var cabinet in s.World.Cabinets)
            cabinet.PowerCut(TimeSpan.FromMinutes(30));
        s.World.Net.Loses = null;
        s.Until(() => s.World.Watch.Facts.Proposals.Count > 0, "the ring is found after the restart");
        Complete(s, s.World.Watch.Facts.Proposals.Keys.First(), alice, bob, carol);
    }

    private static void Crashes(Stage s)
    {
        var (alice, bob, carol) = s.RingOverThree();
        CrashPoint[] points =
        [
            CrashPoint.BeforeCommit,
            CrashPoint.AfterCommit,
            CrashPoint.TornWrite,
            CrashPoint.BetweenEffects,
            CrashPoint.DiskFull,
        ];
        foreach (var point in points)
        foreach (var cabinet in s.World.Cabinets)
        {
            s.Until(() => cabinet.IsUp, "the cabinet is up");
            s.World.ForcedCrash = (cabinet, point);
            cabinet.Ask(new PlanNow(), _ => { });
            s.Minutes(3);
        }
        s.Until(() => s.World.Cabinets.All(c => c.IsUp), "all are up again");
        // One that was made anew on a full disk while its links stood greets after a ping, which is hours here.
        s.Hours(4);
        var chain = s.World.Watch.Facts.Proposals.Keys.FirstOrDefault() ?? s.Propose();
        Complete(s, chain, alice, bob, carol);
    }

    private static void OneUnitTwice(Stage s)
    {
        s.PairAll();
        s.Person(s.A, "legal", "catering");
        s.Person(s.B, "catering", "legal");
        s.Person(s.C, "legal", "catering");
        s.UntilReplicated();
        PlanAll(s);
        s.Hours(2);
        foreach (var (chain, ring) in s.World.Watch.Facts.Proposals)
            RingScenarios.AllSayYes(chain, [.. ring.Participants.Select(p => s.World.People.Find(p.ParticipantId)!)]);
        s.Hours(30);
        var committed = s.World.Watch.Facts.Proposals.Keys.Count(c => s.State(s.B, c) is ChainState.Committed);
        s.Expect(committed == 1, $"one ring is agreed, not {committed}");
        s.Rest();
    }

    private static void ChangedMode(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        s.Hours(1);
        s.Expect(Foreign(s.B) == 0, "nothing was sent");
        s.A.Reconfigure(o => o with { Finding = o.Finding with { Mode = FindingMode.Replicate } });
        s.A.PowerCut(TimeSpan.FromMinutes(1));
        s.Until(() => Foreign(s.B) == 2, "both entries have come");
        s.Expect(alice.Items.All(i => Knows(s.B, i)), "they are Alice's");
        s.Rest();
    }

    private static void ByItself(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        s.Hours(2);
        // A has searched and found nothing, and sees nothing of what is posted at B now.
        s.B.Reconfigure(o => o with { PlanQuiet = null });
        s.B.PowerCut(TimeSpan.FromMinutes(1));
        s.Until(() => s.B.IsUp, "B is up again");
        var bob = s.Person(s.B, "catering", "legal");
        s.Until(() => s.World.Watch.Facts.Proposals.Count > 0, "A finds it");
        var chain = s.World.Watch.Facts.Proposals.Keys.First();
        RingScenarios.AgreeAll(s, chain, alice, bob);
    }

    private static void Spent(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "legal");
        Complete(s, s.Propose(), alice, bob);
        var later = s.Person(s.B, "catering", "legal");
        PlanAll(s);
        s.Hours(2);
        s.Expect(s.World.Watch.Facts.Proposals.Count == 1, "what is used up is in no further ring");
        s.Expect(later.HasJoined && Free(s.B) == 0, "B was told that Alice's entries have ended");
    }

    /// <summary>From the proposal to the end of the ring for those of the people who are in it, and the world comes to rest.</summary>
    private static void Complete(Stage s, string chain, params Person[] people)
    {
        var ring = s.World.Watch.Facts.Proposal(chain)!;
        Person[] inRing = [.. people.Where(p => ring.Participants.Any(x => x.ParticipantId == p.Did.Value))];
        RingScenarios.AgreeAll(s, chain, inRing);
        RingScenarios.Settle(s, chain, inRing);
        foreach (var home in inRing.Select(p => p.Home).Distinct())
            s.UntilState(home, chain, ChainState.Completed);
        s.Rest();
    }

    private static void PlanAll(Stage s)
    {
        foreach (var cabinet in s.World.Cabinets)
            cabinet.Ask(new PlanNow(), _ => { });
    }

    private static string[] Homes(ChainProposalBody ring) => [.. ring.HomeNodes.Select(h => h.Node)];

    private static long Foreign(Cabinet at) =>
        at.Db.Number("SELECT count(*) FROM offering WHERE home_node <> $1", at.Did.Value)
        + at.Db.Number("SELECT count(*) FROM need WHERE home_node <> $1", at.Did.Value);

    private static long Free(Cabinet at) =>
        at.Db.Number("SELECT count(*) FROM offering WHERE home_node <> $1 AND state = 'active'", at.Did.Value);

    private static long Questions(Cabinet from, Cabinet to) =>
        to.Db.Number("SELECT count(*) FROM statement WHERE kind = 'partner-query' AND origin = $1", from.Did.Value);

    private static bool IsSearching(Cabinet at) => at.Db.Exists("SELECT 1 FROM plan WHERE state = 'running'");

    /// <summary>Whether any statement at a cabinet names this entry.</summary>
    private static bool Knows(Cabinet at, string item) => Bodies(at, null).Any(b => b.Contains(item, StringComparison.Ordinal));

    private static IEnumerable<string> Bodies(Cabinet at, string? kind) =>
        at
            .Db.All("SELECT raw FROM statement WHERE origin <> $1", r => Statement.FromStore(r.Bytes(0)), at.Did.Value)
            .Where(x => kind is null || x.Kind == kind)
            .Select(x => System.Text.Encoding.UTF8.GetString(x.Body));

    private static bool MentionsMark(Cabinet at, string category, Cabinet asker) =>
        at
            .Db.All(
                "SELECT raw FROM statement WHERE kind = 'partner-query' AND origin = $1",
                r => WireJson.Read(Statement.FromStore(r.Bytes(0)).Body, WireJson.Default.PartnerQueryBody)!,
                asker.Did.Value
            )
            .SelectMany(q => CategoryMarks.Unpack(q.Gives, 9999)!.Concat(CategoryMarks.Unpack(q.Leads, 9999)!))
            .Contains(CategoryMarks.Of(category));

    private static HashSet<uint> Summary(Cabinet at, Cabinet of) =>
        [
            .. at
                .Db.All(
                    "SELECT raw FROM statement WHERE kind = 'partner-summary' AND origin = $1",
                    r => WireJson.Read(Statement.FromStore(r.Bytes(0)).Body, WireJson.Default.PartnerSummaryBody)!,
                    of.Did.Value
                )
                .SelectMany(b => PartnerSketch.Unpack(b.Categories, b.Moves)!.Categories.Select(c => c.Mark)),
        ];
}
