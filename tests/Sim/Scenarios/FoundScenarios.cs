using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>One play for each bug that a seed has found: the shortest way to it.</summary>
internal static class FoundScenarios
{
    private const long TenYears = 10L * 365 * 86_400_000;

    public static IEnumerable<Scenario> All =>
        [
            new(
                "items_overtake_their_owner",
                "An offering that arrives before the key of its owner is not lost",
                2,
                ItemsOvertake
            ),
            new(
                "withdrawal_overtakes_its_item",
                "A withdrawal that arrives before its offering still withdraws it",
                2,
                WithdrawalOvertakes
            ),
            new("full_disk_says_so", "A full disk is told as a full disk, and nothing is lost", 2, FullDisk),
            new("quota_then_room", "A ring that came when too many were open has its effect when there is room", 2, QuotaThenRoom)
            {
                With = o => o with { Tune = n => n with { Exchange = n.Exchange with { OpenPerProposer = 1 } } },
            },
            new(
                "early_consent_waits_for_its_person",
                "A consent that comes before the key of its person counts when the key is there",
                3,
                EarlyConsent
            ),
            new(
                "early_words_give_way_and_come_again",
                "What gave way to a bound has its effect when it is sent again",
                3,
                EarlyGivesWay
            )
            {
                With = o => o with { Tune = n => n with { Exchange = n.Exchange with { EarlyPerPeer = 1 } } },
            },
            new(
                "clock_set_back_in_custody",
                "What was sent while the clock was ten years ahead is sent again when it is set right",
                2,
                ClockBackCustody
            ),
            new("clock_set_back_in_a_ring", "A ring whose votes were asked for at a wrong time is decided", 2, ClockBackRing),
            new("clock_set_back_in_pairing", "A request made at a wrong time is repeated", 2, ClockBackPairing),
            new("clock_set_back_after_proposing", "A ring proposed at a wrong time ends", 1, ClockBackProposal),
            new(
                "waiting_for_a_unit_costs_nothing",
                "A ring that waits for a unit of another ring does not keep the node awake",
                3,
                WaitingForUnit
            ),
            new(
                "peering_ended_and_begun_anew",
                "After a new beginning everything that is shared is known again, in both directions",
                2,
                BegunAnew
            ),
            new(
                "peering_ended_amid_a_ring",
                "A ring that was under way when the peering ended is decided and completed after a new beginning",
                2,
                EndedAmidRing
            ),
            new(
                "end_does_not_outlive_a_new_beginning",
                "An end that is repeated for want of an answer does not end the next peering",
                2,
                StaleEnd
            ),
            new(
                "asked_again_before_the_end_was_heard",
                "A steward who ends and asks again before the neighbour noticed gets the peering back",
                2,
                AskedAgain
            ),
            new("both_ask_at_once", "Two stewards who ask each other at the same moment are peers", 2, BothAsk),
            new("declined_and_asked_again", "A request that was declined can be made again", 2, DeclinedAndAsked),
            new("former_peer_is_left_out", "No ring is proposed with a former peer's items", 2, FormerPeer),
            new(
                "absent_neighbour_is_asked_when_it_returns",
                "An absent neighbour's outbox does not fill with questions",
                2,
                AbsentNeighbour
            ),
            new(
                "node_made_anew_finds_its_links",
                "A node that is made anew after a full disk while its links go on finds its neighbours again",
                2,
                MadeAnew
            ),
            new("vote_mangled_on_the_way", "A vote that somebody mangled on the way is asked for and counted", 2, MangledVote),
        ];

    private static void ItemsOvertake(Stage s)
    {
        s.PairAll();
        var lost = 0;
        s.World.Net.Loses = f => Stage.Carries(f, Kinds.Identity) && lost++ < 2;
        s.Person(s.A, "legal", "catering");
        s.Hours(1);
        s.Expect(lost > 0, "a resident's key was lost on the way");
        s.Expect(s.B.Db.Number("SELECT count(*) FROM offering") == 1, "B knows the offering");
        s.Expect(s.B.Db.Number("SELECT count(*) FROM need") == 1, "B knows the need");
        s.Rest();
    }

