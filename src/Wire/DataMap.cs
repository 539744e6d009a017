namespace EdgeNode.Wire;

/// <summary>How a kind of statement may travel.</summary>
/// <param name="Kind">See <see cref="Kinds"/>.</param>
/// <param name="Class">The one class it is sent with.</param>
/// <param name="Stream">Stream and priority, 0 first: one stream per peer and priority.</param>
/// <param name="MaxBody">Bytes.</param>
/// <param name="Lifetime">After this long it is no longer delivered; null = only its ring's end retires it.</param>
/// <param name="What">What it is, for a volunteer.</param>
/// <param name="To">Where it goes.</param>
/// <param name="Approver">Who approved that.</param>
public sealed record KindRule(
    string Kind,
    DataClass Class,
    int Stream,
    int MaxBody,
    TimeSpan? Lifetime,
    string What,
    string To,
    string Approver
);

/// <summary>What a table of the database holds and whether it can leave.</summary>
public sealed record TableRule(string Table, DataClass Class, string What, string Approver);

/// <summary>
/// The single table of what may leave a cabinet: the sender's gate, the receiver's gate and the steward's page are made from it. What does not stand
/// here cannot be sent.
/// </summary>
public static class DataMap
{
    /// <summary>Streams are priorities: control and receipts first, archives last.</summary>
    public const int ControlStream = 0;
    public const int TrustStream = 1;
    public const int SharedStream = 2;
    public const int PublicStream = 3;
    public const int BulkStream = 4;
    public const int Streams = 5;

    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan TwoDays = TimeSpan.FromDays(2);
    private static readonly TimeSpan Month = TimeSpan.FromDays(31);
    private const string RingNodes = "the home cabinets of the ring";
    private const string Resident = "the resident, by sharing";
    private const string Agreed = "the peering agreement of both stewards";

    /// <summary>
    /// Only within a stream is there an order, so a resident's key, their items and the withdrawals of those share one: nothing of them can overtake what it
    /// builds on.
    /// </summary>
    public static IReadOnlyList<KindRule> KindRules { get; } =
    [
        new(
            Kinds.Identity,
            DataClass.Shared,
            SharedStream,
            8_192,
            Year,
            "public key of a resident who shares something",
            "the neighbours the resident named",
            Resident
        ),
        new(
            Kinds.Offering,
            DataClass.Shared,
            SharedStream,
            4_096,
            Year,
            "an offering with nickname and category",
            "the neighbours the resident named",
            Resident
        ),
        new(
            Kinds.Need,
            DataClass.Shared,
            SharedStream,
            32_768,
            Year,
            "a need with nickname and categories",
            "the neighbours the resident named",
            Resident
        ),
        new(
            Kinds.Withdrawal,
            DataClass.Shared,
            SharedStream,
            512,
            Year,
            "word that an offering or need has ended",
            "whoever had it",
            Resident
        ),
        new(Kinds.ChainProposal, DataClass.Shared, ControlStream, 32_768, Month, "a proposed ring", RingNodes, Agreed),
        new(
            Kinds.ChainResponse,
            DataClass.Shared,
            ControlStream,
            1_024,
            Month,
            "whether a home cabinet could check a ring",
            RingNodes,
            Agreed
        ),
        new(
            Kinds.ChainConsent,
            DataClass.Shared,
            ControlStream,
            8_192,
            Year,
            "a resident's signed yes",
            RingNodes,
            "the resident, by signing"
        ),
        new(Kinds.ChainVote, DataClass.Shared, ControlStream, 2_048, null, "a cabinet's vote on a ring", RingNodes, Agreed),
        new(
            Kinds.ChainOutcome,
            DataClass.Shared,
            ControlStream,
            40_960,
            null,
            "the votes that decided a ring",
            RingNodes,
            Agreed
        ),
        new(
            Kinds.ChainVoteRequest,
            DataClass.Shared,
            ControlStream,
            2_048,
            null,
            "a question for missing votes",
            RingNodes,
            Agreed
        ),
        new(
            Kinds.EdgeSettled,
            DataClass.Shared,
            ControlStream,
            4_096,
            Year,
            "a resident's signed word on a promise: done or not",
            RingNodes,
            "the resident, by signing"
        ),
        new(
            Kinds.ChainCompleted,
            DataClass.Shared,
            ControlStream,
            2_048,
            Year,
            "word that a cabinet's part of a ring is finished",
            RingNodes,
            Agreed
        ),
        new(
            Kinds.PowerNotice,
            DataClass.Shared,
            TrustStream,
            512,
            Month,
            "word that a cabinet runs on battery, goes, or is back",
            "the enrolled neighbours",
            Agreed
        ),
        new(
            Kinds.PartnerQuery,
            DataClass.Shared,
            SharedStream,
            PartnerQueryBody.MaxBody,
            Hour,
            "a question who could continue a ring, by marks of categories, without names",
            "the neighbour that is asked",
            Agreed
        ),
        new(
            Kinds.PartnerAnswer,
            DataClass.Shared,
            SharedStream,
            PartnerAnswerBody.MaxBody,
            Hour,
            "entries that could continue a ring, without nicknames and titles",
            "the neighbour that asked, as far as residents share with it",
            Resident
        ),
        new(
            Kinds.PartnerSummary,
            DataClass.Shared,
            SharedStream,
            PartnerSummaryBody.MaxBody,
            TwoDays,
            "how often which category is offered and needed, by marks, without names",
            "the neighbours that residents share with",
            Resident
        ),
        new(
            Kinds.Picture,
            DataClass.Shared,
            SharedStream,
            1_024,
            Year,
            "which picture belongs to an offering; the picture itself is fetched by its hash",
            "the neighbours the resident named",
            Resident
        ),
        new(
            Kinds.BlobReceipt,
            DataClass.Shared,
            ControlStream,
            512,
            Month,
            "word that a picture has arrived",
            "the cabinet it came from",
            Agreed
        ),
    ];

