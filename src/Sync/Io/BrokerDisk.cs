using System.Text;
using EdgeNode.Store.Io;
using EdgeNode.Wire;

namespace EdgeNode.Sync.Io;

/// <summary>
/// The broker's folder: mode 0700, files 0600, each replaced in one step and made durable, none rewritten that has not changed. One
/// writer at a time; <see cref="Broker"/> sees to that.
/// </summary>
internal sealed class BrokerDisk
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;
    private readonly string _folder;
    private readonly string _peers;

    public BrokerDisk(string folder)
    {
        _folder = folder;
        _peers = Path.Join(folder, BrokerFiles.PeersFolder);
        foreach (var each in (string[])[_folder, _peers])
        {
            Directory.CreateDirectory(each, OwnerFolder);
            File.SetUnixFileMode(each, OwnerFolder);
        }
    }

    public string PathOf(string file) => Path.Join(_folder, file);

    /// <summary>Replaces a file of the folder by <paramref name="text"/>, unless that is what it holds.</summary>
    public void Write(string file, string text)
    {
        var path = PathOf(file);
        if (Holds(path, text))
            return;
        DurableFile.Write(path, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Leaves exactly these peers' certificates in the folder of trusted ones.</summary>
    public void SetPeers(IReadOnlyDictionary<string, string> peers)
    {
        var wanted = peers.Keys.Select(BrokerFiles.PeerFile).ToHashSet();
        foreach (var path in Directory.GetFiles(_peers))
            if (!wanted.Contains(Path.GetFileName(path)))
                File.Delete(path);
        foreach (var (did, pem) in peers)
            PutPeer(did, pem);
    }

    /// <summary>Adds a peer's certificate and the link under which OpenSSL finds it: what <c>openssl rehash</c> does, for one file.</summary>
    public void PutPeer(string did, string pem)
    {
        var file = BrokerFiles.PeerFile(did);
        Write(Path.Join(BrokerFiles.PeersFolder, file), pem);
        var hash = NodeCertificate.SubjectHash(did);
        for (int n = 0; ; n++)
        {
            var link = new FileInfo(Path.Join(_peers, $"{hash}.{n}"));
            if (link.LinkTarget == file)
                return;
            if (link.LinkTarget is not null || link.Exists)
                continue; // another peer whose name has the same hash: the next number is searched too
            File.CreateSymbolicLink(link.FullName, file);
            return;
        }
    }

    private static bool Holds(string path, string text) =>
        File.Exists(path) && File.GetUnixFileMode(path) == OwnerOnly && File.ReadAllText(path) == text;
}
