using System.Text;

namespace EdgeNode.Sync.Courier;

/// <summary>
/// What somebody hands in: a sealed file, a set, or text with scanned QR codes. Only the form is looked at here; the files are judged by the node.
/// </summary>
/// <param name="Files">Sealed files.</param>
/// <param name="Missing">Of series that are not whole: the numbers of the codes still to scan.</param>
/// <param name="Spoiled">A set or series that is not what its writer wrote.</param>
public sealed record Brought(IReadOnlyList<byte[]> Files, IReadOnlyList<int> Missing, bool Spoiled)
{
    private static ReadOnlySpan<byte> Age => "age-encryption.org/"u8;

    /// <summary>Reads any of the three; nothing that we know gives no files.</summary>
    public static Brought Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Age))
            return bytes.Length <= CourierSet.MaxFile ? new Brought([bytes.ToArray()], [], false) : new Brought([], [], true);
        if (CourierSet.IsSet(bytes))
            return CourierSet.TryUnpack(bytes) is { } files ? new Brought(files, [], false) : new Brought([], [], true);
        return OfText(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, QrSeries.MaxText)]));
    }

    /// <summary>Reads scanned QR codes.</summary>
    public static Brought OfText(string text)
    {
        var files = new List<byte[]>();
        var missing = new List<int>();
        var spoiled = false;
        foreach (var series in QrSeries.Read(text))
        {
            missing.AddRange(series.Missing);
            if (series.Set is { } set && CourierSet.TryUnpack(set) is { } unpacked)
                files.AddRange(unpacked);
            else if (series.Missing.Count == 0)
                spoiled = true;
        }
        return new Brought(files, missing, spoiled);
    }
}
