using System.Text;

namespace EdgeNode.Matching;

/// <summary>A line of a want list file that does not read as one.</summary>
public sealed class WantListException(string file, int line, string expected) : InstanceException(file, line, expected);

/// <summary>How the position of a wanted item turns into its cost.</summary>
public enum WantPriorities
{
    None,
    Linear,
    Triangle,
    Square,
    Explicit,
}

/// <summary>The options of a want list file that change its meaning; those for display are read and dropped.</summary>
public sealed record WantListOptions
{
    public bool CaseSensitive { get; init; }
    public bool RequireColons { get; init; }
    public bool RequireUserNames { get; init; }
    public bool AllowDummies { get; init; }

    /// <summary>Default: every wanted item costs 1.</summary>
    public WantPriorities Priorities { get; init; }

    /// <summary>Added to the rank after each wanted item (default: 1).</summary>
    public long SmallStep { get; init; } = 1;

    /// <summary>Added to the rank at each semicolon (default: 9).</summary>
    public long BigStep { get; init; } = 9;

    /// <summary>Cost of an item that does not trade (default: 10^9).</summary>
    public long NonTradeCost { get; init; } = 1_000_000_000;
}

/// <summary>A wanted item and its cost under the file's priorities; lower is wanted more.</summary>
public sealed record Want(string Item, long Cost);

/// <summary>One want list: the owner of <paramref name="Item"/> gives it for any one of <paramref name="Wants"/>.</summary>
/// <param name="Line">Where it stands, from 1.</param>
/// <param name="Item">Name; a dummy's is followed by a space and its user, since two users' dummies are two items.</param>
/// <param name="User">The owner, where the file names one.</param>
/// <param name="Wants">Usable wants only, in the order of the file.</param>
public sealed record WantEntry(int Line, string Item, string? User, IReadOnlyList<Want> Wants)
{
    /// <summary>Dummies stand between items and wants; they are not things.</summary>
    public bool IsDummy => Item[0] == '%';
}

/// <summary>What the reader passed over, by the rules of such trades and without complaint.</summary>
/// <param name="Repeated">Wanted items named before in the same list.</param>
/// <param name="Own">Lists that want their own item.</param>
/// <param name="SameUser">Wanted items of the same user.</param>
/// <param name="Unknown">Wanted items that nobody has.</param>
/// <param name="Absent">Wanted items that are official but have no list: they never trade.</param>
/// <param name="SecondLists">Further lists of an item that has one.</param>
/// <param name="UnlistedItems">Lists of items that are not official.</param>
public sealed record WantListIgnored(
    int Repeated,
    int Own,
    int SameUser,
    int Unknown,
    int Absent,
    int SecondLists,
    int UnlistedItems
);

/// <summary>
/// A trade's want lists in the format of TradeMaximizer 1.3c. A malformed line is refused with its number; what the
/// format itself says to ignore is ignored and counted.
/// </summary>
public sealed class WantList
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>Longest item or user name, in characters.</summary>
    public const int MaxName = 200;

    /// <summary>Longest category prefix of <see cref="ToMarket"/>, so that prefix and name fit one category.</summary>
    public const int MaxPrefix = 40;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal WantList(
        string file,
        WantListOptions options,
        IReadOnlyList<WantEntry> entries,
        WantListIgnored ignored,
        IReadOnlyList<string> warnings
    ) => (File, Options, Entries, Ignored, Warnings) = (file, options, entries, ignored, warnings);

    /// <summary>The name given to the reader.</summary>
    public string File { get; }

    public WantListOptions Options { get; }

    /// <summary>The accepted lists in the order of the file, dummies among them.</summary>
    public IReadOnlyList<WantEntry> Entries { get; }

    public WantListIgnored Ignored { get; }

    /// <summary>Sentences about options nobody knows here; they do not change what is traded.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Number of real items.</summary>
    public int Items => Entries.Count(e => !e.IsDummy);

    /// <summary>Number of usable wants in all lists.</summary>
    public int Wants => Entries.Sum(e => e.Wants.Count);

    /// <summary>
    /// Reads UTF-8, or Latin-1 where the bytes are not UTF-8. Throws <see cref="WantListException"/> for the first malformed
    /// line, and for a file above <see cref="MaxBytes"/> as line 1.
    /// </summary>
    public static WantList Parse(string file, ReadOnlySpan<byte> content)
    {
        if (content.Length > MaxBytes)
            throw new WantListException(file, 1, $"a file of at most {MaxBytes:N0} bytes, not {content.Length:N0}");
        var reader = new WantListReader(file);
        var line = 0;
        foreach (var text in Decode(content).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n', '\r'))
            reader.Read(++line, text.Trim());
        return reader.Finish(line);
    }

    /// <summary>
    /// One resident per item, named like it, with an offering <c>offering/ITEM</c> in category <c>prefix/ITEM</c> and, where
    /// the list has a usable want, a need <c>need/ITEM</c> that accepts any one of them. Throws
    /// <see cref="MarketException"/> for what a market cannot hold: dummies, or more wants than a need may list.
    /// </summary>
    /// <param name="prefix">Category branch of the trade, for example the trade's name.</param>
    /// <param name="homeNode">Home node of every resident.</param>
    public Market ToMarket(string prefix, string homeNode = "here")
    {
        if (prefix.Length is 0 or > MaxPrefix)
            throw new MarketException(new("want_list.prefix", $"A category prefix has 1 to {MaxPrefix} characters."));
        if (Entries.FirstOrDefault(e => e.IsDummy || e.Wants.Any(w => w.Item[0] == '%')) is { } entry)
            throw new MarketException(
                new(
                    "want_list.dummies",
                    $"{File}:{entry.Line}: dummy items are read but not planned yet; a later version will, until then leave them out."
                )
            );
        return Market.Create(
            Entries.Select(e => new MarketOffering($"offering/{e.Item}", e.Item, homeNode, $"{prefix}/{e.Item}", 1, [])),
            Entries
                .Where(e => e.Wants.Count > 0)
                .Select(e => new MarketNeed(
                    $"need/{e.Item}",
                    e.Item,
                    homeNode,
                    [.. e.Wants.Select(w => $"{prefix}/{w.Item}")],
                    1,
                    []
                ))
        );
    }

    private static string Decode(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        try
        {
            return StrictUtf8.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(content);
        }
    }
}
