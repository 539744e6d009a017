using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>All rings of this cabinet and the last plan run.</summary>
public sealed record StewardRingsModel(
    IReadOnlyDictionary<string, int> Counts,
    IReadOnlyList<StewardRing> Rings,
    PlanView Plan,
    string? Note
);

/// <summary>Rings with their states and votes, and the planner.</summary>
public static class StewardRingsPage
{
    private static readonly string[] States = ["SEEN", "VALIDATED", "CONSENTED", "YES", "COMMITTED", "COMPLETED", "ABORTED"];

    /// <summary>The page at <c>/rings</c>.</summary>
    public static Html Render(PageFrame f, StewardRingsModel m) =>
        Shell.Document(
            f,
            f.T.Plain("rail.rings"),
            $"""
            <h1>{f.T.Say("rail.rings")}</h1><div id="rings" class="stack" data-live="rings">{(
                m.Plan.State == "running" ? WelcomePage.NoteOf(f, m.Note) : Html.Empty
            )}
            <dl class="figures">{Html.Each(
                States,
                s => $"<div class=\"figure\"><dt>{f.T.Say("s.ring." + s)}</dt><dd>{m.Counts.GetValueOrDefault(s)}</dd></div>"
            )}</dl>
            <section class="card"><h2>{f.T.Say("s.plan.title")}</h2>{Plan(f, m.Plan)}</section>
            <section><h2>{f.T.Say("s.rings.all")}</h2>{(
                m.Rings.Count == 0 ? Part.EmptyState("ring", f.T.Say("s.rings.none")) : Table(f, m.Rings)
            )}</section></div>
            """
        );

    private static Html Plan(PageFrame f, PlanView p) =>
        $"""
            <p>{PlanWords(f, p)}</p>{(
                p.PlanHash is null
                    ? Html.Empty
                    : $"<p class=\"small soft\">{f.T.Say("s.plan.hash", ("hash", Part.Hash(p.PlanHash)))}</p>"
            )}
            {Part.ButtonForm(f, "/plan", $"{Icons.Icon("ring")}<span>{f.T.Say("s.plan.start")}</span>", "")}
            """;

    private static Html PlanWords(PageFrame f, PlanView p) =>
        p.State switch
        {
            "running" => f.T.Say("s.plan.running"),
            "failed" => f.T.Say("s.plan.failed"),
            "done" => f.T.Say(
                p.Optimal ? "s.plan.best" : "s.plan.done",
                ("rings", p.Rings),
                ("items", p.Items),
                ("proposed", p.Proposed),
                ("bound", p.Bound),
                ("cap", p.Cap)
            ),
            _ => f.T.Say("s.plan.never"),
        };

    private static Html Table(PageFrame f, IReadOnlyList<StewardRing> rings) =>
        $"""
            <table class="cards"><thead><tr><th>{f.T.Say("s.col.people")}</th><th>{f.T.Say("s.col.state")}</th><th>{f.T.Say(
                "s.col.votes"
            )}</th><th>{f.T.Say("s.col.deadline")}</th></tr></thead><tbody>{Html.Each(rings, r => Row(f, r))}</tbody></table>
            """;

    private static Html Row(PageFrame f, StewardRing r) =>
        $"""
            <tr><th scope="row">{Html.Each(r.Participants.Index(), p => $"{(p.Index > 0 ? " · " : "")}{Part.Words(p.Item.Label)}")}<br><span class="soft small">{Part.Hash(
                r.ChainId
            )}</span></th><td data-label="{f.T.Plain("s.col.state")}">{Part.Chip(
                IconOf(r.State),
                f.T.Say("s.ring." + r.State),
                ToneOf(r.State),
                Part.Age(f, r.Since)
            )}</td>
            <td data-label="{f.T.Plain("s.col.votes")}"><span class="chips">{Html.Each(
                r.HomeNodes,
                n => Vote(f, n)
            )}</span></td><td data-label="{f.T.Plain("s.col.deadline")}">{Part.When(f, r.Deadline)}</td></tr>
            """;

    private static Html Vote(PageFrame f, StewardRingNode n) =>
        n.Vote switch
        {
            "yes" => Part.Chip("check", $"{Part.Words(n.Name)} {f.T.Say("s.vote.yes")}", "good"),
            "no" => Part.Chip("refused", $"{Part.Words(n.Name)} {f.T.Say("s.vote.no")}", "bad"),
            _ => Part.Chip("wait", $"{Part.Words(n.Name)} {f.T.Say("s.vote.none")}", "wait"),
        };

    private static string IconOf(string state) =>
        state switch
        {
            "COMPLETED" => "done",
            "COMMITTED" => "promise",
            "ABORTED" => "refused",
            _ => "wait",
        };

    private static string ToneOf(string state) =>
        state is "COMPLETED" or "COMMITTED" ? "good"
        : state == "ABORTED" ? ""
        : "wait";
}
