using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Store;
using EdgeNode.Store.Io;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// The folder of one cabinet: database, key, genesis, certificate. Locked for one process at a time; key files have mode 0600 and are written by
/// temporary, fsync, rename, fsync of the folder.
/// </summary>
public sealed class DataFolder : IDisposable
{
    /// <summary>What the system says of a file that another process has locked (EWOULDBLOCK) and of a full disk (ENOSPC), on Linux.</summary>
    private const int WouldBlock = 11;
    private const int NoSpace = 28;

    /// <summary>The folder of blobs within it.</summary>
    public const string Blobs = "blobs";

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
        Store = new StoreFile(System.IO.Path.Combine(path, "edgenode.db"));
    }

    public string Path { get; }
    public StoreFile Store { get; }

    /// <exception cref="SetupException">Another process has it, or it cannot be written.</exception>
    public static DataFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var held = new FileStream(
                System.IO.Path.Combine(full, "lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
            return new DataFolder(full, held);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw Explain(e, full);
        }
    }

    /// <summary>Whether a process runs on the folder, without touching it.</summary>
    public static bool IsInUse(string path)
    {
        try
        {
            using var held = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>A sentence for what the file system refused in the folder.</summary>
    public static SetupException Explain(Exception e, string folder) =>
        e.HResult switch
        {
            WouldBlock => new(
                "folder.in_use",
                $"Another edgenode runs on {folder}. Stop it first, or use another folder with --data.",
                e
            ),
            NoSpace => new("store.full", $"The disk of {folder} is full. Nothing is lost; free some space and start again.", e),
            _ => new(
                "folder.no_access",
                $"The folder {folder} cannot be written ({e.Message.TrimEnd('.')}). Use another with --data or change its owner.",
                e
            ),
        };

    /// <summary>The node's key, identity and certificate; made on first start and the same ever after.</summary>
    public (NodeKey Key, Identity Identity, X509Certificate2 Certificate) OpenIdentity(Entropy entropy)
    {
        var (keyFile, genesisFile, certificateFile) = (PathOf("node.key"), PathOf("node.genesis"), PathOf("node.crt"));
        if (!File.Exists(keyFile))
        {
            if (File.Exists(Store.Path))
                throw new SetupException(
                    "folder.no_key",
                    $"The database is there but the key {keyFile} is gone. Restore the key with the database, or move both away to start anew."
                );
            Make(entropy, keyFile, genesisFile);
        }
        var secrets = File.ReadAllBytes(keyFile);
        if (secrets.Length != 64)
            throw new SetupException(
                "folder.bad_key",
                $"The key {keyFile} is damaged: it must have 64 bytes. Restore it from a copy."
            );
        var key = ReadKey(keyFile, secrets);
        using var p256 = new P256();
        var identity = File.Exists(genesisFile) ? Identity.Verify(File.ReadAllBytes(genesisFile), p256) : null;
        if (identity is null || identity.Key != key.PublicKey)
            throw new SetupException(
                "folder.bad_genesis",
                $"The file {genesisFile} does not belong to the key beside it. Restore both from the same copy."
            );
        return (key, identity, OpenCertificate(certificateFile, key, identity));
    }

    /// <summary>A secret of this cabinet that people copy into other programs, such as the NUT password; made at first use, 26 characters.</summary>
    public string Secret(string name, Entropy entropy)
    {
        var file = PathOf(name);
        if (!File.Exists(file))
            DurableFile.Write(file, System.Text.Encoding.ASCII.GetBytes(entropy.Hex(13) + "\n"));
        return File.ReadAllText(file).Trim();
    }

    /// <summary>A login that a steward wrote into a file of the folder: user and password, each on a line of its own; null without the file.</summary>
    public (string User, string Password)? Login(string name)
    {
        var file = PathOf(name);
        return File.Exists(file) && File.ReadAllLines(file) is [var user, var password, ..]
            ? (user.Trim(), password.Trim())
            : null;
    }

    /// <summary>The secret behind the sealing key of the genesis; <see cref="OpenIdentity"/> has made it.</summary>
    public Sealer OpenSealer(Identity identity, Entropy entropy)
    {
        var secret = File.ReadAllBytes(PathOf("node.key"))[32..64];
        if (Convert.ToHexStringLower(Sodium.X25519PublicKey(secret)) != identity.Seal)
            throw new SetupException(
                "folder.bad_key",
                $"The key {PathOf("node.key")} does not open what neighbours seal to this node. Restore it from the same copy as the genesis."
            );
        return new Sealer(secret, entropy);
    }

    /// <summary>Free bytes on the disk of the folder.</summary>
    public long FreeBytes() => new DriveInfo(Path).AvailableFreeSpace;

    private string PathOf(string name) => System.IO.Path.Combine(Path, name);

    private static void Make(Entropy entropy, string keyFile, string genesisFile)
    {
        using var key = NodeKey.Create(entropy);
        var seal = entropy.Bytes(32);
        var identity = Identity.CreateNode(key, Sodium.X25519PublicKey(seal), entropy);
        // The genesis first: a key without it is never seen, whatever the moment of a power cut.
        DurableFile.Write(genesisFile, identity.Genesis);
        DurableFile.Write(keyFile, [.. key.ExportScalar(), .. seal]);
    }

    private static X509Certificate2 OpenCertificate(string file, NodeKey key, Identity identity)
    {
        if (!File.Exists(file))
        {
            using var made = NodeCertificate.Create(key.Ecdsa, identity.Did.Value);
            DurableFile.Write(file, System.Text.Encoding.ASCII.GetBytes(NodeCertificate.ToPem(made)));
        }
        using var certificate = ReadCertificate(file);
        if (
            certificate is null
            || NodeCertificate.Check(certificate, identity.Did.Value) is not null
            || CertificateKey.Of(certificate)?.DidKey != key.PublicKey
        )
            throw new SetupException(
                "folder.bad_certificate",
                $"The certificate {file} is not that of this node's key. Move it away; it is made anew."
            );
        return certificate.CopyWithPrivateKey(key.Ecdsa);
    }

    private static NodeKey ReadKey(string file, byte[] secrets)
    {
        try
        {
            return NodeKey.FromScalar(secrets.AsSpan(0, 32));
        }
        catch (CryptographicException e)
        {
            throw new SetupException(
                "folder.bad_key",
                $"The key {file} is damaged: it is no P-256 key. Restore it from a copy.",
                e
            );
        }
    }

    /// <summary>Null for a file that a bad disk or a careless hand has left without a certificate in it.</summary>
    private static X509Certificate2? ReadCertificate(string file)
    {
        try
        {
            return NodeCertificate.FromPem(File.ReadAllText(file));
        }
        catch (CryptographicException)
        {
            // Translated: the caller says which file it is and what to do.
            return null;
        }
    }

    public void Dispose() => _lock.Dispose();
}
