using System.Security.Cryptography;
using EdgeNode.Store.Io;
using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Sync.Io;

/// <summary>
/// Blobs as files named by their SHA-256, in two levels of folders; what is fetched grows in <c>part/</c> and gets its name when it is whole and its hash is right.
/// A name is always 64 hex digits that were checked here: no path ever comes from the wire. Mode 0600. Any thread.
/// </summary>
public sealed class BlobStore
{
    private readonly string _root;
    private readonly string _parts;
    private readonly DateTime _opened = DateTime.UtcNow;
    private long _temporary;

    /// <param name="root">The folder; made when it is missing.</param>
    public BlobStore(string root)
    {
        (_root, _parts) = (root, Path.Combine(root, "part"));
        MakeFolder(_root);
        MakeFolder(_parts);
    }

    /// <summary>Bytes of a blob that is here whole; null when it is not.</summary>
    public long? Length(string sha256) => DurableFile.Length(PathOf(sha256));

    /// <summary>Bytes fetched so far.</summary>
    public long PartLength(string sha256) => PartLength(_root, sha256);

    /// <summary>The same for who only reads a cabinet's folder.</summary>
    public static long PartLength(string root, string sha256) =>
        Sha.IsHex(sha256) ? DurableFile.Length(Path.Combine(root, "part", sha256)) ?? 0 : 0;

    /// <summary>Opens a blob for reading; null when it is not here.</summary>
    public FileStream? Open(string sha256)
    {
        try
        {
            return new FileStream(PathOf(sha256), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Keeps bytes of this cabinet's own, durably; returns their hash. Keeping the same twice changes nothing.</summary>
    public string Put(ReadOnlySpan<byte> bytes)
    {
        var sha256 = Sha.Hex(bytes);
        var part = Path.Combine(_parts, $"{sha256}.{Interlocked.Increment(ref _temporary)}");
        File.Delete(part);
        using (var file = New(part))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        Publish(part, sha256);
        return sha256;
    }

    /// <summary>Opens the part of a blob to go on behind what is there, or anew.</summary>
    public FileStream OpenPart(string sha256, bool anew)
    {
        var part = PartOf(sha256);
        if (anew || !File.Exists(part))
        {
            File.Delete(part);
            return New(part);
        }
        var file = new FileStream(part, FileMode.Open, FileAccess.Write, FileShare.Read);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    public void DropPart(string sha256) => File.Delete(PartOf(sha256));

    /// <summary>
    /// The part is as long as it is to be: when its hash is right it becomes the blob, durably, and its media type is told. With another hash it is deleted: null.
    /// </summary>
    public async Task<(string? Type, bool IsRight)> FinishAsync(string sha256, CancellationToken token)
    {
        var part = PartOf(sha256);
        string? type;
        var file = new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        await using (file.ConfigureAwait(false))
        {
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, token).ConfigureAwait(false));
            if (hash != sha256)
            {
                File.Delete(part);
                return (null, false);
            }
            var head = new byte[BlobRef.HeadLength];
            file.Seek(0, SeekOrigin.Begin);
            var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, token).ConfigureAwait(false);
            type = BlobRef.TypeOf(head.AsSpan(0, read));
            file.Flush(flushToDisk: true);
        }
        if (type is null)
            File.Delete(part);
        else
            Publish(part, sha256);
        return (type, true);
    }

    /// <summary>Deletes a blob and its part; one that is not there is no fault.</summary>
    public void Delete(string sha256)
    {
        DropPart(sha256);
        var path = PathOf(sha256);
        if (!File.Exists(path))
            return;
        File.Delete(path);
        DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>
    /// Deletes files older than this run that nothing asks for, and returns which blobs that should be here are not, or have another length.
    /// </summary>
    public List<string> Sweep(IReadOnlyDictionary<string, long> here, IReadOnlySet<string> wanted)
    {
        foreach (var file in new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            var isPart = file.DirectoryName == new DirectoryInfo(_parts).FullName;
            var keeps = isPart ? wanted.Contains(file.Name) : here.ContainsKey(file.Name);
            if (!keeps && file.LastWriteTimeUtc < _opened)
                file.Delete();
        }
        return [.. here.Where(h => Length(h.Key) != h.Value).Select(h => h.Key)];
    }

    private void Publish(string part, string sha256)
    {
        var path = PathOf(sha256);
        var inner = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(inner))
        {
            var outer = Path.GetDirectoryName(inner)!;
            MakeFolder(inner);
            DurableFile.SyncFolder(_root);
            DurableFile.SyncFolder(outer);
        }
        File.Move(part, path, overwrite: true);
        DurableFile.SyncFolder(inner);
    }

    private string PathOf(string sha256) => Path.Combine(_root, Checked(sha256)[..2], sha256[2..4], sha256);

    private string PartOf(string sha256) => Path.Combine(_parts, Checked(sha256));

    private static string Checked(string sha256)
    {
        Invariant.Hold(Sha.IsHex(sha256), "a blob is named by its hash and by nothing else");
        return sha256;
    }

    private static FileStream New(string path) =>
        new(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.Read,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );

    private static void MakeFolder(string path) =>
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
