using EdgeNode.Appliance;
using EdgeNode.Hardware.Power;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>Lanes paused and resumed, quotas and room, disks that run full, and what stewards do with what was set aside.</summary>
internal static class LaneScenarios
{
    private const long Disk = 1_000_000_000;

    public static IEnumerable<Scenario> All =>
        [
            new("lane_paused_and_resumed", "A paused lane loses nothing, and votes go on meanwhile", 2, PausedAndResumed),
            new("lane_closed_at_the_receiver", "What a receiver's closed lane puts off waits with its sender", 2, ClosedThere),
            new("power_holds_lanes_back", "On battery votes go on and the rest waits for mains", 2, OnBattery),
            new("day_quota_then_room", "What is beyond the day's quota comes on the next days, in order and once", 2, DayQuota),
            new(
                "disk_runs_full_and_has_room_again",
                "Under 8 % items wait with their sender and votes are taken; under 3 % nothing new is kept; then all goes on",
                2,
                DiskSteps
            ),
            new("set_aside_sent_again", "A steward sends again what was set aside, and discards the rest", 2, SentAgain),
            new("lane_granted_in_1970", "Lanes agreed before the clock was set carry once it is", 2, GrantedIn1970),
            new("flood_suspends_until_resumed", "A peer that floods is suspended, and what waits for it survives", 2, Flood),
            new("one_silent_of_six", "A neighbour that never answers slows none of five others", 6, OneSilent),
        ];

