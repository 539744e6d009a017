namespace EdgeNode.Store;

/// <summary>The database cannot be used. The message says what was found and what to do; nothing was changed.</summary>
public sealed class StoreException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>For the runbook, such as <c>store.corrupt</c>.</summary>
    public string Code { get; } = code;
}