    private static void QuotaThenRoom(Stage s)
    {
        s.PairAll();
        var people = new List<Person>();
        for (var i = 0; i < 6; i++)
        {
            people.Add(s.Person(s.A, $"give/{i}", $"want/{i}"));
            people.Add(s.Person(s.B, $"want/{i}", $"give/{i}"));
        }
        s.UntilReplicated();
        s.Propose();
        for (var round = 0; round < 20; round++)
        {
            s.Hours(1);
            foreach (var person in people)
            foreach (var (chain, _) in person.Rings().Where(r => r.State == ChainState.Validated))
                person.Answer(chain, "yes");
        }
        s.Expect(s.A.Db.Number("SELECT count(*) FROM chain WHERE state = 'COMMITTED'") == 6, "all six rings are agreed");
        s.Rest();
    }

    private static void EarlyConsent(Stage s)
    {
        s.PairAll();
        // The home of the smallest participant proposes; the other two are Bob's and Carol's.
        var people = new[] { s.A, s.B, s.C }.Select(s.Person).OrderBy(p => p.Did).ToArray();
        var (alice, bob, carol) = (people[0], people[1], people[2]);
        Give(alice, "legal", "catering");
        Give(carol, "catering", "design");
        // Everything that Bob shares with Carol's home is held up; his consent is not, for it travels in another stream.
        s.World.Net.Loses = f =>
            f.From == bob.Home && f.To == carol.Home && (Stage.Carries(f, Kinds.Identity) || Stage.Carries(f, Kinds.Offering));
        Give(bob, "design", "legal");
        s.Minutes(10);
        var chain = s.Propose();
        s.UntilState(alice.Home, chain, ChainState.Validated);
        s.UntilState(bob.Home, chain, ChainState.Validated);
        s.UntilState(carol.Home, chain, ChainState.Seen);
        RingScenarios.AllSayYes(chain, alice, bob);
        s.UntilState(bob.Home, chain, ChainState.Yes);
        s.Minutes(30);
        s.World.Net.Loses = null;
        s.UntilState(carol.Home, chain, ChainState.Validated);
        carol.Answer(chain, "yes");
        foreach (var cabinet in s.World.Cabinets)
            s.UntilState(cabinet, chain, ChainState.Committed);
        s.Rest();
    }

    private static void EarlyGivesWay(Stage s)
    {
        s.PairAll();
        var people = new[] { s.A, s.B, s.C }.Select(s.Person).OrderBy(p => p.Did).ToArray();
        var (alice, bob, carol) = (people[0], people[1], people[2]);
        Give(alice, "legal", "catering");
        Give(bob, "design", "legal");
        Give(carol, "catering", "design");
        s.Minutes(10);
        // The proposal does not reach Carol's home before Bob's consent and his cabinet's vote do, and one of them gives way.
        s.World.Net.Loses = f => f.To == carol.Home && Stage.Carries(f, Kinds.ChainProposal);
        var chain = s.Propose();
        s.UntilState(bob.Home, chain, ChainState.Validated);
        RingScenarios.AllSayYes(chain, alice, bob);
        s.UntilState(bob.Home, chain, ChainState.Yes);
        s.Minutes(30);
        s.World.Net.Loses = null;
        s.UntilState(carol.Home, chain, ChainState.Validated);
        carol.Answer(chain, "yes");
        foreach (var cabinet in s.World.Cabinets)
            s.UntilState(cabinet, chain, ChainState.Committed);
        s.Rest();
    }

