using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EdgeNode.Matching;

/// <summary>Something a resident can give, as the solver sees it.</summary>
/// <param name="Id">Unique in the market over offerings and needs together.</param>
/// <param name="Resident">Who gives.</param>
/// <param name="HomeNode">The resident's home node (a DID); one per resident.</param>
/// <param name="Category">The one category it is listed under.</param>
/// <param name="Capacity">In how many rings of one plan it may be given, 1 to <see cref="Market.MaxCapacity"/>.</param>
/// <param name="Audience">The other nodes that may see it. Order and repeats do not matter.</param>
public sealed record MarketOffering(
    string Id,
    string Resident,
    string HomeNode,
    string Category,
    int Capacity,
    IReadOnlyList<string> Audience
)
{
    /// <summary>How likely the giver is to accept a ring, in percent, 1 to 100 (default: 100).</summary>
    public int AcceptPercent { get; init; } = 100;
}

/// <summary>Something a resident wants, as the solver sees it: any one of <paramref name="Accepts"/> will do.</summary>
/// <param name="Id">Unique in the market over offerings and needs together.</param>
/// <param name="Resident">Who receives.</param>
/// <param name="HomeNode">The resident's home node (a DID); one per resident.</param>
/// <param name="Accepts">The acceptable categories, 1 to <see cref="Market.MaxAccepts"/>. Order and repeats do not matter.</param>
/// <param name="Capacity">In how many rings of one plan it may be met, 1 to <see cref="Market.MaxCapacity"/>.</param>
/// <param name="Audience">The other nodes that may see it. Order and repeats do not matter.</param>
public sealed record MarketNeed(
    string Id,
    string Resident,
    string HomeNode,
    IReadOnlyList<string> Accepts,
    int Capacity,
    IReadOnlyList<string> Audience
)
{
    /// <summary>What meeting this need is worth, 1 to 100 (default: 100).</summary>
    public int Score { get; init; } = 100;
}

/// <summary>Why an input is not a market: a code for programs and a sentence for stewards.</summary>
public sealed record MarketRefusal(string Code, string Sentence);

/// <summary>Thrown by <see cref="Market.Create"/> for input that is not a market.</summary>
public sealed class MarketException(MarketRefusal refusal) : Exception(refusal.Sentence)
{
    /// <summary>Code and sentence.</summary>
    public MarketRefusal Refusal { get; } = refusal;
}

/// <summary>
/// The whole input of one planning run: an immutable value, sorted by id, valid by construction. Equal content gives the
/// same <see cref="InputHash"/> whatever the order it was handed over in.
/// </summary>
public sealed class Market
{
    /// <summary>
    /// Most categories one need may accept. Sixty-four would do for the category tree, but a need may also name explicit
    /// items, and a real want list (tests/data/matching/ask.txt) names up to 557; 1,024 of them still fit one statement.
    /// </summary>
    public const int MaxAccepts = 1024;

    /// <summary>Most home nodes in one market: visibility is a bit mask of 64.</summary>
    public const int MaxHomeNodes = 64;

    /// <summary>Most nodes in one item's audience.</summary>
    public const int MaxAudience = 256;

    /// <summary>Highest capacity of an offering or a need.</summary>
    public const int MaxCapacity = 1000;

    /// <summary>Longest id, DID or category, in characters.</summary>
    public const int MaxText = 256;

    /// <summary>Most offerings and needs together.</summary>
    public const int MaxItems = 2_000_000;

    private readonly Lazy<string> _inputHash;

    private Market(MarketOffering[] offerings, MarketNeed[] needs, string[] waiting)
    {
        Offerings = offerings;
        Needs = needs;
        Waiting = waiting;
        _inputHash = new Lazy<string>(() => PlanDigest.OfMarket(this), LazyThreadSafetyMode.ExecutionAndPublication);
    }

    /// <summary>All offerings, by id.</summary>
    public IReadOnlyList<MarketOffering> Offerings { get; }

    /// <summary>All needs, by id.</summary>
    public IReadOnlyList<MarketNeed> Needs { get; }

    /// <summary>Residents who gave in an earlier ring and did not yet receive, by id; among equals their rings come first.</summary>
    public IReadOnlyList<string> Waiting { get; }

    /// <summary>SHA-256 over all records by id, lower-case hexadecimal.</summary>
    public string InputHash => _inputHash.Value;

    /// <summary>Makes a market, or throws <see cref="MarketException"/> with the first fault found.</summary>
    public static Market Create(
        IEnumerable<MarketOffering> offerings,
        IEnumerable<MarketNeed> needs,
        IEnumerable<string>? waiting = null
    ) => TryCreate(offerings, needs, waiting, out var market, out var refusal) ? market : throw new MarketException(refusal);

