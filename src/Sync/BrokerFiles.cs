using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace EdgeNode.Sync;

/// <summary>What one node's broker is told. All text is checked when the files are written; see <see cref="BrokerFiles.Config"/>.</summary>
public sealed record BrokerSettings
{
    /// <summary>The DID of the node the broker belongs to.</summary>
    public required string Did { get; init; }

    /// <summary>The one address both doors are bound to.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>The folder of the broker's files; everything in it is the broker's.</summary>
    public required string Folder { get; init; }

    /// <summary>The account the broker runs under: the node's own. Debian's mosquitto, started as root, else changes to an account that cannot read the key.</summary>
    public required string RunAs { get; init; }

    /// <summary>The peers' door, TLS with client certificates (default: 8883).</summary>
    public int Port { get; init; } = 8883;

    /// <summary>The node's own door, with a password (default: 1884; 1883 may be another program's).</summary>
    public int LocalPort { get; init; } = 1884;

    /// <summary>Bundles in flight towards one peer, at most (default: 256). With the number of peers it sets the broker's cap.</summary>
    public int WindowBundles { get; init; } = 256;
}

/// <summary>
/// The files a node's mosquitto is started with, as text. The broker is a wire, never a store and never trusted: it keeps nothing on disk,
/// retains nothing, knows nobody without a pinned certificate, and lets each peer write and read exactly the topics between itself and us.
/// Every value was tried on mosquitto 2.0.11; docs/decisions/0004 has the reasons.
/// </summary>
public static class BrokerFiles
{
    public const string ConfigFile = "mosquitto.conf";
    public const string PeersAclFile = "peers.acl";
    public const string NodeAclFile = "node.acl";
    public const string PasswordFile = "node.passwd";
    public const string CertificateFile = "node.crt";
    public const string KeyFile = "node.key";

    /// <summary>The folder of admitted peers' certificates, looked up by OpenSSL under <see cref="Wire.NodeCertificate.SubjectHash"/>.</summary>
    public const string PeersFolder = "peers";

    /// <summary>The name under which the node itself comes to its own door. No certificate can carry it there: that door has none.</summary>
    public const string LocalUser = "node";

    /// <summary>Bytes of one message's payload, at most. A bundle has up to 64,000 (see Wire).</summary>
    public const int MaxMessageBytes = 64 * 1024;

    /// <summary>Bytes of one MQTT packet, at most: the message, its topic (below 160) and its header (7); bounds what a stranger can make the broker allocate.</summary>
    public const int MaxPacketBytes = MaxMessageBytes + 1024;

    /// <summary>Bytes the broker may hold for one client beyond those in flight.</summary>
    public const int MaxQueuedBytes = 64 * 1024 * 1024;

    /// <summary>Bytes of salt in a password line, mosquitto's own choice.</summary>
    public const int SaltBytes = 12;

    private const int MinQueuedMessages = 1024;
    private const int PeerConnections = 1024; // one per peer; the rest is for strangers who fail to greet
    private const int LocalConnections = 16;
    private const int PasswordRounds = 101; // mosquitto's default; the password is 256 random bits, not a word

