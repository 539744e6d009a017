using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>How much room the cabinet's disk has, in steps; each takes less from neighbours than the one before.</summary>
public enum DiskRoom
{
    Plenty,

    /// <summary>Under 15 % free: bulk is put off.</summary>
    NoBulk,

    /// <summary>Under 8 %: what neighbours share is put off; votes and receipts go on.</summary>
    NoForeign,

    /// <summary>Under 3 %: nothing new is kept, whoever brings it; receipts still free rows.</summary>
    ReadOnly,
}

public static class DiskRooms
{
    /// <summary>Free parts of the disk in thousandths below which a step begins. No absolute minimum: a small disk is a disk too.</summary>
    private static readonly (int Below, DiskRoom Room)[] Steps =
    [
        (30, DiskRoom.ReadOnly),
        (80, DiskRoom.NoForeign),
        (150, DiskRoom.NoBulk),
    ];

    /// <summary>It counts as better only this many thousandths above the step, so that it does not flutter.</summary>
    private const int Margin = 10;

    /// <summary>The step for this many free bytes, coming from <paramref name="before"/>.</summary>
    public static DiskRoom Of(long free, long total, DiskRoom before)
    {
        if (total <= 0)
            return before;
        var part = (int)(Math.Clamp(free, 0, total) / (total / 1000.0));
        var worst = At(part);
        if (worst >= before)
            return worst;
        var best = At(part - Margin);
        return best < before ? best : before;
    }

    /// <summary>The last stream from which neighbours' statements are taken.</summary>
    public static int LastStream(this DiskRoom room) =>
        room switch
        {
            DiskRoom.Plenty => DataMap.BulkStream,
            DiskRoom.NoBulk => DataMap.PublicStream,
            DiskRoom.NoForeign => DataMap.TrustStream,
            _ => -1,
        };

    public static string Word(this DiskRoom room) =>
        room switch
        {
            DiskRoom.Plenty => "plenty",
            DiskRoom.NoBulk => "no-bulk",
            DiskRoom.NoForeign => "no-foreign",
            _ => "read-only",
        };

    private static DiskRoom At(int part)
    {
        foreach (var (below, room) in Steps)
        {
            if (part < below)
                return room;
        }
        return DiskRoom.Plenty;
    }
}
