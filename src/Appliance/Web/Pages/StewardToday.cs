using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>The stewards' sign-in.</summary>
public static class StewardSignInPage
{
    /// <summary>The page at <c>/</c> when signed out.</summary>
    public static Html Render(PageFrame f, string? note, string? problem) =>
        Shell.Document(
            f,
            f.T.Plain("s.signin.title"),
            $"""
            {WelcomePage.NoteOf(f, note)}
            <section class="card"><h1>{f.T.Say("s.signin.title")}</h1><p>{f.T.Say("s.signin.lead")}</p>
            <form class="stack" method="post" action="/signin" autocomplete="off">{f.TokenField}
            {(problem is null ? Html.Empty : Part.Notice("attention", f.T.Say(problem)))}
            <div><label for="code">{f.T.Say("s.signin.code")}</label><p class="hint" id="code-hint">{f.T.Say("s.signin.hint")}</p>
            <input class="code" type="text" id="code" name="code" dir="ltr" aria-describedby="code-hint" autocapitalize="characters" spellcheck="false" maxlength="60" required></div>
            <button class="main wide">{f.T.Say("s.signin.do")}</button></form></section>
            """
        );
}

/// <summary>What a steward sees in one glance.</summary>
public sealed record TodayModel(
    HealthView Health,
    IReadOnlyList<PeeringView> Peerings,
    IReadOnlyList<QueueView> Queues,
    IReadOnlyDictionary<string, int> Rings,
    ResidentsView Residents
);

/// <summary>The daily page: what needs a hand first, then how things stand; every amber and red says what to do.</summary>
public static class TodayPage
{
    /// <summary>The page at <c>/</c>.</summary>
    public static Html Render(PageFrame f, TodayModel m) =>
        Shell.Document(
            f,
            f.T.Plain("rail.today"),
            $"""
            <h1>{f.T.Say("rail.today")}</h1><div id="today" class="stack" data-live="neighbours queues rings health">
            {Html.Each(m.Peerings.Where(p => p is { State: "proposed", RequestedBy: "them" }), p => Request(f, p))}
            {Html.Each(m.Peerings.Where(p => p.State == "suspended"), p => Suspended(f, p))}
            {Checks(f, m.Health)}
            {Figures(f, m)}
            <section><h2>{f.T.Say("s.today.queues")}</h2>{(
                m.Queues.Count == 0
                    ? Part.EmptyState(
                        "neighbours",
                        f.T.Say("s.queue.none"),
                        Part.LinkButton("/neighbours", f.T.Say("s.neighbours.find"))
                    )
                    : $"<ul class=\"list\">{Html.Each(m.Queues, q => Queue(f, q))}</ul>"
            )}</section></div>
            """
        );

    private static Html Request(PageFrame f, PeeringView p) =>
        Part.Next(
            $"/peerings/{Uri.EscapeDataString(p.Did)}/accept",
            "neighbours",
            f.T.Say("s.today.request", ("who", Part.Words(p.Name))),
            f.T.Say("s.today.request.since", ("age", Part.Ago(f, p.Since)))
        );

    private static Html Suspended(PageFrame f, PeeringView p) =>
        Part.Next(
            "/neighbours",
            "neighbours",
            f.T.Say("s.today.suspended", ("who", Part.Words(p.Name))),
            f.T.Say("s.today.suspended.since", ("age", Part.Ago(f, p.Since)))
        );

    // What needs a hand has a row of its own; what is well is one line.
    private static Html Checks(PageFrame f, HealthView health)
    {
        var open = health.Checks.Where(c => c.Level is CheckLevel.Attention or CheckLevel.Danger).OrderByDescending(c => c.Level);
        var well = health.Checks.Where(c => c.Level is CheckLevel.Good or CheckLevel.Unmeasured).OrderBy(c => c.Level);
        return $"""
            <section>{Html.Each(open, c => HealthPage.Check(f, c))}<div class="chips">{Html.Each(
                well,
                c => HealthPage.Chip(f, c)
            )}</div></section>
            """;
    }

    private static Html Figures(PageFrame f, TodayModel m)
    {
        var running = m.Rings.Where(r => r.Key is "SEEN" or "VALIDATED" or "CONSENTED" or "YES").Sum(r => r.Value);
        return $"""
            <dl class="figures">{Figure(f, "s.figure.residents", m.Residents.Count)}{Figure(
                f,
                "s.figure.offerings",
                m.Residents.Offerings
            )}{Figure(f, "s.figure.needs", m.Residents.Needs)}
            {Figure(f, "s.figure.asking", running)}{Figure(f, "s.figure.agreed", m.Rings.GetValueOrDefault("COMMITTED"))}{Figure(
                f,
                "s.figure.done",
                m.Rings.GetValueOrDefault("COMPLETED")
            )}</dl>
            """;
    }

    internal static Html Figure(PageFrame f, string name, long number) =>
        $"""<div class="figure"><dt>{f.T.Say(name)}</dt><dd>{number}</dd></div>""";

    private static Html Queue(PageFrame f, QueueView q)
    {
        var waiting = q.Rows.FirstOrDefault(r => r.Kind == DeliveryKind.Waiting);
        var state = waiting is null
            ? Part.Chip("done", f.T.Say("s.queue.empty"), "good")
            : Part.Chip("wait", f.T.Say("s.queue.waiting", ("n", waiting.Count)), "wait", Part.Age(f, waiting.Oldest));
        return $"""<li><span>{Part.Words(q.Name)}</span><span class="chips">{Around.Contact(f, new NeighbourView(q.Did, q.Name, q.Connected, q.LastContact))}{state}</span></li>""";
    }
}
