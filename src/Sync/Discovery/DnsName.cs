using System.Text;

namespace EdgeNode.Sync.Discovery;

/// <summary>
/// A domain name as it travels: labels with their length in front, ended by the empty label (RFC 1035 section 3.1), never
/// compressed. At most 255 bytes, 63 per label. Labels are bytes; ours are UTF-8 (RFC 6762 section 16). Two names are
/// equal when they differ only in the case of ASCII letters.
/// </summary>
public sealed class DnsName : IEquatable<DnsName>
{
    /// <summary>Longest name in bytes, length bytes and the empty label included (RFC 1035 section 2.3.4).</summary>
    public const int MaxWireLength = 255;

    /// <summary>Longest label in bytes.</summary>
    public const int MaxLabelLength = 63;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private readonly byte[] _wire;

    /// <summary>Takes over bytes that the caller has already checked to be one whole, uncompressed name.</summary>
    internal DnsName(byte[] wire) => _wire = wire;

    /// <summary>The uncompressed bytes, the final zero included.</summary>
    public ReadOnlySpan<byte> Wire => _wire;

    /// <summary>True for the name without labels.</summary>
    public bool IsRoot => _wire.Length == 1;

    /// <summary>Builds a name from its labels, first one leftmost. A label may hold dots and spaces.</summary>
    /// <exception cref="ArgumentException">A label is empty or longer than 63 bytes, or the name is longer than 255.</exception>
    public static DnsName Of(params ReadOnlySpan<string> labels)
    {
        var wire = new List<byte>(64);
        foreach (var label in labels)
        {
            var bytes = StrictUtf8.GetBytes(label);
            if (bytes.Length is 0 or > MaxLabelLength)
            {
                throw new ArgumentException($"A label has 1 to {MaxLabelLength} bytes of UTF-8; \"{label}\" has {bytes.Length}.");
            }
            wire.Add((byte)bytes.Length);
            wire.AddRange(bytes);
        }
        wire.Add(0);
        return wire.Count <= MaxWireLength
            ? new DnsName([.. wire])
            : throw new ArgumentException($"A name has at most {MaxWireLength} bytes; this one has {wire.Count}.");
    }

    /// <summary>This name with one more label in front.</summary>
    /// <exception cref="ArgumentException">As <see cref="Of"/>.</exception>
    public DnsName Under(string label)
    {
        var first = Of(label).Wire;
        byte[] wire = [.. first[..^1], .. _wire];
        return wire.Length <= MaxWireLength
            ? new DnsName(wire)
            : throw new ArgumentException($"A name has at most {MaxWireLength} bytes; this one has {wire.Length}.");
    }

    /// <summary>The name without its first label; the root stays the root.</summary>
    public DnsName Parent => IsRoot ? this : new DnsName(_wire[(_wire[0] + 1)..]);

    /// <summary>True when this name is exactly one label followed by <paramref name="parent"/>.</summary>
    public bool IsChildOf(DnsName parent)
    {
        ArgumentNullException.ThrowIfNull(parent);
        return !IsRoot && EqualBytes(_wire.AsSpan(_wire[0] + 1), parent._wire);
    }

    /// <summary>
    /// The first label as text fit for a page: valid UTF-8 without control characters. False for anything else, because
    /// the label of a stranger ends up on a steward's screen and in a terminal.
    /// </summary>
    public bool TryFirstLabel(out string text)
    {
        text = "";
        if (IsRoot)
        {
            return false;
        }
        try
        {
            text = StrictUtf8.GetString(_wire, 1, _wire[0]);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        return !text.Any(IsUnfitForDisplay);
    }

    public bool Equals(DnsName? other) => other is not null && EqualBytes(_wire, other._wire);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode()
    {
        var hash = 2166136261u;
        foreach (var b in _wire)
        {
            // FNV-1a is defined with wrap-around.
            hash = unchecked((hash ^ Lower(b)) * 16777619u);
        }
        return unchecked((int)hash);
    }

    /// <summary>The customary text: labels joined by dots, dots and backslashes inside labels escaped (RFC 6763 section 4.3).</summary>
    public override string ToString()
    {
        if (IsRoot)
        {
            return ".";
        }
        var text = new StringBuilder();
        for (var at = 0; _wire[at] != 0; at += _wire[at] + 1)
        {
            var label = Encoding.UTF8.GetString(_wire, at + 1, _wire[at]);
            text.Append(label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(".", "\\.", StringComparison.Ordinal));
            text.Append('.');
        }
        return text.ToString(0, text.Length - 1);
    }

    // Control and format characters (bidirectional overrides among them), line and paragraph separators.
    private static bool IsUnfitForDisplay(char c) =>
        char.IsControl(c)
        || char.GetUnicodeCategory(c)
            is System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator
                or System.Globalization.UnicodeCategory.ParagraphSeparator;

    // Length bytes are at most 63 and therefore never taken for the letters A to Z (65 to 90).
    private static bool EqualBytes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }
        for (var i = 0; i < a.Length; i++)
        {
            if (Lower(a[i]) != Lower(b[i]))
            {
                return false;
            }
        }
        return true;
    }

    private static byte Lower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
