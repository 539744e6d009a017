using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Matching;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>What is scarce: needs that nobody offers for, and offers that nobody needs. Kinds and counts, no names.</summary>
public static class ScarcePage
{
    /// <summary>Kinds told of.</summary>
    public const int MostKinds = 500;

    /// <summary>The page at <c>/scarce</c>.</summary>
    public static Html Render(PageFrame f, IReadOnlyList<CategoryBalance> kinds)
    {
        var missed = kinds
            .Where(k => k.Unmet > 0)
            .OrderByDescending(k => k.Unmet)
            .ThenBy(k => k.Category, StringComparer.Ordinal)
            .ToList();
        var left = kinds
            .Where(k => k.Unwanted > 0)
            .OrderByDescending(k => k.Unwanted)
            .ThenBy(k => k.Category, StringComparer.Ordinal)
            .ToList();
        return Shell.Document(
            f,
            f.T.Plain("rail.scarce"),
            $"""
            <h1>{f.T.Say("rail.scarce")}</h1><p class="soft">{f.T.Say("s.scarce.lead")}</p><div id="scarce" class="stack" data-live="entries">
            <section><h2>{f.T.Say("s.scarce.missed")}</h2><p class="soft">{f.T.Say("s.scarce.missed.lead")}</p>{(
                missed.Count == 0 ? Part.Chip("done", f.T.Say("s.scarce.missed.none"), "good") : Table(f, missed)
            )}</section>
            <section><h2>{f.T.Say("s.scarce.left")}</h2><p class="soft">{f.T.Say("s.scarce.left.lead")}</p>{(
                left.Count == 0 ? Part.Chip("done", f.T.Say("s.scarce.left.none"), "good") : Table(f, left)
            )}</section></div>
            """
        );
    }

    private static Html Table(PageFrame f, IReadOnlyList<CategoryBalance> kinds) =>
        $"""
            <table class="cards"><thead><tr><th>{f.T.Say("s.col.kind")}</th>{Head(f, "s.col.unmet")}{Head(f, "s.col.needs")}{Head(
                f,
                "s.col.offers"
            )}{Head(f, "s.col.unwanted")}</tr></thead><tbody>{Html.Each(
                kinds,
                k =>
                    $"<tr><th scope=\"row\">{Categories.NameOf(k.Category, f.T)}</th>{Cell(f, "s.col.unmet", k.Unmet)}{Cell(f, "s.col.needs", k.Needs)}{Cell(f, "s.col.offers", k.Offerings)}{Cell(f, "s.col.unwanted", k.Unwanted)}</tr>"
            )}</tbody></table>
            """;

    private static Html Head(PageFrame f, string key) => $"<th class=\"number\">{f.T.Say(key)}</th>";

    private static Html Cell(PageFrame f, string key, int count) =>
        $"<td class=\"number\" data-label=\"{f.T.Plain(key)}\">{count}</td>";
}
