namespace EdgeNode.Federation;

/// <summary>How a cabinet learns of partners at its neighbours; the steward's choice. Every cabinet answers questions whatever its own mode.</summary>
public enum FindingMode
{
    /// <summary>What residents share is sent to the neighbours they named; matching runs on what is here.</summary>
    Replicate,

    /// <summary>What residents share stays here until somebody asks; matching asks the neighbours to continue its paths.</summary>
    Query,

    /// <summary>As <see cref="Query"/>, and summaries say in advance whom to ask for what.</summary>
    Gossip,
}

public static class FindingModes
{
    /// <summary>The word in settings and on the command line.</summary>
    public static string Word(this FindingMode mode) =>
        mode switch
        {
            FindingMode.Query => "query",
            FindingMode.Gossip => "gossip",
            _ => "replicate",
        };

    public static FindingMode? Parse(string word) =>
        word switch
        {
            "replicate" => FindingMode.Replicate,
            "query" => FindingMode.Query,
            "gossip" => FindingMode.Gossip,
            _ => null,
        };
}

/// <summary>Waits and bounds of the search for partners; no promise depends on any of them.</summary>
public sealed record FindingOptions
{
    public static FindingOptions Default { get; } = new();

    /// <summary>How partners are found (default: replicate).</summary>
    public FindingMode Mode { get; init; } = FindingMode.Replicate;

    /// <summary>A neighbour that has not answered whole after this is left out of the search (default: 30 s).</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A changed summary is sent at most this often (default: 5 min).</summary>
    public TimeSpan SummaryEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>An unchanged summary is sent again after this, well within its lifetime of two days (default: 12 h).</summary>
    public TimeSpan SummaryAgain { get; init; } = TimeSpan.FromHours(12);

    /// <summary>While matching runs by itself, a search without any news here starts after this (default: 30 min).</summary>
    public TimeSpan SearchEvery { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A ring whose natural proposer stays silent is proposed here after this (default: 10 min).</summary>
    public TimeSpan ProposeAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A ring that somebody declined, or nobody answered, is not proposed again before this (default: 7 days).</summary>
    public TimeSpan AskAgainAfter { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How many people farther than a ring reaches are asked about, so that a plan sees what else its neighbours' entries could do, 0 to 3 (default: 1).
    /// </summary>
    public int Context { get; init; } = 1;

    /// <summary>Questions to one neighbour in one step of a search (default: 4, of 2,000 marks each).</summary>
    public int QuestionsAtOnce { get; init; } = 4;

    /// <summary>Questions answered to one neighbour in a minute; more are refused (default: 30).</summary>
    public int QuestionsPerMinute { get; init; } = 30;

    /// <summary>People taken from one neighbour's answers in one search (default: 2,000).</summary>
    public int PeoplePerPeer { get; init; } = 2_000;

    /// <summary>
    /// Own proposals that a neighbour has left unchecked, as a share of the own entries in percent, before no more rings with it are proposed (default: 20,
    /// and at least <see cref="LeastUnchecked"/>).
    /// </summary>
    public int UncheckedPercent { get; init; } = 20;

    public const int LeastUnchecked = 3;
}
