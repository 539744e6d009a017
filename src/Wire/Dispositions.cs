namespace EdgeNode.Wire;

/// <summary>What a receiver did with a statement.</summary>
public enum Disposition
{
    Accepted,
    Refused,
    Quota,
    Expired,
}

/// <summary>A disposition with its reason: a code for programs and runbooks, empty when accepted.</summary>
public readonly record struct Verdict(Disposition Disposition, string Code)
{
    public static Verdict Accepted { get; } = new(Disposition.Accepted, "");
    public static Verdict Expired { get; } = new(Disposition.Expired, "statement.expired");

    public static Verdict Refused(string code) => new(Disposition.Refused, code);

    public static Verdict Quota(string code) => new(Disposition.Quota, code);

    public bool IsAccepted => Disposition == Disposition.Accepted;
}

public static class Dispositions
{
    public static string ToWire(this Disposition disposition) =>
        disposition switch
        {
            Disposition.Accepted => "accepted",
            Disposition.Refused => "refused",
            Disposition.Quota => "quota",
            _ => "expired",
        };

    public static Disposition? Parse(string text) =>
        text switch
        {
            "accepted" => Disposition.Accepted,
            "refused" => Disposition.Refused,
            "quota" => Disposition.Quota,
            "expired" => Disposition.Expired,
            _ => null,
        };
}
