using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using EdgeNode.Wire;

namespace EdgeNode.Sync.Courier;

/// <summary>One series found in scanned text: its set when it is whole, else what to do.</summary>
/// <param name="Id">The eight characters that all its parts carry.</param>
/// <param name="Set">The set; null when parts are missing or it was not what its first part says.</param>
/// <param name="Missing">Numbers of the parts that were not there.</param>
public sealed record ReadSeries(string Id, byte[]? Set, IReadOnlyList<int> Missing);

/// <summary>
/// A set as a series of QR codes in their alphanumeric mode: <c>EN1/{set8}/{i}/{n}/{base32}</c>, in any order. The first part begins with the SHA-256 of the
/// whole set, so that a series is read whole or not at all.
/// </summary>
public static partial class QrSeries
{
    /// <summary>Most characters of one code: a telephone still reads it from paper.</summary>
    public const int MaxPart = 1000;

    /// <summary>Most codes of a series.</summary>
    public const int MaxParts = 200;

    /// <summary>Most characters of text that is searched for codes, four times a whole series.</summary>
    public const int MaxText = 4 * MaxPart * MaxParts;

    /// <summary>Bytes in one code: 976 characters of base32 beside at most 24 of the rest.</summary>
    private const int Chunk = 610;

    private const int HashBytes = 32;

    /// <summary>Most bytes of a set that still fits a series.</summary>
    public const int MaxSet = (Chunk * MaxParts) - HashBytes;

    /// <summary>The codes' texts, in order. A set beyond <see cref="MaxSet"/> is the caller's fault.</summary>
    public static IReadOnlyList<string> Split(ReadOnlySpan<byte> set)
    {
        Invariant.Hold(set.Length is > 0 and <= MaxSet, "a series carries at most 200 codes");
        var hash = SHA256.HashData(set);
        var bytes = (byte[])[.. hash, .. set];
        var count = (bytes.Length + Chunk - 1) / Chunk;
        var id = Base32Text.Encode(hash.AsSpan(0, 5)).ToUpperInvariant();
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => bytes.AsSpan(i * Chunk, Math.Min(Chunk, bytes.Length - (i * Chunk))).ToArray())
                .Select((part, i) => $"EN1/{id}/{i + 1}/{count}/{Base32Text.Encode(part).ToUpperInvariant()}"),
        ];
    }

    /// <summary>Every series in a text that somebody scanned, pasted or saved, in the order of their first codes; other words between the codes do no harm.</summary>
    public static IReadOnlyList<ReadSeries> Read(string text)
    {
        var series = new Dictionary<(string Id, int Count), SortedDictionary<int, byte[]>>();
        foreach (Match code in Code().Matches(text.Length <= MaxText ? text : text[..MaxText]))
        {
            var (i, n) = (Number(code.Groups[2]), Number(code.Groups[3]));
            if (i < 1 || i > n || n > MaxParts || code.Length > MaxPart || Bytes(code.Groups[4].Value) is not { } part)
                continue;
            var key = (code.Groups[1].Value, n);
            if (!series.TryGetValue(key, out var parts))
            {
                if (series.Count == MaxParts)
                    break;
                series[key] = parts = [];
            }
            // Two different parts under one number cannot both be right; the hash says which series they spoil.
            parts.TryAdd(i, part);
        }
        return [.. series.Select(s => Join(s.Key.Id, s.Key.Count, s.Value))];
    }

    private static ReadSeries Join(string id, int count, SortedDictionary<int, byte[]> parts)
    {
        if (parts.Count < count)
            return new ReadSeries(id, null, [.. Enumerable.Range(1, count).Where(i => !parts.ContainsKey(i))]);
        var bytes = parts.Values.SelectMany(p => p).ToArray();
        var whole =
            bytes.Length > HashBytes
            && SHA256.HashData(bytes.AsSpan(HashBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, HashBytes));
        return new ReadSeries(id, whole ? bytes[HashBytes..] : null, []);
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static byte[]? Bytes(string base32)
    {
        // One, three and six characters over are no whole number of bytes.
        if (base32.Length % 8 is 1 or 3 or 6)
            return null;
        return Base32Text.TryDecode(base32.ToLowerInvariant(), out var bytes) ? bytes : null;
    }

    [GeneratedRegex("EN1/([A-Z2-7]{8})/([0-9]{1,3})/([0-9]{1,3})/([A-Z2-7]{1,980})", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
