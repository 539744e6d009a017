using EdgeNode.Appliance.Web.Pages;
using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web;

/// <summary>Refusals of a door: JSON at the interface, a page with what happened, what is safe and what to do elsewhere.</summary>
internal static class Errors
{
    private static readonly (string End, int Status)[] Endings =
    [
        (".malformed", 400),
        ("text.empty", 400),
        ("text.long", 400),
        ("text.control", 400),
        ("item.category", 400),
        ("item.capacity", 400),
        ("item.audience", 400),
        ("item.too_long", 400),
        (".too_large", 413),
        (".wrong_code", 401),
        ("resident.unknown", 401),
        (".closed", 403),
        (".signature", 403),
        (".unknown", 404),
        (".too_many_tries", 429),
        (".full", 503),
        (".failed", 503),
    ];

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

    /// <summary>The HTTP status that says best what a code means; 409 where the act does not fit the present state.</summary>
    public static int StatusOf(string code)
    {
        foreach (var (end, status) in Endings)
        {
            if (code.EndsWith(end, StringComparison.Ordinal))
            {
                return status;
            }
        }

        return 409;
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
            door.Live.Told,
            ""
        );
}
