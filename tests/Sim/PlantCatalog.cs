using System.Text;
using EdgeNode.Appliance;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>The faults that the checkers have to catch. Numbers are those of the protocol's table of mutations, where it has them.</summary>
internal static class PlantCatalog
{
    private const string RingsOfOthers =
        "SELECT c.chain_id FROM chain c WHERE c.state = 'YES' AND EXISTS (SELECT 1 FROM chain_participant p WHERE p.chain_id = c.chain_id AND p.home_node <> $1) ORDER BY c.chain_id LIMIT 1";

    public static IReadOnlyList<Plant> All { get; } =
    [
        new("acknowledge_before_commit", "a bundle is receipted and its commit is lost", "receipt.before_commit")
        {
            ForgetsStep = SendsReceipt,
        },
        new("acknowledge_before_commit_far", "the same, seen where the sender let go of it", "custody.lost", "custody.order")
        {
            Blind = ["receipt.before_commit", "send.before_commit"],
            ForgetsStep = SendsReceipt,
        },
        new("vote_before_commit", "a vote leaves and its commit is lost (2)", "send.before_commit") { ForgetsStep = SendsVote },
        new("vote_before_commit_far", "the same, seen when the cabinet votes otherwise", "I5", "I1")
        {
            Blind = ["send.before_commit", "receipt.before_commit", "custody.order"],
            ForgetsStep = SendsYesOfNow,
            Soil = o => o with { People = o.People with { NoPct = 0, WithdrawPct = 0, LaterPct = 0 } },
        },
        new("commit_not_on_disk", "a commit is gone after a power cut", "disk.differs", "custody.order") { LosesCommit = true },
        new("vote_changed", "a vote is written twice (1)", "I5") { Tamper = ChangeVote },
        new("vote_removed", "a vote is taken back", "I5", "disk.differs") { Tamper = RemoveVote },
        new("hold_released_after_yes", "a held unit is let go while the ring is undecided (3)", "I4")
        {
            Tamper = s =>
                Run(s, "DELETE FROM hold WHERE kind = 'hard' AND chain_id IN (SELECT chain_id FROM chain WHERE state = 'YES')"),
        },
        new("released_on_own_timeout", "a cabinet that voted YES gives up by itself (3)", "I1")
        {
            Tamper = GiveUp,
            Repeats = true,
        },
        new("item_version_ignored", "an item changed between the proposal and the vote (4)", "I3.version")
        {
            Tamper = ChangeVersion,
        },
        new("withdrawal_ignored", "a yes that was taken back counts (5)", "I3")
        {
            Swallows = c =>
                c is AnswerRing { Act.Content: { } content } && content.Contains("withdrawn", StringComparison.Ordinal),
            Soil = o => o with { People = o.People with { WithdrawPct = 60, NoPct = 0, SilentPct = 0 } },
        },
        new("capacity_not_checked", "a unit is promised twice (6)", "I2") { Tamper = HoldTwice },
        new("those_who_answered_decide", "a ring is agreed without the vote of a silent home node (7)", "I3", "row16")
        {
            Tamper = AgreeEarly,
        },
        new("strangers_votes_count", "a ring is agreed by nodes that are not its home nodes (8)", "I3", "I4")
        {
            Tamper = MoveHome,
            Repeats = true,
        },
        new("all_holds_of_an_item_freed", "the end of one ring frees the holds of another (10)", "I4")
        {
            Tamper = FreeAll,
            Soil = Crowded,
        },
        new("agreed_before_a_receipt", "a ring is agreed while nobody else has the own vote (12a)", "row16", "rest.promises")
        {
            Tamper = AgreeUnreceipted,
            Repeats = true,
        },
        new("settled_twice", "a report on a promise uses up a unit twice (13)", "once.consumed", "I2")
        {
            Tamper = ConsumeTwice,
            Soil = Crowded,
        },
        new("open_path_agreed", "a ring that is none is agreed (14)", "I6")
        {
            Blind = ["I4"],
            Tamper = BendRing,
            Repeats = true,
        },
        new("kept_word_sent", "a word that was to stay here is in a frame (15)", "I7.words") { Alters = SayKeptWord },
        new("sent_to_another", "a bundle goes to a cabinet outside its audience", "I7.audience", "I7.words")
        {
            Alters = SendToAnother,
        },
        new("stops_asking", "a vote that was not taken is never asked for again (16)", "L1")
        {
            Blind = ["send.before_commit", "send.malformed"],
            Tamper = StopAsking,
            Alters = MangleVote,
            Repeats = true,
            OutlastsFaults = true,
            Soil = o => o with { People = o.People with { NoPct = 0, WithdrawPct = 0, LaterPct = 0, SilentPct = 0 } },
        },
        new("soft_hold_kept", "a ring that has ended goes on holding (17)", "L2") { Tamper = KeepSoftHold },
        new("consents_not_needed", "a YES counts without its consents (20)", "I3") { Tamper = DropConsents, Repeats = true },
        new("outbox_row_lost", "a queued statement disappears", "custody.lost")
        {
            Tamper = s => Run(s, "DELETE FROM outbox WHERE bundle_seq IS NULL"),
        },
        new("receipted_without_taking", "a cabinet signs for a bundle that it did not take", "custody.lost", "custody.order")
        {
            Tamper = SkipBundle,
            Repeats = true,
        },
        new("paused_lane_sends", "bundles leave by a lane that is paused", "lane.sends")
        {
            // While something is about to leave: the cabinet goes by what it read before.
            Tamper = s =>
                Run(
                    s,
                    "UPDATE lane SET paused = 1 WHERE direction = 'out' AND EXISTS (SELECT 1 FROM outbox o JOIN contact c ON c.peer = o.peer "
                        + "WHERE o.peer = lane.peer AND o.stream = 2 AND c.way <> 'none')"
                ),
            Soil = o => o with { Crashes = new CrashFaults() },
        },
        new("quota_of_a_lane_ignored", "more comes over a lane in a day than was granted", "lane.quota")
        {
            Tamper = s =>
                Run(
                    s,
                    "UPDATE lane SET max_rows = 1, granted = 0 WHERE direction = 'in' AND EXISTS (SELECT 1 FROM lane_use u WHERE u.peer = lane.peer AND u.class = lane.class AND u.rows > 1)"
                ),
        },
        new("number_passed_over", "a stream goes on with the number after the next", "custody.number")
        {
            Tamper = s => Run(s, "UPDATE stream_out SET seq = seq + 1"),
        },
        new("class_in_another_stream", "what a neighbour shares leaves in the stream of another class", "lane.class")
        {
            Alters = ChangeStream,
        },
        new("power_ignored", "a bundle leaves although power holds its stream back", "lane.power")
        {
            Tamper = s =>
                Run(s, "INSERT OR REPLACE INTO restraint (cause, last_stream, says, since) VALUES ('power', 0, 'planted', 0)"),
        },
        new("queue_over_its_lane", "more is queued for a peer than its lane allows", "lane.queued")
        {
            Tamper = s =>
                Run(
                    s,
                    "UPDATE lane SET max_rows = 1 WHERE direction = 'out' AND class = 'shared' "
                        + "AND (SELECT count(*) FROM outbox o WHERE o.peer = lane.peer AND o.stream = 2) > 1"
                ),
        },
        new("revoked_peer_served", "a peering has ended and its link goes on", "revoked.sent", "revoked.taken")
        {
            Tamper = s => Run(s, "UPDATE peering SET state = 'revoked' WHERE state = 'enrolled'"),
        },
        new("statement_taken_twice", "a statement is forgotten and taken again", "effect.twice") { Tamper = TakeTwice },
        new("audit_rewritten", "somebody rewrites the audit", "audit.broken") { Tamper = RewriteAudit },
    ];

