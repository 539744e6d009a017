namespace EdgeNode.Sync.Io;

/// <summary>Whose room the messages on one connection take until the broker acknowledges them or the connection ends.</summary>
internal sealed class LinksUnacknowledged
{
    private readonly Dictionary<int, (LinksPeer Peer, int Bytes)> _messages = [];

    public void Add(int messageId, LinksPeer peer, int bytes) => _messages[messageId] = (peer, bytes);

    public void Done(int messageId)
    {
        if (_messages.Remove(messageId, out var message))
            message.Peer.Release(message.Bytes);
    }

    public void Lost()
    {
        foreach (var (peer, bytes) in _messages.Values)
            peer.Release(bytes);
        _messages.Clear();
    }
}
