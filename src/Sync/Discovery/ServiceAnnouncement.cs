using System.Text;

namespace EdgeNode.Sync.Discovery;

/// <summary>
/// What this cabinet tells the local network about itself: nothing personal, and a hint only; who it is gets proven by
/// its pinned key (design of pairing, step 1).
/// </summary>
public sealed record ServiceAnnouncement
{
    /// <summary>The name that people see, at most 63 bytes of UTF-8; longer ones are cut at a character.</summary>
    public required string Instance { get; init; }

    /// <summary>One label for the address records, letters, digits and hyphens, without ".local". Must differ between cabinets.</summary>
    public required string HostName { get; init; }

    /// <summary>First 13 characters of the DID's base32 part.</summary>
    public required string DidPrefix { get; init; }

    /// <summary>Port of the peers' broker (default: 8883).</summary>
    public int Port { get; init; } = 8883;

    /// <summary>Port for pairing and blobs (default: 8444).</summary>
    public int PairPort { get; init; } = 8444;

    /// <summary>Protocol range, "1" or "1-2" (default: "1").</summary>
    public string Version { get; init; } = "1";

    /// <summary>Holds every field against its bounds.</summary>
    /// <exception cref="ArgumentException">A field that this program itself composed is out of bounds.</exception>
    internal void Check()
    {
        var fault =
            Names.Fit(Instance, DnsName.MaxLabelLength).Length == 0 || Instance.Any(char.IsControl)
                ? "the instance name is empty or has control characters"
            : !IsHostLabel(HostName) ? "the host name is not one label of letters, digits and hyphens"
            : Text.Fault() ?? (Port is < 1 or > 65535 ? "the port is not 1 to 65535" : null);
        if (fault is not null)
        {
            throw new ArgumentException($"This cabinet cannot announce itself: {fault}.");
        }
    }

    internal ServiceText Text => new(Version, PairPort, DidPrefix);

    private static bool IsHostLabel(string label) =>
        label.Length is > 0 and <= DnsName.MaxLabelLength
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && label[0] != '-'
        && label[^1] != '-';
}

/// <summary>Shortening and numbering of names that are taken (RFC 6762 section 9; RFC 6763 appendix D).</summary>
internal static class Names
{
    /// <summary>Highest number tried before the plain name is tried again.</summary>
    private const int MaxNumber = 99;

    public static int Next(int number) => number >= MaxNumber ? 1 : number + 1;

    /// <summary>"Name", then "Name (2)", "Name (3)" ... within one label.</summary>
    public static string Instance(string name, int number) => Numbered(name, number == 1 ? "" : $" ({number})");

    /// <summary>"host", then "host-2", "host-3" ... within one label.</summary>
    public static string Host(string name, int number) => Numbered(name, number == 1 ? "" : $"-{number}");

    /// <summary>The longest start of <paramref name="text"/> that takes at most <paramref name="bytes"/> bytes of UTF-8.</summary>
    public static string Fit(string text, int bytes)
    {
        var fit = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
            {
                break;
            }
            fit.Append(rune.ToString());
        }
        return fit.ToString();
    }

    private static string Numbered(string name, string suffix) => Fit(name, DnsName.MaxLabelLength - suffix.Length) + suffix;
}
