using EdgeNode.Wire;

namespace EdgeNode.Sync.Courier;

/// <summary>One sealed frame of a courier, under the name it has on a stick.</summary>
public sealed record SealedFile(string Name, byte[] Bytes);

/// <summary>What a cabinet gives a courier in one step.</summary>
/// <param name="Files">In the order in which they are to be handed over.</param>
/// <param name="After">The last bundle per stream so far: what the next page is asked with.</param>
/// <param name="More">There may be another page.</param>
public sealed record Parcel(IReadOnlyList<SealedFile> Files, IReadOnlyList<HaveStream> After, bool More);

/// <summary>What became of the files that a courier brought.</summary>
/// <param name="Taken">Bundles taken over.</param>
/// <param name="Known">Bundles that were here already: their receipt is given again.</param>
/// <param name="Early">Bundles before which others are missing: they are taken when those have come.</param>
/// <param name="Words">Receipts and haves.</param>
/// <param name="Foreign">Sealed to another cabinet, or from one that is no neighbour.</param>
/// <param name="Broken">Not whole, or nothing this program wrote.</param>
/// <param name="Refused">From a neighbour, and refused with a code that its steward's page counts.</param>
/// <param name="Senders">Neighbours who sent something, by DID.</param>
public sealed record Delivered(
    int Taken,
    int Known,
    int Early,
    int Words,
    int Foreign,
    int Broken,
    int Refused,
    IReadOnlyList<string> Senders
)
{
    public static Delivered Nothing { get; } = new(0, 0, 0, 0, 0, 0, 0, []);

    public Delivered Plus(Delivered other) =>
        new(
            Taken + other.Taken,
            Known + other.Known,
            Early + other.Early,
            Words + other.Words,
            Foreign + other.Foreign,
            Broken + other.Broken,
            Refused + other.Refused,
            [.. Senders.Union(other.Senders).Order(StringComparer.Ordinal)]
        );
}

/// <summary>A frame as it came out of a sealed file: what it says it is, before any signature was checked.</summary>
public sealed record OpenedFrame(TopicKind Kind, Did From, int Stream, long Seq, byte[] Bytes)
{
    /// <summary>Null when it is no frame that neighbours send each other.</summary>
    public static OpenedFrame? TryRead(byte[] bytes)
    {
        if (Frame.TryRead(bytes, Control.MaxBody, out _) is not { } frame)
            return null;
        if (WireJson.Read(frame.Header.Span, WireJson.Default.BundleHeader) is { Kind: Kinds.Bundle } bundle)
            return Did.TryParse(bundle.From, out var from)
                ? new OpenedFrame(TopicKind.Data, from, bundle.Stream, bundle.Seq, bytes)
                : null;
        if (
            WireJson.Read(frame.Header.Span, WireJson.Default.ControlHeader) is not { } header
            || !Did.TryParse(header.From, out var sender)
        )
            return null;
        return header.Kind switch
        {
            Kinds.Receipt => new OpenedFrame(TopicKind.Receipt, sender, 0, 0, bytes),
            Kinds.Have => new OpenedFrame(TopicKind.Have, sender, 0, 0, bytes),
            _ => null,
        };
    }
}
