namespace EdgeNode.Appliance.Web.Parts;

/// <summary>What every page needs besides its own model.</summary>
/// <param name="Cabinet">The cabinet's name.</param>
/// <param name="Token">The form token of this visitor.</param>
/// <param name="Zone">The cabinet's time zone, for deadlines.</param>
/// <param name="Label">Who is signed in; null when nobody is.</param>
/// <param name="Told">How far changes had been told of when the page was made (<see cref="LiveHub.Told"/>).</param>
/// <param name="Here">Which entry of the steward's rail is this page; empty for residents.</param>
public sealed record PageFrame(
    Texts T,
    string Cabinet,
    string Token,
    DateTimeOffset Now,
    TimeZoneInfo Zone,
    string? Label,
    bool IsSteward,
    long Told,
    string Here
)
{
    /// <summary>The frame of a visit.</summary>
    public static PageFrame Of(Visit visit, string here = "") =>
        new(
            visit.Texts,
            visit.Desk.Cabinet().Name,
            visit.FormToken,
            visit.Now,
            visit.Door.Clock.LocalTimeZone,
            visit.Session is null ? null : visit.Session.Card?.Label ?? visit.Texts.Plain("steward"),
            visit.Door.IsSteward,
            visit.Told,
            here
        );

    /// <summary>The hidden field that proves a form is ours.</summary>
    public Html TokenField => $"<input type=\"hidden\" name=\"_t\" value=\"{Token}\">";
}