    /// <summary>mosquitto.conf for one node with <paramref name="peers"/> admitted peers.</summary>
    /// <exception cref="ArgumentException">A setting would not survive in the file: control characters, a bad DID, port or address.</exception>
    public static string Config(BrokerSettings settings, int peers)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegative(peers);
        Check(settings);
        var text = new StringBuilder();
        Line(text, "# Written by EdgeNode at every start; changes are lost. Why each line stands here: docs/decisions/0004.");
        Line(text, "per_listener_settings true");
        Line(text, "user " + settings.RunAs);
        General(text, settings.WindowBundles, peers);
        PeersDoor(text, settings);
        NodeDoor(text, settings);
        return text.ToString();
    }

    /// <summary>The access rules of the peers' door: each admitted peer writes only as itself to us and reads only what we send to it.</summary>
    public static string PeersAcl(string me, IEnumerable<string> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        var text = new StringBuilder();
        foreach (var peer in peers.Order(StringComparer.Ordinal))
        {
            Line(text, "user " + Did(peer));
            Line(text, "topic write " + Topic.Everything(to: me, from: peer));
            Line(text, "topic read " + Topic.Everything(to: peer, from: me));
        }
        return text.ToString();
    }

    /// <summary>The access rules of the node's own door.</summary>
    public static string NodeAcl() => $"user {LocalUser}\ntopic readwrite {Topic.Root}#\n";

    /// <summary>A password file with one user, in mosquitto's <c>$7$</c> form: PBKDF2 with HMAC-SHA-512, 64 bytes.</summary>
    public static string Passwords(string user, string password, ReadOnlySpan<byte> salt)
    {
        Plain(user, nameof(user));
        if (salt.Length != SaltBytes)
            throw new ArgumentException($"The salt has {SaltBytes} bytes.", nameof(salt));
        const int HashBytes = 64;
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, PasswordRounds, HashAlgorithmName.SHA512, HashBytes);
        return $"{user}:$7${PasswordRounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}\n";
    }

    /// <summary>The name of a peer's certificate in <see cref="PeersFolder"/>.</summary>
    public static string PeerFile(string did) => Did(did).Replace(':', '-') + ".pem";

    /// <summary>
    /// Messages the broker may hold for one client. The node's own client receives from all peers at once and the broker drops silently at
    /// its cap, so the cap lies above what all windows together can bring: 2 x peers x window.
    /// </summary>
    public static int QueuedMessages(int windowBundles, int peers) => Math.Max(MinQueuedMessages, 2 * peers * windowBundles);

    private static void General(StringBuilder text, int windowBundles, int peers)
    {
        Line(text, "persistence false");
        Line(text, "retain_available false");
        Line(text, "queue_qos0_messages false");
        Line(text, "persistent_client_expiration 1h");
        Line(text, "sys_interval 0");
        Line(text, "set_tcp_nodelay true");
        Line(text, "max_keepalive 300");
        Line(text, "max_inflight_messages 1000");
        Line(text, $"max_queued_messages {QueuedMessages(windowBundles, peers)}");
        Line(text, $"max_queued_bytes {MaxQueuedBytes}");
        Line(text, $"message_size_limit {MaxMessageBytes}");
        Line(text, $"max_packet_size {MaxPacketBytes}");
        Line(text, "log_dest stderr");
        Line(text, "log_timestamp false");
        Line(text, "log_type error");
        Line(text, "log_type warning");
        Line(text, "log_type notice");
        Line(text, "connection_messages true");
    }

    private static void PeersDoor(StringBuilder text, BrokerSettings settings)
    {
        Line(text, $"listener {settings.Port} {settings.Address}");
        Line(text, $"max_connections {PeerConnections}");
        Line(text, "allow_anonymous false");
        Line(text, "tls_version tlsv1.2");
        Line(text, "certfile " + Path.Join(settings.Folder, CertificateFile));
        Line(text, "keyfile " + Path.Join(settings.Folder, KeyFile));
        Line(text, "capath " + Path.Join(settings.Folder, PeersFolder));
        Line(text, "require_certificate true");
        Line(text, "use_identity_as_username true");
        Line(text, "use_username_as_clientid true");
        Line(text, "acl_file " + Path.Join(settings.Folder, PeersAclFile));
    }

    private static void NodeDoor(StringBuilder text, BrokerSettings settings)
    {
        Line(text, $"listener {settings.LocalPort} {settings.Address}");
        Line(text, $"max_connections {LocalConnections}");
        Line(text, "allow_anonymous false");
        Line(text, "password_file " + Path.Join(settings.Folder, PasswordFile));
        Line(text, "acl_file " + Path.Join(settings.Folder, NodeAclFile));
    }

    private static void Check(BrokerSettings settings)
    {
        Did(settings.Did);
        Plain(settings.RunAs, nameof(settings.RunAs));
        Plain(settings.Folder, nameof(settings.Folder));
        if (!Path.IsPathRooted(settings.Folder))
            throw new ArgumentException("The broker's folder is given as a full path.", nameof(settings));
        if (settings.Address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
            throw new ArgumentException("The broker listens on an IPv4 or IPv6 address.", nameof(settings));
        if (settings.Port is < 1 or > 65535 || settings.LocalPort is < 1 or > 65535 || settings.Port == settings.LocalPort)
            throw new ArgumentException("The broker has two different ports from 1 to 65535.", nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.WindowBundles, 1);
    }

    /// <summary>The file has one setting per line and no quoting: a line break in a value would be a new setting.</summary>
    private static void Plain(string value, string name)
    {
        if (value.Length is 0 or > 1024 || value.Any(char.IsControl) || value.Trim() != value)
            throw new ArgumentException("Not a value that can stand in a configuration line.", name);
    }

    private static string Did(string did) =>
        Topic.IsDid(did) ? did : throw new ArgumentException("Not the DID of a node.", nameof(did));

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
