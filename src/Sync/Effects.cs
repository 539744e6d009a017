using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>Hand a bundle, receipt or have to the link of a peer. Lost when the link is down: the outbox is the only memory.</summary>
public sealed record SendOnLink(Did Peer, TopicKind Kind, string Class, byte[] Bytes) : Effect;

/// <summary>Something that a page shows has changed: one resident's (their DID), the stewards', or what everybody sees.</summary>
public sealed record PageChanged(string Reader) : Effect
{
    public const string Stewards = "stewards";

    /// <summary>What stands on everybody's pages: which neighbours are in contact, how much is offered and needed.</summary>
    public const string Everybody = "everybody";
}