    /// <summary>The header says another stream of the same length; who only reads it, believes it.</summary>
    private static Effect ChangeStream(PlantSite s, Effect effect)
    {
        if (effect is not SendOnLink { Kind: TopicKind.Data } send)
            return effect;
        var at = send.Bytes.AsSpan().IndexOf("\"stream\":2"u8);
        if (at < 0)
            return effect;
        var bytes = send.Bytes.ToArray();
        bytes[at + 9] = (byte)'3';
        return send with { Bytes = bytes };
    }

    private static bool TakeTwice(PlantSite s)
    {
        var db = s.Cabinet.Db;
        var id = db.Text(
            "SELECT id FROM statement WHERE origin <> $1 AND kind = 'offering' AND place NOT IN (SELECT statement FROM outbox) ORDER BY place LIMIT 1",
            s.Cabinet.Did.Value
        );
        if (id is null)
            return false;
        // A row anew is a statement that was kept anew: its place in the table is a later one.
        return db.Run("UPDATE statement SET place = (SELECT max(place) FROM statement) + 1 WHERE id = $1", id) == 1;
    }

    private static bool Run(PlantSite s, string sql) => s.Cabinet.Db.Run(sql) > 0;

    private static bool Run(PlantSite s, string sql, params ReadOnlySpan<object?> args) => s.Cabinet.Db.Run(sql, args) > 0;

