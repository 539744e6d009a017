namespace EdgeNode.Wire;

/// <summary>
/// What a cabinet tells its neighbours of its power, so that silence that follows is understood. It promises nothing: whoever is back says so.
/// </summary>
/// <param name="Word">battery, going or back.</param>
/// <param name="Why">mains, maintenance or household.</param>
/// <param name="Since">RFC 3339.</param>
/// <param name="BackAfter">RFC 3339: not before then; null when nobody knows.</param>
public sealed record PowerNoticeBody(string Word, string Why, string Since, string? BackAfter)
{
    public const string Battery = "battery";
    public const string Going = "going";
    public const string Back = "back";

    public static bool IsWord(string word) => word is Battery or Going or Back;

    public static bool IsReason(string why) => why is "mains" or "maintenance" or "household";
}
