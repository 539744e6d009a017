using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeNode.Sync.Courier;

/// <summary>
/// Where things lie on a stick: <c>edgenode/{13 characters of the receiver's DID}/{stream}-{seq}.age</c> for bundles, <c>have.age</c> and
/// <c>receipt-{stream}-{last}.age</c> beside them. A folder belongs to one sender, named in <c>from</c>; a second sender's folder for the same receiver has the
/// sender's characters behind a dash, so that two never overwrite each other.
/// </summary>
public static partial class CourierNames
{
    /// <summary>The folder at the top of a stick.</summary>
    public const string Root = "edgenode";

    /// <summary>The file in a receiver's folder that names its sender.</summary>
    public const string Owner = "from";

    /// <summary>The end of a name while the file is being written.</summary>
    public const string Part = ".part";

    /// <summary>Most files read from one stick.</summary>
    public const int MaxFiles = 20_000;

    public static string FileOf(TopicKind kind, int stream, long seq) =>
        kind switch
        {
            TopicKind.Data => string.Create(CultureInfo.InvariantCulture, $"{stream}-{seq}.age"),
            TopicKind.Receipt => string.Create(CultureInfo.InvariantCulture, $"receipt-{stream}-{seq}.age"),
            _ => "have.age",
        };

    /// <summary>Whether a name is one of those that <see cref="FileOf"/> gives: nothing else is read or removed.</summary>
    public static bool IsOurs(string name) => Sealed().IsMatch(name);

    /// <summary>Whether a folder may hold what is meant for this receiver.</summary>
    public static bool IsFor(string folder, string receiver13) =>
        folder == receiver13
        || (folder.Length == (2 * receiver13.Length) + 1 && folder.StartsWith(receiver13 + "-", StringComparison.Ordinal));

    /// <summary>The order in which files are handed over: bundles by stream and number, then receipts and haves.</summary>
    public static (int Rank, int Stream, long Seq) OrderOf(string name)
    {
        var match = Sealed().Match(name);
        if (!match.Groups["seq"].Success)
            return (2, 0, 0);
        return (
            match.Groups["r"].Success ? 1 : 0,
            int.Parse(match.Groups["stream"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
            long.Parse(match.Groups["seq"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
        );
    }

    [GeneratedRegex(
        @"^(have|(?<r>receipt-)?(?<stream>[0-7])-(?<seq>[0-9]{1,16}))\.age\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Sealed();
}