    private static bool SendsReceipt(PlantSite s, IReadOnlyList<NodeInput> batch, IReadOnlyList<Effect> effects) =>
        batch.Any(i => i is Received { Kind: TopicKind.Data })
        && effects.Any(e => e is SendOnLink { Kind: TopicKind.Receipt } r && IsAboutNew(s, r));

    /// <summary>The receipt takes over something that was not there before the step: a repeated one proves nothing.</summary>
    private static bool IsAboutNew(PlantSite s, SendOnLink receipt)
    {
        var body = WireJson.Read(Frame.TryReadWhole(receipt.Bytes, Control.MaxBody)!.Body.Span, WireJson.Default.ReceiptBody)!;
        var ids = s.Cabinet.Db.All(
            "SELECT id FROM statement WHERE origin = $1 ORDER BY place DESC LIMIT 4",
            r => r.Text(0),
            receipt.Peer.Value
        );
        return body.Exceptions.Length == 0 && ids.Exists(id => !s.Cabinet.View.Has(id));
    }

    private static bool SendsVote(PlantSite s, IReadOnlyList<NodeInput> batch, IReadOnlyList<Effect> effects) =>
        OwnVotes(s, effects).Any(v => !s.Cabinet.View.Has(v.Id));

    /// <summary>A YES in the step of the last own yes: after the power cut that yes never was, and its person says no.</summary>
    private static bool SendsYesOfNow(PlantSite s, IReadOnlyList<NodeInput> batch, IReadOnlyList<Effect> effects)
    {
        foreach (var vote in OwnVotes(s, effects).Where(v => !s.Cabinet.View.Has(v.Id)))
        {
            var body = WireJson.Read(vote.Body, WireJson.Default.ChainVoteBody)!;
            var person = batch
                .OfType<Asked>()
                .Select(a => a.Command)
                .OfType<AnswerRing>()
                .Select(a => a.Act)
                .FirstOrDefault(a => a.Content.Contains(body.ChainId, StringComparison.Ordinal));
            if (body.Vote != "yes" || person is null || s.World.People.Find(person.Person) is not { } who)
                continue;
            Insist(s.World, who, body.ChainId, 200);
            return true;
        }
        return false;
    }

    private static void Insist(World world, Person who, string chain, int tries)
    {
        if (tries == 0 || who.Declined.Contains(chain))
            return;
        who.Answer(chain, "no");
        world.After(TimeSpan.FromSeconds(20), () => Insist(world, who, chain, tries - 1));
    }

    private static IEnumerable<Statement> OwnVotes(PlantSite s, IReadOnlyList<Effect> effects) =>
        effects
            .OfType<SendOnLink>()
            .Where(e => e.Kind == TopicKind.Data)
            .SelectMany(e => Bundle.TryRead(e.Bytes)!.Statements)
            .Select(raw => Statement.TryRead(raw)!)
            .Where(x => x.Kind == Kinds.ChainVote && x.From == s.Cabinet.Did);

    private static bool ChangeVote(PlantSite s)
    {
        if (!s.Cabinet.Db.Exists("SELECT 1 FROM chain_vote"))
            return false;
        Run(s, "DROP TRIGGER IF EXISTS chain_vote_fixed");
        return Run(s, "UPDATE chain_vote SET vote = CASE vote WHEN 'yes' THEN 'no' ELSE 'yes' END");
    }

    private static bool RemoveVote(PlantSite s)
    {
        if (!s.Cabinet.Db.Exists("SELECT 1 FROM chain_vote"))
            return false;
        Run(s, "DROP TRIGGER IF EXISTS chain_vote_kept");
        return Run(s, "DELETE FROM chain_vote");
    }

