using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>What <see cref="MdnsEngine"/> wants done or known.</summary>
public abstract record MdnsEffect;

/// <summary>Send these bytes on the link, from port 5353: to the multicast group, or to one host when <paramref name="To"/> names it.</summary>
public sealed record SendPacket(int Link, byte[] Packet, IPEndPoint? To = null) : MdnsEffect;

/// <summary>Somebody claims to be this cabinet; news.</summary>
public sealed record ServiceSeen(DiscoveredService Service) : MdnsEffect;

/// <summary>The addresses or the host name of a known claim changed.</summary>
public sealed record ServiceUpdated(DiscoveredService Service) : MdnsEffect;

/// <summary>The claim was withdrawn or ran out.</summary>
public sealed record ServiceGone(DiscoveredService Service) : MdnsEffect;

/// <summary>The wanted name is taken on this network; from now on we answer to <paramref name="Now"/>.</summary>
public sealed record NameChanged(string Before, string Now) : MdnsEffect;

/// <summary>The world outside would not do what was asked: a code, and a sentence that says what to do. From the runner only.</summary>
public sealed record DiscoveryProblem(string Code, string Sentence) : MdnsEffect;

/// <summary>What was counted since the start; for the steward's health page.</summary>
/// <param name="Received">Packets handed in, our own echoes left out.</param>
/// <param name="Malformed">Packets that did not parse.</param>
/// <param name="Refused">Claims refused or pushed out because the cache was full.</param>
/// <param name="Conflicts">Times that somebody claimed a name of ours.</param>
/// <param name="Throttled">Packets left unread because their sender sent too many.</param>
/// <param name="OffLink">Packets left aside because they came to us alone and nobody on this network sent or asked for them.</param>
public sealed record MdnsCounters(long Received, long Malformed, long Refused, long Conflicts, long Throttled, long OffLink);
