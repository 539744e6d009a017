using EdgeNode.Matching;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>Everything that can happen to a node. Each may come twice, late, or never.</summary>
public abstract record NodeInput;

/// <summary>The process has started: links are opened, unfinished jobs begin again.</summary>
public sealed record Started : NodeInput;

/// <summary>Time has come for what <see cref="Node.NextDue"/> named.</summary>
public sealed record TimerDue : NodeInput;

/// <param name="Ticket">Names the one who waits for the answer.</param>
public sealed record Asked(long Ticket, Command Command) : NodeInput;

/// <param name="Peer">Whose link.</param>
/// <param name="Stored">It is a relay that keeps what is sent while the peer is away.</param>
public sealed record LinkUp(Did Peer, bool Stored = false) : NodeInput;

public sealed record LinkDown(Did Peer) : NodeInput;

/// <summary>Bytes from a link. <paramref name="Peer"/> is whom the link belongs to; the gate checks that it also signed.</summary>
public sealed record Received(Did Peer, TopicKind Kind, byte[] Bytes) : NodeInput
{
    /// <summary>A bundle whose signatures were checked on the way; null when nobody did. It changes nothing but the time that the step takes.</summary>
    public Bundle? Foreseen { get; init; }

    /// <summary>TLS has shown that it came from this peer; by a relay anybody can send in anybody's name.</summary>
    public bool Proven { get; init; } = true;
}

/// <summary>
/// A link adapter cut a flood off before any signature was checked. <see cref="Proven"/>: TLS has shown that it was the peer's; what comes by a relay in its name may be
/// anybody's.
/// </summary>
public sealed record Flooded(Did Peer, int Dropped, bool Proven = true) : NodeInput;

/// <summary>A cabinet was seen on the local network: a hint.</summary>
public sealed record Seen(string Instance, string Did13, string Address, int Port, int PairPort) : NodeInput;

/// <summary>A claim was withdrawn or ran out; it is named by all it claimed but its address.</summary>
public sealed record Gone(string Instance, string Did13, int Port, int PairPort) : NodeInput;

/// <summary>The answer to a pairing frame of ours, or why there is none.</summary>
public sealed record PairReply(string Address, int PairPort, string Kind, byte[] Bytes, string TlsSpki, string? Fault)
    : NodeInput;

/// <summary>How much room the data disk has, in bytes; what is set apart for emergencies is not free.</summary>
public sealed record DiskMeasured(long Free, long Total) : NodeInput;

/// <summary>A matching run is finished, or failed with a reason.</summary>
public sealed record PlanReady(long PlanId, Plan? Plan, string? Fault) : NodeInput;

/// <summary>The power policy has come to another conclusion, or has something to tell the neighbours.</summary>
/// <param name="Facts">How it stands now.</param>
/// <param name="Tell">What the neighbours are to hear; null = nothing new.</param>
/// <param name="Why">mains, maintenance or household.</param>
/// <param name="BackAfter">For a going: not before this long; null = nobody knows.</param>
public sealed record PowerChanged(PowerFacts Facts, PowerWord? Tell, string Why, TimeSpan? BackAfter) : NodeInput;

/// <summary>What the sensors said over the last minute, for the history.</summary>
public sealed record PowerMinute(PowerFacts Facts) : NodeInput;

/// <summary>The answer to a command, given after the commit.</summary>
public sealed record Reply(long Ticket, Answer Answer) : Effect;

/// <summary>Print the stewards' code: it is made on first start and shown once.</summary>
public sealed record ShowStewardCode(string Code) : Effect;
