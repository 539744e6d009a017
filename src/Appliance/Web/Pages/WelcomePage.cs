using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>The first page of someone not signed in.</summary>
/// <param name="Problem">Catalogue key of what was wrong with a try; null at first.</param>
public sealed record WelcomeModel(
    bool JoiningOpen,
    IReadOnlyList<EntryCount> Entries,
    IReadOnlyList<NeighbourView> Neighbours,
    string? Note,
    string? Problem
);

/// <summary>One question: who are you? Answered by the card's code, or by pointing the camera at it.</summary>
public static class WelcomePage
{
    /// <summary>The page at <c>/</c> when signed out.</summary>
    public static Html Render(PageFrame f, WelcomeModel m) =>
        Shell.Document(
            f,
            f.T.Plain("welcome.title"),
            $"""
            {NoteOf(f, m.Note)}
            <section><h1>{f.T.Say("welcome.heading", ("cabinet", Part.Words(f.Cabinet)))}</h1><p class="lead">{f.T.Say(
                "welcome.lead"
            )}</p></section>
            <section class="card"><h2>{f.T.Say("card.have")}</h2>{CardForm(f, m.Problem)}<p class="soft">{f.T.Say(
                "card.camera"
            )}</p></section>
            {NewHere(f, m.JoiningOpen)}
            {Around.Render(f, m.Neighbours, m.Entries)}
            <p><a href="/help">{f.T.Say("help.link")}</a></p>
            """
        );

    /// <summary>The page at <c>/c</c>: the same form alone; the script fills it from the part after #.</summary>
    public static Html RenderCard(PageFrame f, string? problem) =>
        Shell.Document(
            f,
            f.T.Plain("card.title"),
            $"""<section class="card"><h1>{f.T.Say("card.have")}</h1>{CardForm(f, problem)}<p class="soft">{f.T.Say("card.camera")}</p></section>"""
        );

    /// <summary>What a page has to say after an act; nothing for an unknown name.</summary>
    internal static Html NoteOf(PageFrame f, string? note) =>
        note is { Length: > 0 } && f.T.Has("note." + note) ? Part.Notice("", f.T.Say("note." + note)) : Html.Empty;

    private static Html CardForm(PageFrame f, string? problem) =>
        $"""
            <form class="stack" method="post" action="/c" id="card" autocomplete="off">{f.TokenField}
            {(problem is null ? Html.Empty : Part.Notice("attention", f.T.Say(problem)))}
            <div><label for="code">{f.T.Say("card.code")}</label><p class="hint" id="code-hint">{f.T.Say("card.hint")}</p>
            <input class="code" type="text" id="code" name="code" dir="ltr" aria-describedby="code-hint" autocapitalize="characters" spellcheck="false" maxlength="80" required{Html.Attribute(
                "aria-invalid",
                problem is null ? null : "true"
            )}></div>
            <button class="main wide">{Icons.Icon("card")}<span>{f.T.Say("card.open")}</span></button></form>
            """;

    private static Html NewHere(PageFrame f, bool open) =>
        open
            ? (Html)
                $"""<section><h2>{f.T.Say("join.new")}</h2>{Part.LinkButton("/join", $"{Icons.Icon("add")}<span>{f.T.Say("join.link")}</span>", "wide")}</section>"""
            : $"""<section><h2>{f.T.Say("join.new")}</h2><p>{f.T.Say("join.ask")}</p></section>""";
}

/// <summary>What is around this cabinet: how much is offered and needed, and when each neighbour was last heard.</summary>
internal static class Around
{
    public static Html Render(PageFrame f, IReadOnlyList<NeighbourView> neighbours, IReadOnlyList<EntryCount> entries)
    {
        var silent = neighbours.Where(n => entries.All(e => e.Node != n.Did));
        return $"""
            <section id="around" data-live="neighbours entries"><h2>{f.T.Say("around.title")}</h2>
            <ul class="list">{Html.Each(
                entries,
                e => Row(f, e.Name, e, neighbours.FirstOrDefault(n => n.Did == e.Node))
            )}{Html.Each(silent, n => Row(f, n.Name, null, n))}</ul>
            {Html.If(neighbours.Count == 0, () => $"<p class=\"soft\">{f.T.Say("around.alone")}</p>")}</section>
            """;
    }

    private static Html Row(PageFrame f, string name, EntryCount? count, NeighbourView? neighbour) =>
        $"""
            <li><span>{Part.Words(name)}{Html.If(
                count is not null,
                () =>
                    $" <span class=\"soft small\">{f.T.Say("around.entries", ("offers", count!.Offerings), ("needs", count.Needs))}</span>"
            )}</span><span>{(neighbour is null ? Html.Empty : Contact(f, neighbour))}</span></li>
            """;

    internal static Html Contact(PageFrame f, NeighbourView n) =>
        n switch
        {
            { Connected: true } => Part.Chip("done", f.T.Say("neighbour.connected"), "good"),
            { LastContact: { } last } => Part.Chip("wait", f.T.Say("neighbour.seen"), "wait", Part.Age(f, last)),
            _ => Part.Chip("wait", f.T.Say("neighbour.never"), "wait"),
        };
}