    /// <summary>Makes a market, or says in <paramref name="refusal"/> what is wrong with the input.</summary>
    public static bool TryCreate(
        IEnumerable<MarketOffering> offerings,
        IEnumerable<MarketNeed> needs,
        IEnumerable<string>? waiting,
        [NotNullWhen(true)] out Market? market,
        [NotNullWhen(false)] out MarketRefusal? refusal
    )
    {
        var sortedOfferings = offerings.OrderBy(o => o.Id, StringComparer.Ordinal).ToArray();
        var sortedNeeds = needs.OrderBy(n => n.Id, StringComparer.Ordinal).ToArray();
        var sortedWaiting = Sorted(waiting ?? []);
        refusal = new MarketRules().FirstFault(sortedOfferings, sortedNeeds, sortedWaiting);
        if (refusal is not null)
        {
            market = null;
            return false;
        }
        market = new Market(
            [.. sortedOfferings.Select(o => o with { Audience = Others(o.Audience, o.HomeNode) })],
            [.. sortedNeeds.Select(n => n with { Accepts = Sorted(n.Accepts), Audience = Others(n.Audience, n.HomeNode) })],
            sortedWaiting
        );
        return true;
    }

    /// <summary>The same market without the named items; ids it does not hold are ignored.</summary>
    public Market Without(IReadOnlyCollection<string> items)
    {
        if (items.Count == 0)
            return this;
        var gone = items.ToHashSet(StringComparer.Ordinal);
        return new Market(
            [.. Offerings.Where(o => !gone.Contains(o.Id))],
            [.. Needs.Where(n => !gone.Contains(n.Id))],
            [.. Waiting]
        );
    }

    private static string[] Sorted(IEnumerable<string> texts) =>
        [.. texts.Distinct(StringComparer.Ordinal).OrderBy(t => t, StringComparer.Ordinal)];

    private static string[] Others(IEnumerable<string> audience, string home) =>
        Sorted(audience.Where(node => !string.Equals(node, home, StringComparison.Ordinal)));
}

/// <summary>The rules an input must keep to be a market, told as the first sentence that does not hold.</summary>
internal sealed class MarketRules
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _homes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _nodes = new(StringComparer.Ordinal);

    public MarketRefusal? FirstFault(MarketOffering[] offerings, MarketNeed[] needs, string[] waiting)
    {
        if ((long)offerings.Length + needs.Length > Market.MaxItems)
            return new("market.size", $"A market holds at most {Market.MaxItems:N0} offerings and needs.");
        foreach (var offering in offerings)
            if (OfferingFault(offering) is { } fault)
                return fault;
        foreach (var need in needs)
            if (NeedFault(need) is { } fault)
                return fault;
        foreach (var resident in waiting)
            if (!IsText(resident))
                return TextFault("a waiting resident");
        return _nodes.Count > Market.MaxHomeNodes
            ? new("market.home_nodes", $"One plan spans at most {Market.MaxHomeNodes} home nodes, not {_nodes.Count}.")
            : null;
    }

    private MarketRefusal? OfferingFault(MarketOffering o) =>
        ItemFault("Offering", o.Id, o.Resident, o.HomeNode, o.Capacity, o.Audience)
        ?? (IsText(o.Category) ? null : TextFault($"the category of offering {o.Id}"))
        ?? Range("market.accept_percent", $"The acceptance of offering {o.Id} in percent", o.AcceptPercent, 100);

    private MarketRefusal? NeedFault(MarketNeed n) =>
        ItemFault("Need", n.Id, n.Resident, n.HomeNode, n.Capacity, n.Audience)
        ?? Range("market.accepts", $"The number of categories that need {n.Id} accepts", n.Accepts.Count, Market.MaxAccepts)
        ?? BadText($"a category that need {n.Id} accepts", n.Accepts)
        ?? Range("market.score", $"The score of need {n.Id}", n.Score, 100);

    private MarketRefusal? ItemFault(
        string kind,
        string id,
        string resident,
        string home,
        int capacity,
        IReadOnlyList<string> audience
    )
    {
        if (!IsText(id))
            return TextFault($"the id of {(kind == "Need" ? "a need" : "an offering")}");
        if (!_ids.Add(id))
            return new("market.duplicate_id", $"{kind} {id} has the id of another offering or need.");
        if (!IsText(resident))
            return TextFault($"the resident of {kind} {id}");
        if (!IsText(home))
            return TextFault($"the home node of {kind} {id}");
        _nodes.Add(home);
        if (!_homes.TryAdd(resident, home) && !string.Equals(_homes[resident], home, StringComparison.Ordinal))
            return new("market.two_homes", $"Resident {resident} has two home nodes: {_homes[resident]} and {home}.");
        if (audience.Count > Market.MaxAudience)
            return new("market.audience", $"{kind} {id} names {audience.Count} nodes; at most {Market.MaxAudience} are allowed.");
        return Range("market.capacity", $"The capacity of {kind} {id}", capacity, Market.MaxCapacity)
            ?? BadText($"a node in the audience of {kind} {id}", audience);
    }

    private static MarketRefusal? Range(string code, string what, int value, int most) =>
        value >= 1 && value <= most ? null : new(code, $"{what} must be from 1 to {most}, not {value}.");

    private static MarketRefusal? BadText(string what, IReadOnlyList<string> texts)
    {
        foreach (var text in texts)
            if (!IsText(text))
                return TextFault(what);
        return null;
    }

    private static MarketRefusal TextFault(string what) =>
        new("market.text", $"Expected {what} to be 1 to {Market.MaxText} printable characters.");

    /// <summary>Lone surrogates are out as well: two of them would hash alike.</summary>
    private static bool IsText(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > Market.MaxText)
            return false;
        foreach (var c in text)
            if (char.IsControl(c))
                return false;
        try
        {
            Strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
