using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>My promises, and the ring card.</summary>
public static class RingPages
{
    /// <summary>Longest note about a problem, in characters.</summary>
    public const int MaxNote = 500;

    /// <summary>The list at <c>/promises</c>.</summary>
    public static Html RenderList(PageFrame f, IReadOnlyList<RingView> rings, string? note)
    {
        var open = rings.Where(r => r.CanAnswer && r.Answer is null).ToList();
        var promises = rings.Where(r => r.State == RingState.Committed).ToList();
        var under = rings.Where(r => r.State < RingState.Committed).Except(open).ToList();
        var over = rings
            .Where(r => r.State is RingState.Completed or RingState.Aborted)
            .OrderByDescending(r => r.Since)
            .Take(20)
            .ToList();
        return Shell.Document(
            f,
            f.T.Plain("promises.title"),
            $"""
            {WelcomePage.NoteOf(f, note)}<h1>{f.T.Say("promises.title")}</h1><div id="promises" class="stack" data-live="rings">
            {(
                rings.Count == 0
                    ? Part.EmptyState(
                        "ring",
                        f.T.Say("promises.empty"),
                        Part.LinkButton("/offer", f.T.Say("promises.first"), "main")
                    )
                    : Html.Empty
            )}
            {Group(f, "promises.open", open)}{Group(f, "promises.agreed", promises)}{Group(f, "promises.under", under)}{Group(
                f,
                "promises.over",
                over
            )}</div>
            """
        );
    }

    /// <summary>The ring card at <c>/ring/{chainId}</c>.</summary>
    public static Html RenderCard(PageFrame f, RingView ring, string? note, string? problem) =>
        Shell.Document(
            f,
            f.T.Plain("ring.title"),
            $"""
            {(problem is null ? Html.Empty : Part.Notice("attention", f.T.Say(problem)))}
            <div id="ring" class="stack" data-live="rings">{Note(f, ring, note)}<h1>{f.T.Say(
                "ring.heading",
                ("n", ring.People.Count)
            )}</h1>
            <div class="chips">{StateChip(f, ring)}</div>
            <section class="card">{RingDrawing.Draw(f, ring)}{Swap(f, ring)}</section>
            {Act(f, ring)}</div>
            <section class="card">{WhoSees(f, ring)}{Why(f, ring)}</section>
            <p><a href="/promises">{f.T.Say("promises.back")}</a></p>
            """
        );

    // What was said after an act goes when the ring has gone on.
    private static Html Note(PageFrame f, RingView ring, string? note) =>
        note switch
        {
            "yes" when ring.State >= RingState.Committed => Html.Empty,
            "settled" when ring.State != RingState.Committed => Html.Empty,
            _ => WelcomePage.NoteOf(f, note),
        };

    /// <summary>Where a ring stands, in a resident's words.</summary>
    public static Html StateChip(PageFrame f, RingView ring)
    {
        var age = Part.Age(f, ring.Since);
        var missing = ring.Nodes.Where(n => n.Vote is null && !n.IsOurs).Select(n => n.Name).ToList();
        return ring switch
        {
            { State: RingState.Completed } => Part.Chip("done", f.T.Say("ring.state.done"), "good", age),
            { State: RingState.Aborted } => Part.Chip("refused", f.T.Say("ring.state.ended"), "", age),
            { State: RingState.Committed } => Part.Chip("promise", f.T.Say("ring.state.agreed"), "good", age),
            { CanAnswer: true, Answer: null } => Part.Chip("attention", f.T.Say("ring.state.you"), "wait", age),
            { State: RingState.Yes } when missing.Count > 0 => Part.Chip(
                "wait",
                f.T.Say("ring.state.node", ("who", Names(missing))),
                "wait",
                age
            ),
            _ => Part.Chip("wait", f.T.Say("ring.state.others"), "wait", age),
        };
    }

    private static Html Names(List<string> names) => Html.Each(names.Take(4), n => $"{Part.Words(n)} ");

    private static Html Group(PageFrame f, string title, List<RingView> rings) =>
        rings.Count == 0
            ? Html.Empty
            : $"""<section><h2>{f.T.Say(title)}</h2><ul class="rows">{Html.Each(rings, r => Row(f, r))}</ul></section>""";