    /// <summary>After somebody else has the vote, so that the others can agree.</summary>
    private static bool GiveUp(PlantSite s)
    {
        var chain = s.Cabinet.Db.Text(
            "SELECT c.chain_id FROM chain c JOIN statement s ON s.id = c.vote_id JOIN delivery d ON d.statement = s.place WHERE c.state = 'YES' ORDER BY c.chain_id LIMIT 1"
        );
        if (chain is null)
            return false;
        Run(s, "DELETE FROM hold WHERE chain_id = $1", chain);
        return Run(s, "UPDATE chain SET state = 'ABORTED' WHERE chain_id = $1", chain);
    }

    /// <summary>The item moves on, and the row that the vote checks moves with it.</summary>
    private static bool ChangeVersion(PlantSite s)
    {
        var item = s.Cabinet.Db.Text(
            "SELECT e.offering_id FROM chain_edge e JOIN chain c ON c.chain_id = e.chain_id JOIN offering o ON o.offering_id = e.offering_id "
                + "WHERE c.state IN ('VALIDATED', 'CONSENTED') AND o.home_node = $1 AND o.state = 'active' ORDER BY 1 LIMIT 1",
            s.Cabinet.Did.Value
        );
        if (item is null)
            return false;
        Run(s, "UPDATE offering SET version = version + 1 WHERE offering_id = $1", item);
        return Run(s, "UPDATE chain_edge SET offering_version = offering_version + 1 WHERE offering_id = $1", item);
    }

    private static bool HoldTwice(PlantSite s)
    {
        var held = s.Cabinet.Db.One(
            "SELECT item_id, item_version FROM hold WHERE kind = 'hard' ORDER BY item_id LIMIT 1",
            r => (Item: r.Text(0), Version: r.Int(1))
        );
        if (held.Item is null)
            return false;
        Run(s, "DROP TRIGGER hold_hard_insert");
        return Run(
            s,
            "INSERT INTO hold (chain_id, item_id, item_version, kind, units) VALUES ($1, $2, $3, 'hard', 1000)",
            new string('0', 64),
            held.Item,
            held.Version
        );
    }

    private static bool AgreeEarly(PlantSite s)
    {
        if (s.Cabinet.Db.Text(RingsOfOthers, s.Cabinet.Did.Value) is not { } chain)
            return false;
        return Run(s, "UPDATE chain SET state = 'COMMITTED' WHERE chain_id = $1", chain);
    }

    private static bool MoveHome(PlantSite s) =>
        Run(
            s,
            "UPDATE chain_participant SET home_node = $1 WHERE home_node <> $1 AND chain_id IN (SELECT chain_id FROM chain WHERE state = 'YES')",
            s.Cabinet.Did.Value
        );

    private static bool FreeAll(PlantSite s) =>
        Run(
            s,
            "DELETE FROM hold WHERE kind = 'hard' AND item_id IN (SELECT e.offering_id FROM chain_edge e JOIN chain c ON c.chain_id = e.chain_id WHERE c.state = 'ABORTED' "
                + "UNION SELECT e.need_id FROM chain_edge e JOIN chain c ON c.chain_id = e.chain_id WHERE c.state = 'ABORTED')"
        );

    private static bool AgreeUnreceipted(PlantSite s) =>
        Run(
            s,
            "UPDATE chain SET state = 'COMMITTED' WHERE state = 'YES' AND NOT EXISTS (SELECT 1 FROM delivery d JOIN statement s ON s.place = d.statement WHERE s.id = chain.vote_id) "
                + "AND (SELECT count(*) FROM chain_vote v WHERE v.chain_id = chain.chain_id AND v.vote = 'yes') = "
                + "(SELECT count(DISTINCT home_node) FROM chain_participant p WHERE p.chain_id = chain.chain_id)"
        );

    private static bool ConsumeTwice(PlantSite s) =>
        Run(
            s,
            "UPDATE offering SET consumed = consumed + 1 WHERE home_node = $1 AND consumed > 0 AND consumed < capacity",
            s.Cabinet.Did.Value
        );

    private static bool BendRing(PlantSite s) =>
        Run(
            s,
            "UPDATE chain_edge SET receiver = giver WHERE edge = 0 AND receiver <> giver AND chain_id IN (SELECT chain_id FROM chain WHERE state = 'YES')"
        );

