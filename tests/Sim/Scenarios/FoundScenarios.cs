using EdgeNode.Appliance;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>One play for each bug that a seed has found: the shortest way to it.</summary>
internal static class FoundScenarios
{
    public static IEnumerable<Scenario> All =>
        [
            new("items_overtake_their_owner", "An offering that arrives before the key of its owner is not lost", 2, ItemsOvertake),
            new("withdrawal_overtakes_its_item", "A withdrawal that arrives before its offering still withdraws it", 2, WithdrawalOvertakes),
            new("full_disk_says_so", "A full disk is told as a full disk, and nothing is lost", 2, FullDisk),
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
        s.Expect(s.A.Db.Number("SELECT count(*) FROM resident") == told.Count(c => c.Length == 0), "who was told that it was done is there");
        s.Rest();
    }
}
