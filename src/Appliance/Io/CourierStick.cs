using EdgeNode.Store.Io;
using EdgeNode.Sync.Courier;

namespace EdgeNode.Appliance.Io;

/// <summary>A courier's stick could not be read or written; the message is a sentence that says what to do.</summary>
public sealed class CourierException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}

/// <summary>
/// The files of a stick. Each is written whole or not at all; what an interrupted copy left is never read. Only names of our own form are read, and only files
/// that we wrote are removed.
/// </summary>
public static class CourierStick
{
    /// <summary>What the system says of a full disk (ENOSPC) and of a medium that may only be read (EROFS), on Linux.</summary>
    private const int NoSpace = 28;
    private const int ReadOnlyMedium = 30;

    /// <summary>The folder of this receiver that belongs to this sender; made if need be.</summary>
    /// <exception cref="CourierException">There is no stick, or it cannot be written.</exception>
    public static string Claim(string stick, string receiver13, string sender13)
    {
        if (!Directory.Exists(stick))
            throw new CourierException("courier.no_stick", $"There is no folder {stick}. Is the stick plugged in and mounted?");
        return Guarded(stick, () => Claimed(stick, receiver13, sender13));
    }

    /// <exception cref="CourierException">The stick is full or cannot be written; what is on it is whole.</exception>
    public static void Write(string folder, SealedFile file) =>
        Guarded(
            folder,
            () =>
            {
                DurableFile.Write(Path.Combine(folder, file.Name), file.Bytes);
                return 0;
            }
        );

    /// <summary>Removes what an earlier export left and nobody needs any more: its receipts have come.</summary>
    public static int RemoveOthers(string folder, IReadOnlySet<string> keep)
    {
        var gone = Directory
            .EnumerateFiles(folder)
            .Where(f =>
                (CourierNames.IsOurs(Path.GetFileName(f)) && !keep.Contains(Path.GetFileName(f)))
                || f.EndsWith(".age.new", StringComparison.Ordinal)
            )
            .Take(CourierNames.MaxFiles)
            .ToList();
        gone.ForEach(File.Delete);
        return gone.Count;
    }

    /// <summary>The files meant for a receiver, in the order in which they are to be handed over.</summary>
    /// <exception cref="CourierException">There is nothing of ours on it, or nothing for this cabinet.</exception>
    public static IReadOnlyList<string> FilesFor(string stick, string receiver13)
    {
        var root =
            Path.GetFileName(Path.TrimEndingDirectorySeparator(stick)) == CourierNames.Root
                ? stick
                : Path.Combine(stick, CourierNames.Root);
        if (!Directory.Exists(root))
            throw new CourierException(
                "courier.foreign_stick",
                $"There is nothing from a cabinet on {stick}: it has no folder named {CourierNames.Root}."
            );
        var folders = Directory.EnumerateDirectories(root).ToList();
        var ours = folders.Where(f => CourierNames.IsFor(Path.GetFileName(f), receiver13)).Order(StringComparer.Ordinal).ToList();
        if (ours.Count == 0)
            throw new CourierException(
                "courier.not_for_us",
                $"Nothing on {stick} is for this cabinet ({receiver13}); it has something for {folders.Count} other cabinets."
            );
        return
        [
            .. ours.SelectMany(folder =>
                    Directory
                        .EnumerateFiles(folder)
                        .Where(f => CourierNames.IsOurs(Path.GetFileName(f)))
                        .OrderBy(f => CourierNames.OrderOf(Path.GetFileName(f)))
                )
                .Take(CourierNames.MaxFiles),
        ];
    }

    /// <summary>A file of bounded size; longer ones are nothing of ours and come as no bytes.</summary>
    /// <exception cref="CourierException">It cannot be read.</exception>
    public static byte[] Read(string path, int maxBytes)
    {
        try
        {
            return new FileInfo(path).Length <= maxBytes ? File.ReadAllBytes(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CourierException("courier.unreadable", $"{path} cannot be read: {e.Message}", e);
        }
    }

    private static string Claimed(string stick, string receiver13, string sender13)
    {
        foreach (var name in new[] { receiver13, $"{receiver13}-{sender13}" })
        {
            var folder = Path.Combine(stick, CourierNames.Root, name);
            var owner = Path.Combine(folder, CourierNames.Owner);
            Directory.CreateDirectory(folder);
            if (!File.Exists(owner) && !Directory.EnumerateFiles(folder).Any(f => CourierNames.IsOurs(Path.GetFileName(f))))
                DurableFile.Write(owner, System.Text.Encoding.ASCII.GetBytes(sender13));
            if (File.Exists(owner) && File.ReadAllText(owner).Trim() == sender13)
                return folder;
        }
        throw new CourierException(
            "courier.stick_taken",
            $"The folders for {receiver13} on {stick} belong to other senders. Use another stick."
        );
    }

    private static T Guarded<T>(string place, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (IOException e) when ((e.HResult & 0xFFFF) == NoSpace)
        {
            throw new CourierException(
                "courier.stick_full",
                $"The stick at {place} is full. What is on it already is whole and can travel; free some space or take another stick for the rest.",
                e
            );
        }
        catch (IOException e) when ((e.HResult & 0xFFFF) == ReadOnlyMedium)
        {
            throw new CourierException("courier.read_only", $"The stick at {place} is write-protected.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CourierException("courier.unwritable", $"The stick at {place} cannot be written: {e.Message}", e);
        }
    }
}
