using System.Net;
using EdgeNode.Wire;

namespace EdgeNode.Sync.Io;

/// <summary>The waits and bounds of a node's links.</summary>
public sealed record LinksOptions
{
    public static LinksOptions Default { get; } = new();

    /// <summary>Waits between tries to reach a peer.</summary>
    public BackOffOptions Retry { get; init; } = BackOffOptions.Default;

    /// <summary>Waits between tries to reach our own broker (default: 0.1 to 2 s).</summary>
    public BackOffOptions LocalRetry { get; init; } =
        new()
        {
            Quick = TimeSpan.FromSeconds(0.1),
            SlowFirst = TimeSpan.FromSeconds(0.1),
            SlowMost = TimeSpan.FromSeconds(2),
        };

    /// <summary>Longest time from TCP to a granted subscription (default: 8 s).</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Silence of ours after which a sign of life is sent (default: 3 s).</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Silence of the other side after which a link counts as dead (default: 8 s).</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Bytes towards one peer that no broker has acknowledged, at most (default: 1 MiB); beyond it <see cref="SendResult.Full"/>.</summary>
    public int MaxPendingBytes { get; init; } = 1024 * 1024;

    /// <summary>The relay that our stewards chose; null = none (default).</summary>
    public RelayOptions? Relay { get; init; }

    /// <summary>What one peer may send before anything is looked at.</summary>
    public FloodOptions Flood { get; init; } = new();
}

/// <summary>
/// How much one peer may send in bursts and lastingly. It protects the node from work, not its policy: quotas per class are Sync's. An
/// honest peer never has more than its window under way, so it meets these bounds only on a link faster than a cabinet's disk.
/// </summary>
public sealed record FloodOptions
{
    /// <summary>Messages a second (default: 5,000; a direct link with mutual TLS was measured at 2,200 large and 17,000 small ones).</summary>
    public int MessagesPerSecond { get; init; } = 5_000;

    /// <summary>Messages at once (default: 10,000).</summary>
    public int MessageBurst { get; init; } = 10_000;

    /// <summary>Bytes a second (default: 256 MiB).</summary>
    public int BytesPerSecond { get; init; } = 256 * 1024 * 1024;

    /// <summary>Bytes at once (default: 256 MiB).</summary>
    public int ByteBurst { get; init; } = 256 * 1024 * 1024;

    /// <summary>
    /// Shorter messages than this (default: 16 KiB) are small. An honest peer with much to send fills its bundles, and with little it sends one of each stream in a
    /// step, so many small ones a second come from nobody else.
    /// </summary>
    public int SmallBytes { get; init; } = 16 * 1024;

    /// <summary>Small messages a second (default: 500).</summary>
    public int SmallPerSecond { get; init; } = 500;

    /// <summary>Small messages at once (default: 1,000).</summary>
    public int SmallBurst { get; init; } = 1_000;

    /// <summary>
    /// A peer that has its share of what may wait here already is not heard for so long (default: 1 s). An honest one hardly ever has; otherwise a flood would have all the
    /// processor that the others leave.
    /// </summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// A peer to keep a link to. <see cref="Address"/> is null for one that is not reachable from here: then we wait for it to come to us.
/// The certificate is the pinned one; the peer's broker must show exactly this.
/// </summary>
public sealed record LinkTarget(string Did, IPAddress? Address, int Port, string CertificatePem)
{
    /// <summary>The peer's X25519 key (hex) when its bundles may also go by the relay; null = never.</summary>
    public string? SealKey { get; init; }
}

/// <summary>A relay: any MQTT 3.1.1 broker. It sees who sends how much to whom and when, and nothing of what is in it.</summary>
public sealed record RelayOptions
{
    /// <summary>Address or name and port of each door of the relay; a cluster has several, tried in turn.</summary>
    public required IReadOnlyList<(string Host, int Port)> Doors { get; init; }

    /// <summary>Seals to peers and opens what they sealed to us.</summary>
    public required Sealer Sealer { get; init; }
    public (string User, string Password)? Login { get; init; }

