using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Matching.Words;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>What somebody has filled in so far; shown again when something was missing.</summary>
/// <param name="Group">The group of the tree that stands open; empty when none.</param>
public sealed record EntryDraft(
    string Title,
    IReadOnlyList<string> Categories,
    string Own,
    string Share,
    IReadOnlyList<string> Peers,
    string Group
)
{
    /// <summary>An empty form: only here, so that nothing leaves unasked.</summary>
    public static EntryDraft Empty { get; } = new("", [], "", "here", [], "");
}

/// <summary>The form of a new offering or need.</summary>
/// <param name="Suggested">Categories for the words written so far. Nothing is chosen until the person chooses.</param>
/// <param name="Known">Categories in use around here that are not in the tree.</param>
public sealed record EntryFormModel(
    string Kind,
    EntryDraft Draft,
    CategorySuggestions Suggested,
    IReadOnlyList<string> Known,
    IReadOnlyList<NeighbourView> Neighbours,
    string? Problem
);

/// <summary>
/// The form of a new offering or need. Words come first and suggest kinds; without a script a button asks for the suggestions, with it they come while
/// typing. Who would rather look than write opens the tree.
/// </summary>
public static class EntryForm
{
    /// <summary>The form at <c>/offer/new</c> or <c>/need/new</c>.</summary>
    public static Html Render(PageFrame f, EntryFormModel m) =>
        Shell.Document(
            f,
            f.T.Plain(EntryPages.Key(m.Kind, "add")),
            $"""
            <h1>{f.T.Say(EntryPages.Key(m.Kind, "add"))}</h1>
            <form class="stack" method="post" action="/{m.Kind}" autocomplete="off" data-suggest="/{m.Kind}/suggest">{f.TokenField}
            {(m.Problem is null ? Html.Empty : Part.Notice("attention", f.T.Say(m.Problem)))}
            <div class="card"><label for="title">{f.T.Say(EntryPages.Key(m.Kind, "words"))}</label>
            <input type="text" id="title" name="title" dir="auto" maxlength="{EntryPages.MaxTitle}" value="{m.Draft.Title}" required>
            <button class="ask" formaction="/{m.Kind}/new" formnovalidate>{Icons.Icon("find")}<span>{f.T.Say(
                "kind.suggest"
            )}</span></button></div>
            <fieldset class="card"><legend>{f.T.Say(EntryPages.Key(m.Kind, "kind"))}</legend>{RenderKinds(f, m)}{Tree(f, m)}{Own(
                f,
                m
            )}</fieldset>
            <fieldset class="card"><legend>{f.T.Say("share.who")}</legend>{Shares(f, m)}</fieldset>
            <button class="main wide">{Icons.Icon("check")}<span>{f.T.Say(EntryPages.Key(m.Kind, "save"))}</span></button>
            <p><a href="/{m.Kind}">{f.T.Say("cancel")}</a></p></form>
            """
        );

    /// <summary>The kinds chosen so far and those suggested: the part of the form that the script replaces while somebody types.</summary>
    public static Html RenderKinds(PageFrame f, EntryFormModel m)
    {
        var suggested = m.Suggested.Categories.Where(c => !m.Draft.Categories.Contains(c.Id)).ToList();
        return $"""
            <div id="kinds" class="picks" role="group" aria-label="{f.T.Plain("kind.suggested")}">{Html.Each(
                m.Draft.Categories,
                c => Pick(m, c, Categories.NameOf(c, f.T), chosen: true)
            )}{Html.Each(suggested, c => Pick(m, c.Id, Suggestion(f, c), chosen: false))}
            {Hint(f, m)}</div>
            """;
    }

    private static Html Suggestion(PageFrame f, SuggestedCategory c) =>
        c.By == SuggestedBy.Neighbours
            ? (Html)$"{Part.Words(c.Label)} <span class=\"soft small\">{f.T.Say("kind.neighbours")}</span>"
            : Part.Words(c.Label);

    private static Html Hint(PageFrame f, EntryFormModel m) =>
        m.Draft.Title.Length == 0 ? (Html)$"<p class=\"hint\">{f.T.Say("kind.write")}</p>"
        : m.Suggested.Meant is { } meant ? (Html)$"<p class=\"hint\">{f.T.Say("kind.meant", ("words", Part.Words(meant)))}</p>"
        : m.Suggested.Categories.Count == 0 ? (Html)$"<p class=\"hint\">{f.T.Say("kind.none")}</p>"
        : Html.Empty;

    private static Html Tree(PageFrame f, EntryFormModel m)
    {
        var open = Taxonomy.Seed.Find(m.Draft.Group) is { IsGroup: true } group ? group : null;
        return $"""
            <details{Html.Flag("open", open is not null)}><summary>{f.T.Say("kind.all")}</summary>{(
                open is null ? Html.Empty : Leaves(f, m, open)
            )}
            <div class="picks grid">{Html.Each(Taxonomy.Seed.Groups, g => Group(f, m, g))}</div></details>
            """;
    }

    private static Html Group(PageFrame f, EntryFormModel m, CategoryNode g) =>
        $"""<button class="pick" name="group" value="{g.Id}" formaction="/{m.Kind}/new#tree" formnovalidate>{Icons.Icon(g.Pictogram)}<span>{Categories.NameOf(g.Id, f.T)}</span></button>""";

    private static Html Leaves(PageFrame f, EntryFormModel m, CategoryNode group) =>
        $"""
            <div class="stack" id="tree"><h2>{Categories.NameOf(group.Id, f.T)}</h2><div class="picks">{Html.Each(
                Taxonomy.Seed.LeavesOf(group.Id).Where(l => !IsShown(m, l.Id)),
                l => Pick(m, l.Id, Categories.NameOf(l.Id, f.T), chosen: false)
            )}</div><h2>{f.T.Say("kind.groups")}</h2></div>
            """;

    private static bool IsShown(EntryFormModel m, string id) =>
        m.Draft.Categories.Contains(id) || m.Suggested.Categories.Any(c => c.Id == id);

    private static Html Pick(EntryFormModel m, string id, Html words, bool chosen) =>
        Part.Pick(m.Kind == "offer" ? "radio" : "checkbox", "category", id, words, chosen, Categories.IconOf(id));

    private static Html Own(PageFrame f, EntryFormModel m) =>
        $"""
            <div><label for="own">{f.T.Say("category.own")}</label><p class="hint">{f.T.Say(EntryPages.Key(m.Kind, "own"))}</p>
            <input type="text" id="own" name="own" dir="auto" maxlength="400" value="{m.Draft.Own}" list="known"><datalist id="known">{Html.Each(
                m.Known,
                k => $"<option value=\"{k}\">"
            )}</datalist></div>
            """;

    private static Html Shares(PageFrame f, EntryFormModel m) =>
        $"""
            <div class="picks">{Part.Pick("radio", "share", "here", f.T.Say("share.here"), m.Draft.Share == "here", "kept")}
            {Part.Pick("radio", "share", "all", f.T.Say("share.all"), m.Draft.Share == "all", "neighbours")}
            {(m.Neighbours.Count == 0 ? Html.Empty : Named(f, m))}</div><p class="hint">{f.T.Say("share.hint")}</p>
            """;

    private static Html Named(PageFrame f, EntryFormModel m) =>
        $"""
            {Part.Pick("radio", "share", "named", f.T.Say("share.named"), m.Draft.Share == "named", "peer")}
            <div class="picks named">{Html.Each(
                m.Neighbours,
                n => Part.Pick("checkbox", "peer", n.Did, Part.Words(n.Name), m.Draft.Peers.Contains(n.Did))
            )}</div>
            """;
}
