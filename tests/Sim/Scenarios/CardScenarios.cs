using EdgeNode.Appliance;
using EdgeNode.Federation;

namespace EdgeNode.Tests.Sim;

/// <summary>Manifest cards that stewards hand over where discovery does not reach.</summary>
internal static class CardScenarios
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    public static IEnumerable<Scenario> All =>
        [
            new(
                "card_to_peering",
                "A card leads to a request, and to a peering only when the other steward accepts",
                2,
                CardToPeering
            ),
            new("card_of_both", "Two stewards who each ask by the other's card have both said yes", 2, CardOfBoth),
            new(
                "card_leads_to_another",
                "A card whose address is another cabinet's now reaches nobody, and nothing of it is kept there",
                3,
                CardLeadsToAnother
            ),
            new("card_runs_out", "A card that has run out asks nobody, and one that holds does", 2, CardRunsOut),
            new("card_of_a_peer", "A card of a peer says where that is now, and peering and keys stay", 2, CardOfAPeer),
        ];

    private static void CardToPeering(Stage s)
    {
        var frames = 0;
        s.World.Net.LosesPairing = (_, _, _) => frames++ % 3 == 0;
        s.Expect(Use(s, s.A, CardOf(s, s.B)).IsDone, "the card is taken");
        s.Until(() => s.Peering(s.B, s.A) == PeerState.ProposedByThem, "B sees the request of A");
        s.Hours(1);
        s.Expect(s.Peering(s.A, s.B) == PeerState.ProposedByUs, "nothing is agreed without B's steward");
        s.B.Ask(new AcceptPeering(s.A.Did), _ => { });
        s.UntilPeers(s.A, s.B);
        s.Rest();
    }

    private static void CardOfBoth(Stage s)
    {
        var (a, b) = (CardOf(s, s.A), CardOf(s, s.B));
        Use(s, s.A, b);
        Use(s, s.B, a);
        s.UntilPeers(s.A, s.B);
        s.Rest();
    }

    private static void CardLeadsToAnother(Stage s)
    {
        var c = s.World.Cabinets[2];
        // B's card, from a time when B had the address that is C's now.
        s.Expect(Use(s, s.A, CardOf(s, s.B, c.Address)).IsDone, "the card is taken");
        s.Hours(3);
        s.Expect(s.Peering(c, s.A) == PeerState.None, "C was told of no request");
        s.Expect(s.Peering(s.A, c) == PeerState.None, "A knows nothing of C");
        var fault = s.A.Db.Text("SELECT fault FROM pairing WHERE address = $1", c.Address);
        s.Expect(fault == "pairing.other_cabinet", $"A's steward is shown why, not {fault}");
        s.Expect(Use(s, s.A, CardOf(s, s.B, c.Address, s.B.Address)).IsDone, "a card with both addresses is taken");
        s.Until(() => s.Peering(s.B, s.A) == PeerState.ProposedByThem, "B sees the request of A");
        s.Until(() => s.A.Db.Number("SELECT count(*) FROM pairing") == 0, "the other address is tried no more");
        s.Rest();
    }

    private static void CardRunsOut(Stage s)
    {
        var card = CardOf(s, s.B);
        s.Hours(31 * 24);
        s.Expect(Use(s, s.A, card).Code == "card.expired", "the old card is refused");
        s.Hours(1);
        s.Expect(s.Peering(s.B, s.A) == PeerState.None, "B was asked nothing");
        s.Expect(Use(s, s.A, CardOf(s, s.B)).IsDone, "a new card is taken");
        s.Until(() => s.Peering(s.B, s.A) == PeerState.ProposedByThem, "B sees the request of A");
        s.Rest();
    }

    private static void CardOfAPeer(Stage s)
    {
        s.Pair(s.A, s.B);
        var spki = PeerBook.Find(s.A.Db, s.B.Did)!.Spki;
        s.Expect(Use(s, s.A, CardOf(s, s.B, "10.9.9.9", s.B.Address)).IsDone, "the card is taken");
        s.Expect(PeerBook.Find(s.A.Db, s.B.Did)!.Address == "10.9.9.9", "B is looked for at the card's address");
        s.Expect(Use(s, s.A, CardOf(s, s.B)).IsDone, "the next card is taken");
        var peering = PeerBook.Find(s.A.Db, s.B.Did)!;
        s.Expect(peering.Address == s.B.Address && peering.Spki == spki, "B is back, under the same key");
        s.Expect(peering.State == PeerState.Enrolled, "the peering stands");
        s.Rest();
    }

    private static byte[] CardOf(Stage s, Cabinet of, params string[] addresses)
    {
        byte[]? card = null;
        of.Ask(new IssueCard(addresses, Month), answer => card = answer?.Bytes);
        s.Until(() => card is not null, $"{of} makes a card", 1);
        return card!;
    }

    private static Answer Use(Stage s, Cabinet at, byte[] card)
    {
        Answer? told = null;
        at.Ask(new RequestByCard(card), answer => told = answer);
        s.Until(() => told is not null, $"{at} reads the card", 1);
        return told!;
    }
}