    private static Html Row(PageFrame f, RingView r) =>
        $"""
            <li><a class="row" href="/ring/{r.ChainId}"><span class="title">{GiveWords(f, r)} {GetWords(
                f,
                r
            )}</span><span class="chips">{StateChip(f, r)}{Deadline(f, r)}</span></a></li>
            """;

    private static Html Deadline(PageFrame f, RingView r) =>
        r.CanAnswer && r.Answer is null
            ? Part.Chip("expired", f.T.Say("ring.until", ("when", Part.When(f, r.Deadline))))
            : Html.Empty;

    private static Html GiveWords(PageFrame f, RingView r) =>
        f.T.Say("ring.give", ("what", What(r.Gives)), ("who", Part.Words(r.Gives.To)));

    private static Html GetWords(PageFrame f, RingView r) =>
        f.T.Say("ring.get", ("what", What(r.Gets)), ("who", Part.Words(r.Gets.From)));

    private static Html What(EdgeView edge) => $"<b>{Part.Words(edge.What)}</b>";

    private static Html Swap(PageFrame f, RingView r) =>
        $"""
            <ul class="swap"><li>{Icons.Icon("give")}<span class="lead">{GiveWords(f, r)}{At(f, r, r.Gives.To)}</span></li>
            <li>{Icons.Icon("get")}<span class="lead">{GetWords(f, r)}{At(f, r, r.Gets.From)}</span></li></ul>
            <details><summary>{f.T.Say("ring.all")}</summary><ul class="rows">{Html.Each(
                r.Edges,
                e =>
                    $"<li>{f.T.Say("ring.edge", ("from", Part.Words(e.From)), ("what", Part.Words(e.What)), ("to", Part.Words(e.To)))}</li>"
            )}</ul></details>
            """;

    private static Html At(PageFrame f, RingView r, string label) =>
        r.People.FirstOrDefault(p => p.Label == label) is { Node.Length: > 0 } person && person.Node != f.Cabinet
            ? (Html)
                $"<span class=\"soft small at\">{f.T.Say("ring.at", ("who", Part.Words(label)), ("cabinet", Part.Words(person.Node)))}</span>"
            : Html.Empty;

    private static Html Act(PageFrame f, RingView r) =>
        r switch
        {
            { CanAnswer: true, Answer: null } => Question(f, r),
            { CanAnswer: true, Answer: "yes" } => TakeBack(f, r),
            { State: RingState.Committed } => Promises(f, r),
            { State: RingState.Completed } => Part.Notice("", f.T.Say("ring.done")),
            { State: RingState.Aborted } => Part.Notice("", f.T.Say("ring.ended")),
            _ => Part.Notice("", f.T.Say(r.Answer == "yes" ? "ring.wait" : "ring.wait.others")),
        };

    private static Html Question(PageFrame f, RingView r) =>
        $"""
            <section class="card">{(r.Again ? Part.Notice("", f.T.Say("ring.again")) : Html.Empty)}<p>{f.T.Say("ring.ask", ("until", Part.When(f, r.Deadline)))}</p>
            {Part.ButtonForm(
                f,
                $"/ring/{Uri.EscapeDataString(r.ChainId)}",
                $"{Icons.Icon("check")}<span>{f.T.Say("ring.yes")}</span>",
                "main wide",
                AnswerFields(r, "yes")
            )}
            <div class="buttons even">{Part.ButtonForm(
                f,
                $"/ring/{Uri.EscapeDataString(r.ChainId)}",
                f.T.Say("ring.no"),
                "",
                AnswerFields(r, "no")
            )}{Part.LinkButton("/?note=later", f.T.Say("ring.later"))}</div>
            <p class="small soft">{f.T.Say("ring.no.means")}</p>
            <div class="small soft"><p>{f.T.Say("ring.signs")}</p><blockquote dir="auto">{r.Sentence}</blockquote></div></section>
            """;

    private static Html AnswerFields(RingView r, string value) =>
        $"""{Part.Hidden("value", value)}{Part.Hidden("card", r.Card)}""";

    private static Html TakeBack(PageFrame f, RingView r) =>
        $"""
            <section class="card"><p>{f.T.Say("ring.wait")}</p><details><summary>{f.T.Say(
                "ring.back"
            )}</summary><div class="stack"><p>{f.T.Say("ring.back.means")}</p>
            {Part.ButtonForm(
                f,
                $"/ring/{Uri.EscapeDataString(r.ChainId)}",
                f.T.Say("ring.back.do"),
                "danger",
                AnswerFields(r, "withdrawn")
            )}</div></details></section>
            """;

