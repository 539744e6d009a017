using EdgeNode.Store.Io;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// A file of real bytes on the data disk that is given up when the disk is full, so that receipts can still be written and the cabinet can end in order. While
/// it is missing its size is not counted as free: what it made room for is not for new things.
/// </summary>
public sealed class Ballast
{
    /// <summary>The smaller of 16 MiB and an eighth of the file system, in whole pages.</summary>
    public const long Most = 16L << 20;

    /// <summary>It is laid down again only when this part of the disk, in percent, stays free beside it.</summary>
    private const int LeaveFree = 9;

    private static readonly byte[] Block = MakeBlock();

    private readonly string _path;
    private readonly DriveInfo _disk;

    public Ballast(string folder)
    {
        _path = Path.Combine(folder, "ballast");
        _disk = new DriveInfo(folder);
        Size = Math.Min(Most, _disk.TotalSize / 8) / 4096 * 4096;
    }

    public long Size { get; }

    public long Total => _disk.TotalSize;

    /// <summary>Bytes that are free and not spoken for.</summary>
    public long Free => Math.Max(0, _disk.AvailableFreeSpace - (Size - Here));

    private long Here => DurableFile.Length(_path) ?? 0;

    /// <summary>Lays it down when there is room for it; a disk that refuses is left as it is.</summary>
    public void Restore()
    {
        if (Here >= Size || _disk.AvailableFreeSpace - (Size - Here) < Total / 100 * LeaveFree)
            return;
        try
        {
            using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
            file.Seek(0, SeekOrigin.End);
            while (file.Length < Size)
                file.Write(Block, 0, (int)Math.Min(Block.Length, Size - file.Length));
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // No room after all: half a ballast would be in the way.
            Release();
        }
    }

    /// <summary>Gives its bytes back to the disk.</summary>
    public void Release()
    {
        try
        {
            File.Delete(_path);
        }
        catch (IOException)
        {
            // A disk that does not even delete is told of by the database.
        }
    }

    /// <summary>Not zeros: a file system that compresses or leaves holes would keep nothing in reserve.</summary>
    private static byte[] MakeBlock()
    {
        var block = new byte[64 * 1024];
        var state = 0x9E3779B97F4A7C15UL;
        for (var i = 0; i < block.Length; i++)
        {
            // xorshift64 (Marsaglia 2003); bits are meant to fall off.
            state ^= unchecked(state << 13);
            state ^= state >> 7;
            state ^= unchecked(state << 17);
            block[i] = (byte)(state & 0xFF);
        }
        return block;
    }
}

/// <summary>Measures the data disk now and then, tells the node, and keeps the ballast.</summary>
internal sealed class DiskWatch : IAsyncDisposable
{
    /// <summary>Between two looks (2 s): one call into the kernel, so that writing goes on soon after there is room.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly Ballast _ballast;
    private readonly Func<NodeInput, bool> _post;
    private readonly PeriodicTimer _timer = new(Every);
    private readonly Task _watching;
    private DiskMeasured? _told;
    private int _again;
    private int _looks;

    /// <summary>Every so many looks the node is told in any case: it may have been made anew meanwhile (1 min).</summary>
    private const int TellEvery = 30;

    public DiskWatch(Ballast ballast, Func<NodeInput, bool> post)
    {
        (_ballast, _post) = (ballast, post);
        Look();
        _watching = WatchAsync();
    }

    /// <summary>
    /// The next look is told whatever it sees: a disk that was full between two looks would seem the same as before, and the node would keep nothing new until it is
    /// told otherwise. From any thread.
    /// </summary>
    public void TellAgain() => Volatile.Write(ref _again, 1);

    private async Task WatchAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
            Look();
    }

    /// <summary>The node hears of it when it is another thousandth of the disk than before, and once a minute.</summary>
    private void Look()
    {
        try
        {
            var again = Interlocked.Exchange(ref _again, 0) == 1;
            _ballast.Restore();
            var (free, total) = (_ballast.Free, _ballast.Total);
            if (
                _looks++ % TellEvery != 0
                && !again
                && _told is { } told
                && total == told.Total
                && free / Math.Max(1, total / 1000) == told.Free / Math.Max(1, total / 1000)
            )
                return;
            var measured = new DiskMeasured(free, total);
            if (_post(measured))
                _told = measured;
            else
                TellAgain();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that cannot be asked: the next look tells, and the database meets the fault itself.
            TellAgain();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