    private static void ClockBackCustody(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A);
        s.A.Clock.Set(s.World.Now, s.World.Now + TenYears);
        s.World.Net.Loses = f => f.From == s.A;
        Give(alice, "legal", "catering");
        s.Minutes(2);
        s.A.Clock.Set(s.World.Now, s.World.Now);
        s.World.Net.Loses = null;
        s.Until(() => s.B.Db.Number("SELECT count(*) FROM offering") == 1, "B knows the offering", 6);
        s.Rest();
    }

    private static void ClockBackRing(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        RingScenarios.AllSayYes(chain, alice, carol);
        s.UntilState(s.A, chain, ChainState.Yes);
        s.World.Net.Loses = f => f.From == s.A;
        s.A.Clock.Set(s.World.Now, s.World.Now + TenYears);
        s.Hours(3);
        s.A.Clock.Set(s.World.Now, s.World.Now);
        s.World.Net.Loses = null;
        bob.Answer(chain, "yes");
        s.UntilState(s.A, chain, ChainState.Committed);
        s.UntilState(s.B, chain, ChainState.Committed);
        s.Rest();
    }

    private static void ClockBackPairing(Stage s)
    {
        s.A.Clock.Set(s.World.Now, s.World.Now + TenYears);
        s.World.Net.LosesPairing = (_, _, _) => true;
        s.A.Ask(new RequestPeering(s.B.Address, Station.PairPort), _ => { });
        s.Minutes(5);
        s.World.Net.LosesPairing = null;
        s.A.Clock.Set(s.World.Now, s.World.Now);
        s.Until(() => s.Peering(s.B, s.A) == PeerState.ProposedByThem, "B sees the request", 6);
        s.Rest();
    }

    private static void ClockBackProposal(Stage s)
    {
        s.A.Clock.Set(s.World.Now, s.World.Now + TenYears);
        s.Person(s.A, "legal", "catering");
        s.Person(s.A, "catering", "legal");
        var chain = s.Propose();
        s.UntilState(s.A, chain, ChainState.Validated);
        s.A.Clock.Set(s.World.Now, s.World.Now);
        s.UntilState(s.A, chain, ChainState.Aborted, 30);
        s.Rest();
    }

    private static void WaitingForUnit(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "legal");
        s.UntilReplicated();
        var first = s.Propose();
        s.UntilState(s.A, first, ChainState.Validated);
        s.UntilState(s.B, first, ChainState.Validated);
        s.World.Net.Loses = f => f.From == s.B && f.To == s.A;
        alice.Answer(first, "yes");
        s.UntilState(s.A, first, ChainState.Yes);
        // C knows nothing of the first ring, and its resident comes first, so C proposes the same offering again.
        var carol = s.Person(s.C);
        for (var i = 0; i < 40 && carol.Did.CompareTo(alice.Did) > 0; i++)
            carol = s.Person(s.C);
        Give(carol, "catering", "legal");
        s.Minutes(10);
        var second = s.Propose();
        s.UntilState(s.A, second, ChainState.Validated);
        RingScenarios.AllSayYes(second, alice, carol);
        s.UntilState(s.A, second, ChainState.Consented);
        s.Hours(8);
        var steps = s.World.Counts["steps"];
        s.Hours(1);
        s.Expect(s.State(s.A, second) == ChainState.Consented, "the second ring waits for the unit");
        s.Expect(s.World.Counts["steps"] - steps < 60, "nobody is kept awake");
        s.World.Net.Loses = null;
        bob.Answer(first, "no");
        s.UntilState(s.A, first, ChainState.Aborted);
        s.UntilState(s.A, second, ChainState.Committed);
        s.UntilState(s.C, second, ChainState.Committed);
        s.Rest();
    }

    private static void BegunAnew(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "design");
        s.UntilReplicated();
        // These are under way when the peering ends.
        s.World.Net.Loses = f => f.Kind == Sync.TopicKind.Data;
        Give(alice, "late/1", "late/2");
        Give(bob, "late/3", "late/4");
        s.Minutes(5);
        s.A.Ask(new EndPeering(s.B.Did), _ => { });
        s.Until(() => s.Peering(s.B, s.A) == PeerState.Revoked, "B knows of the end");
        s.World.Net.Loses = null;
        alice.Withdraw(alice.Items[0]);
        bob.Withdraw(bob.Items[1]);
        s.Minutes(5);
        s.Pair(s.B, s.A);
        Give(alice, "new/1", "new/2");
        s.Minutes(30);
        s.Expect(Active(s.B, s.A) == 5 && Active(s.A, s.B) == 3, "both know what the other shares now, and nothing else");
        s.Rest();
    }

    private static void EndedAmidRing(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        s.World.Net.Loses = f => Stage.Carries(f, Kinds.ChainVote);
        RingScenarios.AllSayYes(chain, alice, carol, bob);
        s.UntilState(s.A, chain, ChainState.Yes);
        s.UntilState(s.B, chain, ChainState.Yes);
        EndAndBeginAgain(s);
        s.World.Net.Loses = null;
        s.UntilState(s.A, chain, ChainState.Committed);
        s.UntilState(s.B, chain, ChainState.Committed);
        s.World.Net.Loses = f => Stage.Carries(f, Kinds.EdgeSettled);
        RingScenarios.Settle(s, chain, alice, carol, bob);
        s.Minutes(5);
        EndAndBeginAgain(s);
        s.World.Net.Loses = null;
        s.UntilState(s.A, chain, ChainState.Completed);
        s.UntilState(s.B, chain, ChainState.Completed);
        s.Rest();
    }

    private static void EndAndBeginAgain(Stage s)
    {
        s.B.Ask(new EndPeering(s.A.Did), _ => { });
        s.Until(() => s.Peering(s.A, s.B) == PeerState.Revoked, "A knows of the end");
        s.Pair(s.A, s.B);
        s.Minutes(10);
    }

    private static void StaleEnd(Stage s)
    {
        s.PairAll();
        // B hears of the end, and A never hears that it did.
        s.World.Net.LosesPairing = (from, _, _) => from == s.B && s.Peering(s.B, s.A) == PeerState.Revoked;
        s.A.Ask(new EndPeering(s.B.Did), _ => { });
        s.Until(() => s.Peering(s.B, s.A) == PeerState.Revoked, "B knows of the end");
        s.World.Net.LosesPairing = null;
        s.Pair(s.B, s.A);
        s.Hours(3);
        s.Expect(s.Peering(s.A, s.B) == PeerState.Enrolled && s.Peering(s.B, s.A) == PeerState.Enrolled, "the peering stands");
        s.Rest();
    }

    private static void AskedAgain(Stage s)
    {
        s.PairAll();
        s.Person(s.B, "legal", "catering");
        s.World.Net.LosesPairing = (_, _, _) => true;
        s.A.Ask(new EndPeering(s.B.Did), _ => { });
        s.Minutes(5);
        s.A.Ask(new RequestPeering(s.B.Address, Station.PairPort), _ => { });
        s.Minutes(5);
        s.World.Net.LosesPairing = (_, _, bytes) => IsEnd(bytes);
        s.UntilPeers(s.A, s.B);
        s.World.Net.LosesPairing = null;
        s.Hours(3);
        s.Expect(s.Peering(s.A, s.B) == PeerState.Enrolled && s.Peering(s.B, s.A) == PeerState.Enrolled, "the peering stands");
        s.Person(s.A, "design", "legal");
        s.Person(s.B, "design", "legal");
        s.Hours(1);
        s.Expect(Active(s.B, s.A) == 2 && Active(s.A, s.B) == 4, "both know what the other shares");
        s.Rest();
    }

    private static bool IsEnd(byte[] bytes) =>
        System.Text.Encoding.ASCII.GetString(bytes).Contains(Kinds.PairingEnd, StringComparison.Ordinal);

    private static void BothAsk(Stage s)
    {
        s.A.Ask(new RequestPeering(s.B.Address, Station.PairPort), _ => { });
        s.B.Ask(new RequestPeering(s.A.Address, Station.PairPort), _ => { });
        s.UntilPeers(s.A, s.B);
        s.Rest();
    }

    private static void DeclinedAndAsked(Stage s)
    {
        s.A.Ask(new RequestPeering(s.B.Address, Station.PairPort), _ => { });
        s.Until(() => s.Peering(s.B, s.A) == PeerState.ProposedByThem, "B sees the request");
        s.B.Ask(new DeclinePeering(s.A.Did), _ => { });
        s.Until(() => s.Peering(s.A, s.B) == PeerState.Declined, "A sees that it was declined");
        s.Pair(s.A, s.B);
        s.Rest();
    }

    private static void FormerPeer(Stage s)
    {
        s.RingOfThree();
        s.A.Ask(new EndPeering(s.B.Did), _ => { });
        s.Until(() => s.Peering(s.B, s.A) == PeerState.Revoked, "B knows of the end");
        for (var i = 0; i < 3; i++)
        {
            foreach (var cabinet in s.World.Cabinets)
                cabinet.Ask(new PlanNow(), _ => { });
            s.Hours(2);
        }
        s.Expect(s.World.Watch.Facts.Proposals.Count == 0, "no ring is proposed");
        s.Rest();
    }

    private static void AbsentNeighbour(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        s.World.Net.Cut(s.A, s.B, TimeSpan.FromHours(20));
        RingScenarios.AllSayYes(chain, alice, carol);
        s.UntilState(s.A, chain, ChainState.Yes);
        s.Hours(15);
        s.Expect(s.A.Db.Number("SELECT count(*) FROM outbox") < 8, "the outbox holds what was said and few questions");
        bob.Answer(chain, "yes");
        s.UntilState(s.A, chain, ChainState.Committed);
        s.Rest();
    }

    private static void MadeAnew(Stage s)
    {
        s.PairAll();
        var (alice, bob) = (s.Person(s.A), s.Person(s.B));
        FillDisk(s, s.A);
        FillDisk(s, s.B);
        Give(alice, "legal", "catering");
        Give(bob, "design", "legal");
        s.Until(() => Active(s.B, s.A) == 2 && Active(s.A, s.B) == 2, "what is shared arrives", 24);
        s.Rest();
    }

    /// <summary>Until a step of the cabinet has failed for want of room.</summary>
    private static void FillDisk(Stage s, Cabinet cabinet)
    {
        var before = s.World.Counts["full disks"];
        for (var i = 0; i < 40 && s.World.Counts["full disks"] == before; i++)
        {
            s.World.ForcedCrash = (cabinet, CrashPoint.DiskFull);
            cabinet.Ask(new Join("Somebody " + i, "en"), _ => { });
            s.Minutes(1);
        }
        s.Expect(s.World.Counts["full disks"] > before, "the disk was full");
    }

    private static void MangledVote(Stage s)
    {
        var (alice, carol, bob) = s.RingOfThree();
        var chain = s.Propose();
        s.UntilState(s.B, chain, ChainState.Validated);
        var mangled = false;
        s.World.Net.Loses = f =>
        {
            if (f.From != s.B || !Stage.Carries(f, Kinds.ChainVote) || mangled)
                return false;
            mangled = true;
            var bytes = (byte[])f.Bytes.Clone();
            bytes[^(Frame.SignatureLength + 5)] ^= 1;
            s.World.Net.Inject(s.B, s.A, f.Kind, bytes);
            return true;
        };
        RingScenarios.AllSayYes(chain, alice, carol, bob);
        s.UntilState(s.A, chain, ChainState.Committed);
        s.UntilState(s.B, chain, ChainState.Committed);
        s.Expect(mangled, "a vote was mangled");
        s.Rest();
    }

    /// <summary>Items of another cabinet that are known and active.</summary>
    private static long Active(Cabinet at, Cabinet of) =>
        at.Db.Number(
            "SELECT (SELECT count(*) FROM offering WHERE home_node = $1 AND state = 'active') + (SELECT count(*) FROM need WHERE home_node = $1 AND state = 'active')",
            of.Did.Value
        );

    private static void Give(Person person, string gives, string wants)
    {
        person.Offer(gives, Sharing.All);
        person.Need([wants], Sharing.All);
    }

    private static void WithdrawalOvertakes(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A);
        s.World.Net.Loses = f => Stage.Carries(f, Kinds.Offering);
        alice.Offer("legal", Sharing.All);
        s.Until(() => alice.Items.Count == 1, "the offering is posted");
        alice.Withdraw(alice.Items[0]);
        s.Minutes(10);
        s.World.Net.Loses = null;
        s.Hours(1);
        s.Expect(!s.B.Db.Exists("SELECT 1 FROM offering WHERE state = 'active'"), "B offers nothing that is gone");
        s.Rest();
    }

    private static void FullDisk(Stage s)
    {
        s.PairAll();
        var told = new List<string>();
        for (var i = 0; i < 40 && !told.Contains("store.full"); i++)
        {
            s.World.ForcedCrash = (s.A, CrashPoint.DiskFull);
            s.A.Ask(new Join("Alice " + i, "en"), a => told.Add(a?.Code ?? "nothing"));
            s.Minutes(5);
        }
        s.Expect(told.Contains("store.full"), "the resident was told of the full disk");
        s.Expect(
            s.A.Db.Number("SELECT count(*) FROM resident") == told.Count(c => c.Length == 0),
            "who was told that it was done is there"
        );
        s.Rest();
    }
}