    public static IReadOnlyList<TableRule> TableRules { get; } =
    [
        new("meta", DataClass.LocalOnly, "versions of the database's parts", "nobody"),
        new("node_state", DataClass.LocalOnly, "this cabinet's clock and counters", "nobody"),
        new("statement", DataClass.Shared, "signed statements, own and received", "see the kinds above"),
        new("outbox", DataClass.LocalOnly, "what waits for which neighbour", "nobody"),
        new("bundle_out", DataClass.LocalOnly, "bundles under way until their receipt", "nobody"),
        new("stream_out", DataClass.LocalOnly, "how far each neighbour's streams are sent", "nobody"),
        new("stream_in", DataClass.LocalOnly, "how far each neighbour's streams are received", "nobody"),
        new("inbox", DataClass.LocalOnly, "which bundles came, and what was not accepted", "nobody"),
        new("lane", DataClass.LocalOnly, "which class may go to or come from which neighbour", "nobody"),
        new("lane_use", DataClass.LocalOnly, "how much came over a lane today", "nobody"),
        new("contact", DataClass.LocalOnly, "how this cabinet stands with each neighbour now", "nobody"),
        new("restraint", DataClass.LocalOnly, "what power and disk hold back now", "nobody"),
        new("blob", DataClass.LocalOnly, "which pictures are here, wanted or to be deleted", "nobody"),
        new("blob_name", DataClass.LocalOnly, "which offering has which picture", "nobody"),
        new("blob_at", DataClass.LocalOnly, "which neighbour has which picture", "nobody"),
        new("set_aside", DataClass.LocalOnly, "what a neighbour did not accept, or we did not", "nobody"),
        new("refusal", DataClass.LocalOnly, "counts of refused traffic by neighbour and reason", "nobody"),
        new("traffic", DataClass.LocalOnly, "totals of bundles and bytes by neighbour", "nobody"),
        new("delivery", DataClass.LocalOnly, "which neighbour has which of our statements", "nobody"),
        new("identity", DataClass.Shared, "public keys of cabinets and residents", Resident),
        new("peering", DataClass.LocalOnly, "neighbour cabinets, their keys and the agreement", "nobody"),
        new("pairing", DataClass.LocalOnly, "requests under way to other cabinets", "nobody"),
        new("discovered", DataClass.LocalOnly, "cabinets seen on the local network", "nobody"),
        new(
            "audit",
            DataClass.LocalOnly,
            "every act that crossed to a neighbour",
            "the neighbour sees the rows about itself, on request"
        ),
        new("resident", DataClass.LocalOnly, "residents: nickname, language, card lock", "nobody"),
        new("steward", DataClass.LocalOnly, "the lock of the stewards' code", "nobody"),
        new("offering", DataClass.Shared, "offerings, own and neighbours'", Resident),
        new("need", DataClass.Shared, "needs, own and neighbours'", Resident),
        new("need_accept", DataClass.Shared, "categories that a need accepts", Resident),
        new("category_words", DataClass.LocalOnly, "names and synonyms of categories, shipped and imported", "nobody"),
        new("category_fts", DataClass.LocalOnly, "search index of those", "nobody"),
        new("entry_words", DataClass.LocalOnly, "words of shared offerings and needs, for the search", "nobody"),
        new("entry_fts", DataClass.LocalOnly, "search index of those", "nobody"),
        new("vocabulary", DataClass.LocalOnly, "each word of both, for misspelt ones", "nobody"),
        new("vocabulary_fts", DataClass.LocalOnly, "search index of those", "nobody"),
        new("word_state", DataClass.LocalOnly, "by which rules the words were made", "nobody"),
        new("hold", DataClass.LocalOnly, "what is set aside for which ring", "nobody"),
        new("plan", DataClass.LocalOnly, "matching runs and their results", "nobody"),
        new("chain", DataClass.Shared, "rings this cabinet takes part in", Agreed),
        new("chain_participant", DataClass.Shared, "who takes part in a ring, by public key", Agreed),
        new("chain_consent", DataClass.Shared, "residents' answers; a no stays here", "the resident, by signing"),
        new("chain_vote", DataClass.Shared, "cabinets' votes", Agreed),
        new("chain_evidence", DataClass.Shared, "proof that a cabinet voted twice", "the stewards"),
        new("chain_edge", DataClass.Shared, "promises of rings and how far they are", Agreed),
        new("chain_settlement", DataClass.Shared, "residents' words on promises", "the resident, by signing"),
        new("chain_early", DataClass.Shared, "votes and consents that came before their proposal", Agreed),
        new("peer_power", DataClass.LocalOnly, "what neighbours said of their power", "nobody"),
        new("power_told", DataClass.LocalOnly, "what the neighbours were told of our power", "nobody"),
        new("load_plan", DataClass.LocalOnly, "what a steward chose to shed on battery", "nobody"),
        new("power_history", DataClass.LocalOnly, "battery and mains over the years, thinned", "nobody"),
        new("chain_note", DataClass.LocalOnly, "a resident's own note on a promise", "nobody"),
    ];

    private static readonly Dictionary<string, KindRule> ByKind = KindRules.ToDictionary(r => r.Kind, StringComparer.Ordinal);

    /// <summary>Null for a kind that is not sent at all.</summary>
    public static KindRule? RuleOf(string kind) => ByKind.GetValueOrDefault(kind);
}
