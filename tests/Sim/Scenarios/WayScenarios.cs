using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Sync.Courier;

namespace EdgeNode.Tests.Sim;

/// <summary>Bundles by stick and by relay, beside a link and without one.</summary>
internal static class WayScenarios
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(2);

    public static IEnumerable<Scenario> All =>
        [
            new("courier_and_link_at_once", "What goes by stick and by link at once has its effect once", 2, BothAtOnce),
            new(
                "stick_twice_late_never",
                "A stick that comes twice, late or never neither doubles nor loses anything",
                2,
                TwiceLateNever
            ),
            new(
                "sticks_alone_carry_a_ring",
                "Two cabinets that never have a link commit a ring by sticks alone",
                2,
                RingBySticks
            ),
            new(
                "relay_without_a_link",
                "Two cabinets that do not reach each other exchange by a relay, also when never awake together",
                2,
                RelayAlone
            )
            {
                With = ByRelay,
            },
            new(
                "relay_takes_over",
                "When the direct link dies the relay takes over, and gives back when it stands again",
                2,
                TakesOver
            )
            {
                With = ByRelay,
            },
            new("relay_replays_an_old_bundle", "A relay that hands out an old bundle again changes nothing", 2, Replays)
            {
                With = ByRelay,
            },
            new("relay_forgets_everything", "What a relay forgot is sent again", 2, Forgets) { With = ByRelay },
        ];

    private static WorldOptions ByRelay(WorldOptions options) => options with { Ways = options.Ways with { Relay = true } };

    private static void BothAtOnce(Stage stage)
    {
        stage.PairAll();
        stage.World.Net.Loses = f => f.Kind == TopicKind.Receipt && f.From == stage.B;
        stage.Person(stage.A, "legal", "catering");
        stage.Minutes(5);
        Carry(stage, stage.A, stage.B);
        stage.World.Net.Loses = null;
        Carry(stage, stage.B, stage.A);
        stage.UntilReplicated();
        stage.Rest();
    }

    private static void TwiceLateNever(Stage stage)
    {
        stage.PairAll();
        stage.World.Net.Cut(stage.A, stage.B, Long);
        var items = stage.Person(stage.A, "legal", "catering");
        var early = Packed(stage, stage.A, stage.B);
        items.Offer("design", Sharing.All, 1);
        stage.Minutes(1);
        _ = Packed(stage, stage.A, stage.B);
        var late = Packed(stage, stage.A, stage.B);
        Expect(stage, Bring(stage, late), d => d is { Taken: > 0, Early: 0 });
        Expect(stage, Bring(stage, late), d => d is { Taken: 0, Known: > 0 });
        Expect(stage, Bring(stage, early), d => d is { Taken: 0, Known: > 0 });
        stage.Expect(Outbox(stage.A) > 0, "nothing leaves custody before its receipt");
        Carry(stage, stage.B, stage.A);
        stage.Expect(Outbox(stage.A) == 0, "the receipts came back with the stick");
        stage.Rest();
    }

    private static void RingBySticks(Stage stage)
    {
        stage.PairAll();
        stage.World.Net.Cut(stage.A, stage.B, TimeSpan.FromDays(20));
        var alice = stage.Person(stage.A, "legal", "catering");
        var bob = stage.Person(stage.B, "catering", "legal");
        BackAndForth(stage, 1);
        var chain = stage.Propose();
        BackAndForth(stage, 1);
        alice.Answer(chain, "yes");
        bob.Answer(chain, "yes");
        BackAndForth(stage, 4);
        stage.Expect(
            stage.State(stage.A, chain) == ChainState.Committed,
            $"the ring is committed at A, not {stage.State(stage.A, chain)}"
        );
        stage.Expect(
            stage.State(stage.B, chain) == ChainState.Committed,
            $"the ring is committed at B, not {stage.State(stage.B, chain)}"
        );
        stage.Rest();
    }

    private static void RelayAlone(Stage stage)
    {
        stage.PairAll();
        stage.World.Net.Cut(stage.A, stage.B, Long);
        stage.Hours(1);
        stage.B.PowerCut(TimeSpan.FromHours(6));
        stage.Person(stage.A, "legal", "catering");
        stage.Hours(3);
        stage.A.PowerCut(TimeSpan.FromHours(12));
        stage.Hours(5);
        stage.Expect(stage.B.Db.Number("SELECT count(*) FROM offering") > 0, "the offering came while its sender was dark");
        stage.Hours(12);
        stage.Expect(Outbox(stage.A) == 0, "the receipt waited for its receiver");
        stage.Rest();
    }

    private static void TakesOver(Stage stage)
    {
        stage.PairAll();
        stage.World.Net.Loses = f => f.From == stage.A && f.Kind == TopicKind.Data;
        stage.Person(stage.A, "legal", "catering");
        stage.Minutes(2);
        stage.World.Net.Loses = null;
        stage.World.Net.Cut(stage.A, stage.B, TimeSpan.FromHours(12));
        stage.Until(() => Outbox(stage.A) == 0, "the relay has carried what the link lost", 8);
        stage.Hours(13);
        stage.Person(stage.B, "catering", "legal");
        stage.UntilReplicated();
        stage.Rest();
    }

    private static void Replays(Stage stage)
    {
        stage.PairAll();
        stage.World.Net.Cut(stage.A, stage.B, Long);
        stage.Person(stage.A, "legal", "catering");
        stage.UntilReplicated();
        var old = stage.World.Net.Seen.Where(f => f.From == stage.A).ToList();
        stage.Person(stage.A, "design", "gardening");
        stage.UntilReplicated();
        foreach (var frame in old)
            stage.World.Net.Inject(stage.A, stage.B, frame.Kind, frame.Bytes);
        stage.Hours(1);
        stage.Rest();
    }

    private static void Forgets(Stage stage)
    {
        stage.PairAll();
        stage.World.Net.Cut(stage.A, stage.B, Long);
        stage.Hours(1);
        stage.B.PowerCut(TimeSpan.FromHours(3));
        stage.Person(stage.A, "legal", "catering");
        stage.Minutes(30);
        stage.World.Net.RelayForgets();
        stage.Until(() => stage.B.IsUp && Outbox(stage.A) == 0, "it was sent again", 20);
        stage.Rest();
    }

    private static long Outbox(Cabinet cabinet) => cabinet.Db.Number("SELECT count(*) FROM outbox");

    private static void BackAndForth(Stage stage, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Carry(stage, stage.A, stage.B);
            stage.Hours(1);
            Carry(stage, stage.B, stage.A);
            stage.Hours(1);
        }
    }

    private static void Carry(Stage stage, Cabinet from, Cabinet to) =>
        Expect(stage, Bring(stage, Packed(stage, from, to)), d => d.Broken == 0);

    private static Stick Packed(Stage stage, Cabinet from, Cabinet to)
    {
        Stick? packed = null;
        stage.World.Couriers.Pack(from, to, stick => packed = stick);
        stage.Until(() => packed is not null, $"{from} fills a stick for {to}", 1);
        return packed!;
    }

    private static Delivered Bring(Stage stage, Stick stick)
    {
        Delivered? delivered = null;
        stage.World.Couriers.Deliver(stick, d => delivered = d);
        stage.Until(() => delivered is not null, $"{stick.To} reads the stick", 1);
        return delivered!;
    }

    private static void Expect(Stage stage, Delivered delivered, Func<Delivered, bool> holds) =>
        stage.Expect(holds(delivered), $"the stick is read as it should be, not {delivered}");
}
