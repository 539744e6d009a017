namespace EdgeNode.Matching;

/// <summary>The formats that are read; docs/matching.md describes them.</summary>
public enum InstanceFormat
{
    /// <summary>Generated market: records M, P, O, N, E.</summary>
    Market,

    /// <summary>kidney_solver: .input and, for altruists, .ndds beside it.</summary>
    Input,

    /// <summary>PrefLib: .wmd and .dat beside it.</summary>
    Wmd,

    /// <summary>Want lists in the format of TradeMaximizer.</summary>
    WantList,
}

/// <summary>A file and its siblings, as the shell opens them: the readers here see streams only.</summary>
/// <param name="Name">For sentences, and its ending as a hint to the format.</param>
/// <param name="Open">Opens it from its beginning; called up to three times.</param>
/// <param name="Sibling">The file of the same base name with another ending (".dat"), or null when there is none.</param>
public sealed record InstanceSource(string Name, Func<Stream> Open, Func<string, InstanceSource?> Sibling)
{
    /// <summary>A file that is in memory and has no siblings.</summary>
    public static InstanceSource Of(string name, byte[] content) =>
        new(name, () => new MemoryStream(content, writable: false), _ => null);
}

/// <summary>How a file is to be read.</summary>
public sealed record InstanceOptions
{
    /// <summary>Null: recognised by content (default).</summary>
    public InstanceFormat? Format { get; init; }

    /// <summary>The chance with which everybody accepts, above 0 and at most 1 (default: 1). Refused for files with acceptances of their own.</summary>
    public decimal Accept { get; init; } = 1;

    /// <summary>Plain sums of scores even where the file has acceptances: what unbounded clearing maximises (default: false).</summary>
    public bool PlainScores { get; init; }
}

/// <summary>An input file as the solver takes it.</summary>
public sealed class Instance
{
    internal Instance(string file, InstanceFormat format, ExchangeGraph graph, IReadOnlyList<string> warnings) =>
        (File, Format, Graph, Warnings) = (file, format, graph, warnings);

    /// <summary>Most residents, offerings or needs in a file.</summary>
    public const int MaxRecords = 2_000_000;

    /// <summary>Most arcs in a file: the graph then takes about 320 MB.</summary>
    public const int MaxArcs = 20_000_000;

    public string File { get; }

    public InstanceFormat Format { get; }

    public ExchangeGraph Graph { get; }

    /// <summary>Sentences about what was passed over without changing the result.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Resident ids are shown from here for altruists of .ndds files, which number theirs apart; else 0.</summary>
    internal int AltruistsFrom { get; init; }

    /// <summary>The want list itself, where the file was one.</summary>
    public WantList? WantList { get; init; }

    /// <summary>The id by which a resident is printed; null for dummies, which are left out.</summary>
    public string? Shown(int resident) =>
        Graph.KindOf(resident) switch
        {
            ResidentKind.Dummy => null,
            ResidentKind.Altruist when AltruistsFrom > 0 => Graph.Residents[resident - AltruistsFrom],
            _ => Graph.Residents[resident],
        };

    /// <summary>
    /// Reads a file. Throws <see cref="InstanceException"/> for the first line that breaks a rule of its format,
    /// <see cref="MarketException"/> when options and file do not fit, and what the streams throw.
    /// </summary>
    public static Instance Read(InstanceSource source, InstanceOptions options)
    {
        var accept = AcceptFraction.Of(options.Accept);
        var format = options.Format ?? FormatGuess.Of(source);
        return format switch
        {
            InstanceFormat.Market => MarketFileReader.Read(source, options, accept),
            InstanceFormat.Input => InputFileReader.Read(source, accept),
            InstanceFormat.Wmd => WmdFileReader.Read(source, accept),
            _ => WantListGraph.Read(source, accept),
        };
    }
}

/// <summary>A chance as a reduced fraction, so that products stay short: 0.5 is 1 of 2.</summary>
internal readonly record struct AcceptFraction(int Parts, int Whole)
{
    private const int Finest = 10_000;

    public bool IsCertain => Parts == Whole;

    /// <summary>Throws <see cref="MarketException"/> outside (0, 1] or with more than four decimals.</summary>
    public static AcceptFraction Of(decimal accept)
    {
        if (accept is <= 0 or > 1 || decimal.Truncate(accept * Finest) != accept * Finest)
            throw new MarketException(
                new("market.accept", $"An acceptance is above 0, at most 1 and has at most four decimals, not {accept}.")
            );
        var (parts, whole) = ((int)(accept * Finest), Finest);
        for (var (a, b) = (parts, whole); ; (a, b) = (b, a % b))
            if (b == 0)
                return new(parts / a, whole / a);
    }
}
