namespace EdgeNode.Sync.Io;

/// <summary>The broker cannot do its work; the message is one sentence that tells a steward what to do.</summary>
public sealed class BrokerException(string code, string sentence) : Exception(sentence)
{
    /// <summary>The same fault for programs, like <c>broker.port_in_use</c>.</summary>
    public string Code { get; } = code;
}
