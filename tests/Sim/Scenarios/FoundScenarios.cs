using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>One play for each bug that a seed has found: the shortest way to it.</summary>
internal static class FoundScenarios
{
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
