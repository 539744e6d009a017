namespace EdgeNode.Appliance.Web.Parts;

/// <summary>The document around every page: head, bar, and at the stewards' door the side rail.</summary>
public static class Shell
{
    private static readonly (string Here, string Path, string Icon)[] Rail =
    [
        ("today", "/", "today"),
        ("neighbours", "/neighbours", "neighbours"),
        ("queues", "/queues", "queue"),
        ("rings", "/rings", "ring"),
        ("scarce", "/scarce", "find"),
        ("map", "/map", "map"),
        ("residents", "/residents", "people"),
        ("power", "/power", "power"),
        ("audit", "/audit", "audit"),
        ("health", "/health", "health"),
    ];

    /// <summary>A whole page.</summary>
    public static Html Document(PageFrame f, string title, Html content) =>
        $"""
            <!doctype html>
            <html lang="{f.T.Language}" dir="{f.T.Direction}">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title} · {f.Cabinet}</title>
            <link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css?v={Assets.Style.Tag}">
            <script src="/live.js?v={Assets.Script.Tag}" defer></script></head>
            <body class="{(f.IsSteward ? "steward" : "resident")}" data-since="{f.Told}">
            <a class="skip" href="#main">{f.T.Say("skip")}</a>
            {Bar(f)}
            <div class="frame">{(f.IsSteward && f.Label is not null ? Side(f) : Html.Empty)}<main id="main">
            {content}
            </main></div>
            </body></html>
            """;

    private static Html Bar(PageFrame f) =>
        $"""
            <header class="bar"><a class="where" href="/">{Icons.Icon("cabinet")}<span>{Part.Words(f.Cabinet)}{(
                f.IsSteward ? (Html)$" <span class=\"small soft\">{f.T.Say("steward.desk")}</span>" : Html.Empty
            )}</span></a>
            {(
                f.Label is null
                    ? Html.Empty
                    : Part.ButtonForm(f, "/leave", $"{Icons.Icon("leave")}<span>{f.T.Say("leave")}</span>", "plain")
            )}</header>
            """;

    private static Html Side(PageFrame f) =>
        $"""<nav class="rail" aria-label="{f.T.Plain("rail")}"><ul>{Html.Each(Rail, e => RailEntry(f, e.Here, e.Path, e.Icon))}</ul></nav>""";

    private static Html RailEntry(PageFrame f, string here, string path, string icon) =>
        $"""<li><a href="{path}"{Html.Attribute("aria-current", here == f.Here ? "page" : null)}>{Icons.Icon(icon)}<span>{f.T.Say("rail." + here)}</span></a></li>""";
}
