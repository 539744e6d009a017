using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>The first page of a resident who showed their card.</summary>
public sealed record HomeModel(
    string Label,
    int Offerings,
    int Needs,
    IReadOnlyList<RingView> Rings,
    IReadOnlyList<NeighbourView> Neighbours,
    IReadOnlyList<EntryCount> Entries,
    string? Note
)
{
    /// <summary>Rings that wait for this person's answer.</summary>
    public IReadOnlyList<RingView> Waiting => [.. Rings.Where(r => r.CanAnswer && r.Answer is null)];

    /// <summary>Promises to carry out or to speak about.</summary>
    public int ToDo => Rings.Count(r => r.CanSettle);
}

/// <summary>Four tiles, and above them what waits.</summary>
public static class HomePage
{
    /// <summary>The page at <c>/</c> when signed in.</summary>
    public static Html Render(PageFrame f, HomeModel m) =>
        Shell.Document(
            f,
            f.T.Plain("home.title"),
            $"""
            {WelcomePage.NoteOf(f, m.Note)}
            <h1>{f.T.Say(Greeting(f), ("name", Part.Words(m.Label)))}</h1>
            <div id="waiting" class="stack" data-live="rings">{Html.Each(m.Waiting.Take(3), r => Waiting(f, r))}{(
                m.Waiting.Count > 3 ? More(f, m.Waiting.Count - 3) : Html.Empty
            )}</div>
            <nav class="tiles" id="tiles" data-live="rings entries" aria-label="{f.T.Plain("home.tiles")}">
            {Tile(
                "/offer",
                "offer",
                f.T.Say("tile.offer"),
                m.Offerings == 0 ? f.T.Say("tile.none") : f.T.Say("tile.offers", ("n", m.Offerings))
            )}
            {Tile(
                "/need",
                "need",
                f.T.Say("tile.need"),
                m.Needs == 0 ? f.T.Say("tile.none") : f.T.Say("tile.needs", ("n", m.Needs))
            )}
            {Tile("/promises", "promise", f.T.Say("tile.promises"), Promises(f, m))}
            {Tile("/help", "help", f.T.Say("tile.help"), f.T.Say("tile.help.what"))}</nav>
            {FindPage.SearchForm(f, "")}
            {Around.Render(f, m.Neighbours, m.Entries)}
            """
        );

    // Without a set clock nobody is wished a good evening in the morning of 1970.
    private static string Greeting(PageFrame f)
    {
        var local = TimeZoneInfo.ConvertTime(f.Now, f.Zone);
        return local switch
        {
            { Year: < 2024 } => "hello",
            { Hour: >= 5 and < 12 } => "hello.morning",
            { Hour: >= 12 and < 18 } => "hello.day",
            _ => "hello.evening",
        };
    }

    private static Html Waiting(PageFrame f, RingView ring) =>
        Part.Next(
            $"/ring/{Uri.EscapeDataString(ring.ChainId)}",
            "ring",
            f.T.Say("home.ring"),
            f.T.Say("home.ring.what", ("what", Part.Words(ring.Gets.What)), ("until", Part.When(f, ring.Deadline)))
        );

    private static Html More(PageFrame f, int count) =>
        $"""<p><a href="/promises">{f.T.Say("home.more", ("n", count))}</a></p>""";

    private static Html Promises(PageFrame f, HomeModel m) =>
        m.ToDo > 0 ? f.T.Say("tile.todo", ("n", m.ToDo))
        : m.Waiting.Count > 0 ? f.T.Say("tile.waiting", ("n", m.Waiting.Count))
        : f.T.Say("tile.none");

    private static Html Tile(string path, string icon, Html words, Html count) =>
        $"""<a class="tile" href="{path}">{Icons.Icon(icon)}<span>{words}</span><span class="count">{count}</span></a>""";
}