    /// <summary>PEM file of the relay's own certificate authority; null = no TLS.</summary>
    public string? AuthoritiesFile { get; init; }

    /// <summary>Silence after which the relay is asked for a sign of life (default: 30 s).</summary>
    public int KeepAliveSeconds { get; init; } = 30;
}

/// <summary>The relay as it is at this moment, for the stewards' pages.</summary>
/// <param name="Host">Its address or name.</param>
/// <param name="Port">Its port.</param>
/// <param name="IsUp">Connected and subscribed.</param>
/// <param name="LastFault">Why the last try or connection ended; null since it is up.</param>
/// <param name="Strangers">Messages from somebody whom no peer of ours is.</param>
public sealed record RelayStatus(string Host, int Port, bool IsUp, string? LastFault, long Strangers);

/// <summary>Over which broker messages to a peer go.</summary>
public enum LinkWay
{
    /// <summary>No way: messages stay in the outbox.</summary>
    None,

    /// <summary>We are connected to the peer's broker.</summary>
    Outgoing,

    /// <summary>The peer is connected to our broker.</summary>
    Incoming,

    /// <summary>Both use a relay that keeps messages; taken only when there is no direct way.</summary>
    Relay,
}

/// <summary>What became of a message that was to be sent. None of these is custody; that takes a receipt.</summary>
public enum SendResult
{
    /// <summary>On its way.</summary>
    Sent,

    /// <summary>There is no way to the peer now; <see cref="LinkUp"/> will say when there is.</summary>
    NoWay,

    /// <summary>Too much is under way to this peer; try again when receipts come.</summary>
    Full,
}

/// <summary>What happens on a node's links.</summary>
public abstract record LinkEvent;

/// <summary>
/// There is a way to the peer, or another one than before. Whatever was under way may be lost, so this is the moment to exchange what
/// each side has. The TLS layer has proven the peer's pinned key; the signed hello is still to come.
/// </summary>
public sealed record LinkUp(string Did, LinkWay Way) : LinkEvent;

/// <summary>There is no way to the peer any more.</summary>
public sealed record LinkDown(string Did, string Reason) : LinkEvent;

/// <summary>
/// A message for us. The signature inside decides who it is from; when <see cref="Proven"/>, TLS has shown already that it came from the holder of that peer's
/// pinned key. By a relay anybody there can send in anybody's name.
/// </summary>
public sealed record LinkMessage(string From, TopicKind Kind, string Class, byte[] Bytes, bool Proven) : LinkEvent;

/// <summary>
/// The peer sent faster than <see cref="FloodOptions"/> allow, or has its share of what may wait here already: so many messages were dropped unseen since this was
/// last said, at least one of them <see cref="Proven"/> to be the peer's.
/// </summary>
public sealed record LinkFlooded(string Did, int Dropped, bool Proven) : LinkEvent;

/// <summary>Our own broker takes and gives messages.</summary>
public sealed record BrokerUp : LinkEvent;

/// <summary>Our own broker cannot be reached; links that come in through it are down as well.</summary>
public sealed record BrokerDown(string Reason) : LinkEvent;

/// <summary>A link as it is at this moment, with its counters since it was opened; for the stewards' pages.</summary>
public sealed record LinkStatus
{
    public required string Did { get; init; }
    public required LinkWay Way { get; init; }

    /// <summary>A connection of ours to the peer's broker stands, whether messages go over it or not.</summary>
    public required bool Connected { get; init; }

    /// <summary>Why the last try or connection to the peer's broker ended; null when none has.</summary>
    public required string? LastFault { get; init; }

    /// <summary>Tries to reach the peer's broker.</summary>
    public required long Tries { get; init; }
    public required long MessagesIn { get; init; }
    public required long BytesIn { get; init; }
    public required long MessagesOut { get; init; }
    public required long BytesOut { get; init; }

    /// <summary>Messages dropped unseen because the peer sent too fast, or had too much waiting here.</summary>
    public required long Flooded { get; init; }

    /// <summary>Messages dropped because their topic was not one this peer may use, or they were too long.</summary>
    public required long Refused { get; init; }
}