    private static void PausedAndResumed(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "legal");
        s.UntilReplicated();
        Must(s, s.A, new PauseLane(s.B.Did, DataClass.Shared, LaneDirection.Out, true));
        var chain = s.Propose();
        RingScenarios.AgreeAll(s, chain, alice, bob);
        alice.Offer("painting", Sharing.All, 1);
        s.Hours(3);
        s.Expect(Known(s.B, "painting") == 0, "a paused lane carries nothing");
        s.Expect(Waiting(s.A, s.B) > 0, "what waits is kept");
        Must(s, s.A, new PauseLane(s.B.Did, DataClass.Shared, LaneDirection.Out, false));
        s.Until(() => Known(s.B, "painting") == 1, "what waited has arrived");
        s.Expect(Audited(s.A, "lane.paused") == 1 && Audited(s.A, "lane.resumed") == 1, "both acts stand in the audit");
        s.Rest();
    }

    private static void ClosedThere(Stage s)
    {
        s.PairAll();
        Must(s, s.B, new CloseLane(s.A.Did, DataClass.Shared, LaneDirection.In));
        s.Person(s.A, "legal", "catering");
        s.Hours(2);
        s.Expect(Known(s.B, "legal") == 0, "nothing comes through a closed lane");
        s.Expect(
            s.A.Db.Number("SELECT count(*) FROM outbox WHERE not_before > 0") > 0
                && s.A.Db.Number("SELECT count(*) FROM set_aside") == 0,
            "it waits for space and is not set aside"
        );
        Must(s, s.B, new GrantLane(s.A.Did, LaneGrant.Default(DataClass.Shared, LaneDirection.In)));
        s.Until(() => Known(s.B, "legal") == 1, "what waited has arrived");
        s.Rest();
    }

    private static void OnBattery(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "legal");
        s.UntilReplicated();
        var chain = s.Propose();
        Power(s, PowerState.Survive);
        s.Person(s.A, "painting", "music");
        RingScenarios.AgreeAll(s, chain, alice, bob);
        s.Expect(Known(s.B, "painting") == 0, "items wait for mains");
        Power(s, PowerState.Mains);
        s.Until(() => Known(s.B, "painting") == 1, "with mains they go");
        s.Rest();
    }

    private static void Power(Stage s, PowerState state)
    {
        foreach (var cabinet in s.World.Cabinets)
            cabinet.Post(
                new PowerChanged(
                    new PowerFacts(state, state == PowerState.Mains, 20, 3.6, 5, 3, null, false, true, true),
                    null,
                    "mains",
                    null
                )
            );
    }

    private static void DayQuota(Stage s)
    {
        s.PairAll();
        Must(s, s.B, new GrantLane(s.A.Did, LaneGrant.Default(DataClass.Shared, LaneDirection.In) with { MaxRows = 3 }));
        var alice = s.Person(s.A);
        for (var i = 0; i < 8; i++)
            alice.Offer($"give/{i}", Sharing.All, 1);
        s.Until(() => alice.Items.Count == 8, "all are posted");
        s.Hours(1);
        s.Expect(s.B.Db.Number("SELECT count(*) FROM offering") < 8, "not all come in a day");
        s.Until(() => s.B.Db.Number("SELECT count(*) FROM offering") == 8, "the others come on the next days", hours: 96);
        s.Expect(s.A.Db.Number("SELECT count(*) FROM set_aside") == 0, "nothing was refused");
        s.Rest();
    }

    private static void DiskSteps(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        var bob = s.Person(s.B, "catering", "legal");
        s.UntilReplicated();
        s.B.Post(new DiskMeasured(Disk / 100 * 6, Disk));
        s.Person(s.A, "painting", "music");
        var chain = s.Propose();
        RingScenarios.AgreeAll(s, chain, alice, bob);
        s.Expect(Known(s.B, "painting") == 0, "items stay with their sender");
        s.B.Post(new DiskMeasured(Disk / 100, Disk));
        s.Expect(Code(s, s.B, new Join("Dora", "en")) == "store.full", "nothing new is kept under 3 %");
        s.Hours(1);
        s.B.Post(new DiskMeasured(Disk / 2, Disk));
        s.Expect(Code(s, s.B, new Join("Dora", "en")).Length == 0, "with room it goes on");
        s.Until(() => Known(s.B, "painting") == 1, "what waited has arrived");
        s.Rest();
    }

    private static void SentAgain(Stage s)
    {
        s.PairAll();
        s.World.Net.Loses = f => f.From == s.A;
        s.Person(s.A, "legal", "catering");
        Must(s, s.A, new EndPeering(s.B.Did));
        s.World.Net.Loses = null;
        var aside = s.A.Db.All("SELECT id FROM set_aside WHERE code = 'peer.ended' ORDER BY id", r => r.Long(0));
        s.Expect(aside.Count >= 3, "the key and both items are set aside");
        s.Expect(Code(s, s.A, new SendAgain(aside[0])) == "peer.not_enrolled", "nothing is sent to a former peer");
        s.Hours(1);
        s.Pair(s.A, s.B);
        Must(s, s.A, new SendAgain(aside[0]));
        Must(s, s.A, new SendAgain(aside[1]));
        Must(s, s.A, new DiscardAside(aside[2]));
        s.Expect(Code(s, s.A, new SendAgain(aside[0])) == "aside.settled", "what is settled stays so");
        s.Expect(Audited(s.A, "aside.sent") == 2 && Audited(s.A, "aside.discarded") == 1, "every act stands in the audit");
        s.Until(() => Known(s.B, "legal") == 1, "the offering is known once");
        s.Rest();
    }

    private static void GrantedIn1970(Stage s)
    {
        s.B.Clock.Set(s.World.Now, 1_000_000);
        s.PairAll();
        s.B.Clock.Set(s.World.Now, s.World.Now);
        s.Person(s.A, "legal", "catering");
        s.Until(() => Known(s.B, "legal") == 1, "the offering has come over the lane", hours: 6);
        s.Rest();
    }

    private static void Flood(Stage s)
    {
        s.PairAll();
        var alice = s.Person(s.A, "legal", "catering");
        s.UntilReplicated();
        for (var told = 0; told < 20; told++)
        {
            s.A.Post(new Flooded(s.B.Did, 5));
            s.Hours(0.01);
        }
        s.Expect(State(s.A, s.B) == "enrolled", "a flood now and then, as after a long night, is cut and nothing more");
        for (var second = 0; second <= 10; second++)
        {
            s.A.Post(new Flooded(s.B.Did, 900, Proven: false));
            s.Hours(1 / 3600.0);
        }
        s.Expect(State(s.A, s.B) == "enrolled", "what a stranger sends by the relay in its name is not held against it");
        s.World.Net.Loses = f => f.To == s.B;
        alice.Offer("painting", Sharing.All, 1);
        s.Until(() => Waiting(s.A, s.B) > 0, "the offering waits for its neighbour");
        for (var second = 0; second <= 6; second++)
        {
            s.A.Post(new Flooded(s.B.Did, 900));
            s.Hours(1 / 3600.0);
        }
        s.Until(() => State(s.A, s.B) == "suspended", "who goes on flooding is suspended");
        s.World.Net.Loses = null;
        alice.Withdraw(alice.Items[0]);
        s.Hours(2);
        s.Expect(Known(s.B, "painting") == 0 && Waiting(s.A, s.B) > 0, "nothing flows, and what waits is kept");
        s.Expect(Audited(s.A, "peering.SuspendedHere") == 1, "the audit says what this cabinet did by itself");
        Must(s, s.A, new ResumePeering(s.B.Did));
        s.Until(() => Known(s.B, "painting") == 1, "after a steward's word everything goes on");
        s.Until(() => !Offered(s.B, "legal"), "and what was withdrawn meanwhile is gone there too");
        s.Rest();
    }

    private static bool Offered(Cabinet at, string category) =>
        at.Db.Exists("SELECT 1 FROM offering WHERE category = $1 AND state = 'active'", category);

    private static string? State(Cabinet at, Cabinet peer) =>
        at.Db.Text("SELECT state FROM peering WHERE did = $1", peer.Did.Value);

    private static void OneSilent(Stage s)
    {
        s.PairAll();
        var silent = s.World.Cabinets[5];
        s.World.Net.Loses = f => f.From == silent || f.To == silent;
        var alice = s.Person(s.A);
        for (var i = 0; i < 40; i++)
            alice.Offer($"give/{i}", Sharing.All, 1);
        s.Until(() => alice.Items.Count == 40, "all are posted");
        s.Until(
            () => s.World.Cabinets.Where(c => c != silent).All(c => c.Db.Number("SELECT count(*) FROM offering") == 40),
            "five others know them soon, whatever the network loses",
            hours: 0.4
        );
        s.Expect(Waiting(s.A, silent) >= 40, "what is meant for the silent one is kept");
        s.Rest();
    }

    private static void Must(Stage s, Cabinet at, Command command) =>
        s.Expect(Code(s, at, command).Length == 0, $"{command.GetType().Name} is done");

    private static string Code(Stage s, Cabinet at, Command command)
    {
        string? code = null;
        at.Ask(command, answer => code = answer?.Code ?? "lost");
        s.Until(() => code is not null, "a command is answered");
        return code!;
    }

    private static long Known(Cabinet at, string category) =>
        at.Db.Number("SELECT count(*) FROM offering WHERE category = $1", category);

    private static long Waiting(Cabinet from, Cabinet to) =>
        from.Db.Number("SELECT count(*) FROM outbox WHERE peer = $1", to.Did.Value);

    private static long Audited(Cabinet at, string act) => at.Db.Number("SELECT count(*) FROM audit WHERE act = $1", act);
}
