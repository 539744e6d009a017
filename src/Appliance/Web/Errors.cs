using EdgeNode.Appliance.Web.Pages;
using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web;

/// <summary>Refusals of a door: JSON at the interface, a page with what happened, what is safe and what to do elsewhere.</summary>
internal static class Errors
{
    private static readonly string[] Missing = ["entry.unknown", "ring.unknown", "peering.unknown"];

    /// <summary>A refusal before any handler saw the request.</summary>
    public static Reply Of(Door door, WebRoute route, int status, string code) =>
        route.IsApi
            ? Reply.Refused(status, new Refusal(code, Texts.English.Plain($"error.{code}.what")))
            : Reply.Page(ErrorPage.Render(Frame(door), code), status);

    /// <summary>The node refused an act: as JSON.</summary>
    public static Reply Of(Refusal refusal) => Reply.Refused(StatusOf(refusal.Code), refusal);

    /// <summary>The node refused an act: as a page, with its sentence.</summary>
    public static Reply Page(Visit visit, Refusal refusal) =>
        Reply.Page(ErrorPage.Render(PageFrame.Of(visit), refusal.Code, Html.Text(refusal.Text)), StatusOf(refusal.Code));

    /// <summary>The HTTP status that says best what a code means.</summary>
    public static int StatusOf(string code)
    {
        if (
            Missing.Contains(code)
            || code.EndsWith(".unknown", StringComparison.Ordinal)
            || code.EndsWith(".not_found", StringComparison.Ordinal)
        )
        {
            return 404;
        }

        return code switch
        {
            _ when code.EndsWith(".malformed", StringComparison.Ordinal) => 400,
            _ when code.EndsWith(".too_many_tries", StringComparison.Ordinal) => 429,
            _ when code.EndsWith(".wrong_code", StringComparison.Ordinal) => 401,
            _ when code.EndsWith(".closed", StringComparison.Ordinal) => 403,
            _ when code.EndsWith(".busy", StringComparison.Ordinal) || code.EndsWith(".full", StringComparison.Ordinal) => 503,
            _ => 409,
        };
    }

    private static PageFrame Frame(Door door) =>
        new(
            Texts.English,
            door.Desk.Cabinet().Name,
            "",
            door.Clock.GetUtcNow(),
            door.Clock.LocalTimeZone,
            null,
            door.IsSteward,
            ""
        );
}
