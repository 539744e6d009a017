using System.Buffers.Binary;

namespace EdgeNode.Wire;

/// <summary>One category of a sketch with the units that are offered and needed, 65,535 standing for "that many or more".</summary>
public readonly record struct SketchCategory(uint Mark, ushort Offered, ushort Needed);

/// <summary>Somebody needs the one and offers the other.</summary>
public readonly record struct SketchMove(uint Needs, uint Offers);

/// <summary>The content of one part of a <see cref="PartnerSummaryBody"/>.</summary>
public sealed record PartnerSketch(IReadOnlyList<SketchCategory> Categories, IReadOnlyList<SketchMove> Moves)
{
    private const int CategorySize = 8;
    private const int MoveSize = 4;

    /// <summary>Bytes that this many categories and moves take before base64.</summary>
    public static int SizeOf(int categories, int moves) => categories * CategorySize + moves * MoveSize;

    /// <summary>Packs ascending; every mark of a move has to be among the categories.</summary>
    public (string Categories, string Moves) Pack()
    {
        SketchCategory[] sorted = [.. Categories.OrderBy(c => c.Mark)];
        var places = new Dictionary<uint, int>(sorted.Length);
        var table = new byte[sorted.Length * CategorySize];
        for (var i = 0; i < sorted.Length; i++)
        {
            places.Add(sorted[i].Mark, i);
            var at = table.AsSpan(i * CategorySize, CategorySize);
            BinaryPrimitives.WriteUInt32BigEndian(at, sorted[i].Mark);
            BinaryPrimitives.WriteUInt16BigEndian(at[4..], sorted[i].Offered);
            BinaryPrimitives.WriteUInt16BigEndian(at[6..], sorted[i].Needed);
        }
        uint[] pairs = [.. Moves.Select(m => ((uint)places[m.Needs] << 16) | (uint)places[m.Offers]).Order()];
        var moves = new byte[pairs.Length * MoveSize];
        for (var i = 0; i < pairs.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(moves.AsSpan(i * MoveSize), pairs[i]);
        return (Convert.ToBase64String(table), Convert.ToBase64String(moves));
    }

    /// <summary>Null for what <see cref="Pack"/> does not write.</summary>
    public static PartnerSketch? Unpack(string categories, string moves)
    {
        if (
            CategoryMarks.ReadBase64(categories, PartnerSummaryBody.MaxSketch) is not { } table
            || CategoryMarks.ReadBase64(moves, PartnerSummaryBody.MaxSketch) is not { } pairs
            || table.Length % CategorySize != 0
            || pairs.Length % MoveSize != 0
        )
            return null;
        var read = new SketchCategory[table.Length / CategorySize];
        for (var i = 0; i < read.Length; i++)
        {
            var at = table.AsSpan(i * CategorySize, CategorySize);
            read[i] = new(
                BinaryPrimitives.ReadUInt32BigEndian(at),
                BinaryPrimitives.ReadUInt16BigEndian(at[4..]),
                BinaryPrimitives.ReadUInt16BigEndian(at[6..])
            );
            if (i > 0 && read[i].Mark <= read[i - 1].Mark)
                return null;
        }
        return ReadMoves(pairs, read) is { } found ? new PartnerSketch(read, found) : null;
    }

    private static SketchMove[]? ReadMoves(byte[] pairs, SketchCategory[] categories)
    {
        var moves = new SketchMove[pairs.Length / MoveSize];
        for (var i = 0; i < moves.Length; i++)
        {
            var needs = BinaryPrimitives.ReadUInt16BigEndian(pairs.AsSpan(i * MoveSize));
            var offers = BinaryPrimitives.ReadUInt16BigEndian(pairs.AsSpan(i * MoveSize + 2));
            if (needs >= categories.Length || offers >= categories.Length)
                return null;
            moves[i] = new(categories[needs].Mark, categories[offers].Mark);
        }
        return moves;
    }
}
