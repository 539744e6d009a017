using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>How a packet came to us.</summary>
/// <param name="Link">Over which link.</param>
/// <param name="Source">From whom; anybody on the network can forge it.</param>
/// <param name="ToGroup">To the multicast group; otherwise to an address of ours alone.</param>
internal readonly record struct Arrival(int Link, IPEndPoint Source, bool ToGroup)
{
    /// <summary>A plain resolver asks, not a multicast DNS host: it hears nothing that goes to the group (RFC 6762 section 6.7).</summary>
    public bool IsLegacy => Source.Port != MdnsNames.Port;
}
