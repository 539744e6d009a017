using EdgeNode.Sync.Courier;

namespace EdgeNode.Appliance.Web;

/// <summary>A set that a steward takes along.</summary>
/// <param name="Set">The bytes.</param>
/// <param name="Files">Sealed files in it.</param>
/// <param name="IsAll">False when more waits than fits; the rest goes another time.</param>
public sealed record PackedBag(byte[] Set, int Files, bool IsAll);

/// <summary>Fills a set of bounded size with what waits for a neighbour, in the order of its importance.</summary>
public static class CourierBag
{
    /// <summary>Most pages asked of the node for one bag; a page has 1 MiB or all there is.</summary>
    private const int MostPages = 4;

    public static async Task<Outcome<PackedBag>> Pack(IDesk desk, string peer, int maxBytes, CancellationToken token)
    {
        var (files, size) = (new List<byte[]>(), CourierSet.EmptySize);
        IReadOnlyList<Wire.HaveStream> after = [];
        for (var page = 0; page < MostPages; page++)
        {
            var asked = await desk.CarryOut(peer, after, token);
            if (asked.Value is not { } parcel)
            {
                return asked.Refusal!;
            }

            foreach (var file in parcel.Files)
            {
                size += CourierSet.SizeOf(file.Bytes.Length);
                if (size > maxBytes || files.Count == CourierSet.MaxFiles)
                {
                    return new PackedBag(CourierSet.Pack(files), files.Count, false);
                }

                files.Add(file.Bytes);
            }

            if (!parcel.More)
            {
                return new PackedBag(CourierSet.Pack(files), files.Count, true);
            }

            after = parcel.After;
        }

        return new PackedBag(CourierSet.Pack(files), files.Count, false);
    }
}
