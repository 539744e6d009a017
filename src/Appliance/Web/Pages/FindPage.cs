using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>What a search found.</summary>
/// <param name="Typed">What was looked for; empty before anything was.</param>
public sealed record FindModel(string Typed, FindView Found, IReadOnlyList<EntryCount> Entries);

/// <summary>Looks through what neighbours share. Finding something promises nothing; a ring does.</summary>
public static class FindPage
{
    /// <summary>Entries on one page; who finds more writes another word.</summary>
    public const int MostFound = 40;

    /// <summary>The page at <c>/find</c>.</summary>
    public static Html Render(PageFrame f, FindModel m) =>
        Shell.Document(
            f,
            f.T.Plain("find.title"),
            $"""
            <h1>{f.T.Say("find.title")}</h1>{SearchForm(f, m.Typed)}
            {(
                m.Typed.Length == 0 ? Before(f, m)
                : m.Found.Entries.Count == 0 ? Nothing(f, m)
                : Found(f, m)
            )}
            """
        );

    /// <summary>The field that leads here; also on the first page of who is signed in.</summary>
    public static Html SearchForm(PageFrame f, string typed) =>
        $"""
            <form class="search card" role="search" method="get" action="/find"><label for="q">{f.T.Say("find.label")}</label>
            <div class="field"><input type="text" id="q" name="q" dir="auto" maxlength="{Matching.Words.WordQuery.MaxText}" value="{typed}" required><button>{Icons.Icon(
                "find"
            )}<span>{f.T.Say("find.do")}</span></button></div></form>
            """;

    private static Html Before(PageFrame f, FindModel m)
    {
        var shared = m.Entries.Sum(e => e.Offerings + e.Needs);
        return shared == 0
            ? Part.EmptyState("find", f.T.Say("find.empty"), Part.LinkButton("/offer/new", f.T.Say("promises.first"), "main"))
            : $"<p class=\"soft\">{f.T.Say("find.lead", ("n", shared))}</p>";
    }

    private static Html Nothing(PageFrame f, FindModel m) =>
        Part.EmptyState(
            "find",
            $"{f.T.Say("find.none", ("words", Part.Words(m.Typed)))}{Meant(f, m)}",
            Part.LinkButton(
                $"/need/new?title={Uri.EscapeDataString(m.Typed[..Math.Min(m.Typed.Length, EntryPages.MaxTitle)])}",
                $"{Icons.Icon("add")}<span>{f.T.Say("find.ask")}</span>",
                "main"
            )
        );

    private static Html Meant(PageFrame f, FindModel m) =>
        m.Found.Meant is { } meant
            ? (Html)
                $" <a class=\"meant\" href=\"/find?q={Uri.EscapeDataString(meant)}\">{f.T.Say("find.meant", ("words", Part.Words(meant)))}</a>"
            : Html.Empty;

    private static Html Found(PageFrame f, FindModel m) =>
        $"""
            <p class="soft" role="status">{f.T.Say(m.Found.More ? "find.more" : "find.count", ("n", m.Found.Entries.Count))}</p>
            <ul class="rows" id="found">{Html.Each(m.Found.Entries, e => Row(f, e))}</ul>
            """;

    private static Html Row(PageFrame f, FoundView e) =>
        $"""
            <li class="row"><div class="top">{Icons.Icon(Categories.IconOf(e.Categories.Count > 0 ? e.Categories[0] : ""))}<div><div class="title">{Part.Words(
                e.Title
            )}</div><div class="soft small">{Html.Each(
                e.Categories.Take(8).Index(),
                c => $"{(c.Index > 0 ? " · " : "")}{Categories.NameOf(c.Item, f.T)}"
            )}</div></div></div>{PicturePages.Small(f, e.Picture, e.Title)}
            <div class="chips">{Part.Chip(e.IsOffering ? "offer" : "need", f.T.Say(e.IsOffering ? "find.offers" : "find.needs", ("who", Part.Words(e.Label))))}{Part.Chip(
                e.IsHere ? "cabinet" : "peer",
                Part.Words(e.Cabinet)
            )}{(e.IsMine ? Part.Chip("check", f.T.Say("find.mine"), "good") : Html.Empty)}</div></li>
            """;
}
