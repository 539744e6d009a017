namespace EdgeNode.Appliance.Web;

/// <summary>How a card's code is printed. Reading it back, with everything people do to it, is <c>CardLock.TryParse</c>.</summary>
public static class CardCode
{
    /// <summary>The code in groups that the eye can keep: five of four, one of six.</summary>
    public static IReadOnlyList<string> Groups(string code)
    {
        var upper = code.ToUpperInvariant();
        return [.. Enumerable.Range(0, 5).Select(i => upper.Substring(i * 4, 4)), upper[20..]];
    }
}
