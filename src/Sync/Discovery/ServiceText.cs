using System.Globalization;
using System.Text;

namespace EdgeNode.Sync.Discovery;

/// <summary>The pairs of our TXT record (RFC 6763 section 6): <c>v</c>, <c>pair</c> and <c>did</c>.</summary>
/// <param name="Version">Protocol range: "1" or "1-2".</param>
/// <param name="PairPort">Port for pairing and blobs.</param>
/// <param name="DidPrefix">First 13 characters of the DID's base32 part.</param>
internal sealed record ServiceText(string Version, int PairPort, string DidPrefix)
{
    /// <summary>Characters of the DID that are announced.</summary>
    public const int DidPrefixLength = 13;

    private const int MaxVersionLength = 16;

    /// <summary>What is out of bounds, as a clause; null when nothing is.</summary>
    public string? Fault() =>
        DidPrefix.Length != DidPrefixLength || !DidPrefix.All(IsBase32)
            ? $"the DID prefix is not {DidPrefixLength} characters of a-z and 2-7"
        : PairPort is < 1 or > 65535 ? "the pairing port is not 1 to 65535"
        : Version.Length is 0 or > MaxVersionLength || !Version.All(c => char.IsAsciiDigit(c) || c == '-')
            ? "the protocol range is not digits and hyphens"
        : null;

    /// <summary>The record's data: one length byte and the text for each pair.</summary>
    public byte[] ToData()
    {
        var data = new List<byte>(64);
        foreach (var pair in (ReadOnlySpan<string>)[$"v={Version}", $"pair={PairPort}", $"did={DidPrefix}"])
        {
            data.Add((byte)pair.Length);
            data.AddRange(Encoding.ASCII.GetBytes(pair));
        }
        return [.. data];
    }

    /// <summary>
    /// Reads a stranger's TXT data, whose string lengths the reader has checked. False unless all three pairs are there
    /// and within their bounds: what does not say these is no cabinet. Unknown keys are passed over; of a repeated key
    /// the first counts; keys compare without case (RFC 6763 section 6.4).
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out ServiceText text)
    {
        text = new ServiceText("", 0, "");
        if (data.Length > MdnsNames.TextLimit)
        {
            return false;
        }
        string? version = null;
        string? pair = null;
        string? did = null;
        for (var at = 0; at < data.Length; at += data[at] + 1)
        {
            var entry = Encoding.Latin1.GetString(data.Slice(at + 1, data[at]));
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? "" : entry[..equals].ToLowerInvariant();
            var value = entry[(equals + 1)..];
            version ??= key == "v" ? value : null;
            pair ??= key == "pair" ? value : null;
            did ??= key == "did" ? value : null;
        }
        var port = int.TryParse(pair, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        text = new ServiceText(version ?? "", port, did ?? "");
        return text.Fault() is null;
    }

    private static bool IsBase32(char c) => c is (>= 'a' and <= 'z') or (>= '2' and <= '7');
}