    private static Html Promises(PageFrame f, RingView r) =>
        $"""
            <section><h2>{f.T.Say("ring.todo")}</h2><ul class="rows">{Promise(f, r, r.Gives, true)}{Promise(
                f,
                r,
                r.Gets,
                false
            )}</ul></section>
            """;

    private static Html Promise(PageFrame f, RingView r, EdgeView edge, bool giving) =>
        $"""
            <li class="row"><div class="top">{Icons.Icon(giving ? "give" : "get")}<div class="title">{(
                giving ? GiveWords(f, r) : GetWords(f, r)
            )}</div></div>
            <div class="chips">{EdgeChip(f, edge, giving)}</div>{(
                r.CanSettle && !r.Settled.Contains(edge.Index) && edge.State is EdgeState.Open or EdgeState.Given
                    ? Settle(f, r, edge, giving)
                    : Html.Empty
            )}</li>
            """;

    private static Html Settle(PageFrame f, RingView r, EdgeView edge, bool giving) =>
        r.Settled.Contains(edge.Index)
            ? Html.Empty
            : $"""
                {Part.ButtonForm(
                    f,
                    $"/ring/{Uri.EscapeDataString(r.ChainId)}",
                    $"{Icons.Icon("check")}<span>{f.T.Say(giving ? "settle.given" : "settle.got")}</span>",
                    "main",
                    SettleFields(edge, "done")
                )}
                <details><summary>{f.T.Say(
                    "settle.problem"
                )}</summary><form class="stack" method="post" action="/ring/{r.ChainId}">{f.TokenField}{Part.Hidden(
                    "edge",
                    edge.Index.ToString()
                )}
                <div><label for="note-{edge.Index}">{f.T.Say("settle.note")}</label><p class="hint">{f.T.Say(
                    "settle.note.hint"
                )}</p><textarea id="note-{edge.Index}" name="note" rows="3" dir="auto" maxlength="{MaxNote}"></textarea></div>
                <div class="buttons"><button name="result" value="not_done">{f.T.Say(
                    "settle.not"
                )}</button><button class="danger" name="result" value="problem">{f.T.Say(
                    "settle.help"
                )}</button></div></form></details>
                """;

    private static Html SettleFields(EdgeView edge, string result) =>
        $"""{Part.Hidden("edge", edge.Index.ToString())}{Part.Hidden("result", result)}""";

    private static Html EdgeChip(PageFrame f, EdgeView edge, bool giving) =>
        edge.State switch
        {
            EdgeState.Done => Part.Chip("done", f.T.Say("edge.done"), "good"),
            EdgeState.Given => Part.Chip(
                "wait",
                giving
                    ? f.T.Say("edge.given.mine", ("who", Part.Words(edge.To)))
                    : f.T.Say("edge.given.theirs", ("who", Part.Words(edge.From))),
                "wait"
            ),
            EdgeState.Failed => Part.Chip("attention", f.T.Say("edge.failed"), "bad"),
            EdgeState.Repaired => Part.Chip("ring", f.T.Say("edge.repaired"), "wait"),
            EdgeState.Released => Part.Chip("refused", f.T.Say("edge.released")),
            _ => Part.Chip("promise", f.T.Say("edge.open"), "wait"),
        };

    private static Html WhoSees(PageFrame f, RingView r) =>
        $"""
            <details><summary>{f.T.Say("ring.sees")}</summary><div class="stack"><p>{f.T.Say("ring.sees.what")}</p>
            <ul class="list">{Html.Each(
                r.Nodes,
                n => $"<li><span>{Part.Words(n.Name)}</span><span>{Part.DeliveryChip(f, n.Delivery)}</span></li>"
            )}</ul></div></details>
            """;

    private static Html Why(PageFrame f, RingView r) =>
        $"""
            <details><summary>{f.T.Say("ring.why")}</summary><div class="stack"><p>{f.T.Say("ring.why.text")}</p>
            {Part.LinkButton($"/ring/{Uri.EscapeDataString(r.ChainId)}/why", f.T.Say("why.link"))}</div></details>
            """;
}