    private static Effect SayKeptWord(PlantSite s, Effect effect)
    {
        if (effect is not SendOnLink { Kind: TopicKind.Data } send)
            return effect;
        return send with { Bytes = [.. send.Bytes, .. Encoding.ASCII.GetBytes(s.World.People.Canaries.LocalOnly())] };
    }

    private static Effect SendToAnother(PlantSite s, Effect effect)
    {
        if (effect is not SendOnLink { Kind: TopicKind.Data } send)
            return effect;
        var statements = Bundle.TryRead(send.Bytes)!.Statements.Select(raw => Statement.TryRead(raw)!).ToArray();
        var other = s.World.Cabinets.FirstOrDefault(c => c != s.Cabinet && !Array.TrueForAll(statements, x => x.IsFor(c.Did)));
        return other is null ? effect : send with { Peer = other.Did };
    }

    /// <summary>Questions are put off for ever, and no contact brings them forward.</summary>
    private static bool StopAsking(PlantSite s) =>
        Run(s, "UPDATE chain SET asks = 5, ask_at = $1 WHERE state = 'YES'", (s.Cabinet.Time + TimeSpan.FromMinutes(119)).Ms);

    /// <summary>A bundle with a vote arrives spoiled, is refused as a whole and set aside.</summary>
    private static Effect MangleVote(PlantSite s, Effect effect)
    {
        if (effect is not SendOnLink { Kind: TopicKind.Data } send || !OwnVotes(s, [effect]).Any())
            return effect;
        var bytes = (byte[])send.Bytes.Clone();
        bytes[^(Frame.SignatureLength + 5)] ^= 1;
        return send with { Bytes = bytes };
    }

    private static bool KeepSoftHold(PlantSite s) =>
        Run(
            s,
            "INSERT OR IGNORE INTO hold (chain_id, item_id, item_version, kind, units) SELECT e.chain_id, e.offering_id, 1, 'soft', 1 "
                + "FROM chain_edge e JOIN chain c ON c.chain_id = e.chain_id WHERE c.state = 'ABORTED'"
        );

    /// <summary>Consents are forgotten as soon as the vote that rests on them is counted.</summary>
    private static bool DropConsents(PlantSite s) =>
        Run(
            s,
            "DELETE FROM chain_consent WHERE chain_id IN (SELECT chain_id FROM chain WHERE state = 'YES') AND EXISTS ("
                + "SELECT 1 FROM chain_participant p JOIN chain_vote v ON v.chain_id = p.chain_id AND v.node = p.home_node "
                + "WHERE p.chain_id = chain_consent.chain_id AND p.participant = chain_consent.participant AND p.home_node <> $1)",
            s.Cabinet.Did.Value
        );

    /// <summary>The cabinet believes that it has the bundle that is under way to it.</summary>
    private static bool SkipBundle(PlantSite s)
    {
        foreach (var sender in s.World.Cabinets.Where(c => c != s.Cabinet && c.IsUp))
        {
            var mine = s.Cabinet.Db.One(
                "SELECT stream, seq FROM stream_in WHERE peer = $1 ORDER BY stream LIMIT 1",
                r => (Stream: r.Int(0), Seq: r.Long(1)),
                sender.Did.Value
            );
            var next = sender.Db.Text(
                "SELECT id FROM bundle_out WHERE peer = $1 AND stream = $2 AND seq = $3",
                s.Cabinet.Did.Value,
                mine.Stream,
                mine.Seq + 1
            );
            if (mine.Seq > 0 && next is not null)
                return Run(
                    s,
                    "UPDATE stream_in SET seq = seq + 1, last_id = $3 WHERE peer = $1 AND stream = $2",
                    sender.Did.Value,
                    mine.Stream,
                    next
                );
        }
        return false;
    }

    private static bool RewriteAudit(PlantSite s)
    {
        if (s.Cabinet.Db.Number("SELECT count(*) FROM audit") < 6)
            return false;
        Run(s, "DROP TRIGGER audit_fixed");
        return Run(s, "UPDATE audit SET detail = 'nothing happened' WHERE seq = 3");
    }

    /// <summary>Several units of each item and many answers of no: rings share items, and some of them end.</summary>
    private static WorldOptions Crowded(WorldOptions o) =>
        o with
        {
            People = o.People with
            {
                Capacity = 3,
                Categories = 2,
                NoPct = 15,
                PlanEvery = TimeSpan.FromHours(2),
                SilentPct = 0,
                LaterPct = 0,
            },
        };
}
