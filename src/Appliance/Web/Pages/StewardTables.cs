using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>The data map: the very table by which the sender's gate decides, in words.</summary>
public static class DataMapPage
{
    /// <summary>The page at <c>/map</c>.</summary>
    public static Html Render(PageFrame f) =>
        Shell.Document(
            f,
            f.T.Plain("rail.map"),
            $"""
            <h1>{f.T.Say("rail.map")}</h1><p>{f.T.Say("s.map.lead")}</p>
            <section><h2>{f.T.Say("s.map.leaves")}</h2><p class="soft">{f.T.Say("s.map.leaves.lead")}</p>
            <table class="cards"><thead><tr><th>{f.T.Say("s.col.what")}</th><th>{f.T.Say("s.col.class")}</th><th>{f.T.Say(
                "s.col.to"
            )}</th><th>{f.T.Say("s.col.approver")}</th></tr></thead><tbody>{Html.Each(
                DataMap.KindRules,
                r => Kind(f, r)
            )}</tbody></table></section>
            <section><h2>{f.T.Say("s.map.tables")}</h2><p class="soft">{f.T.Say("s.map.tables.lead")}</p>
            <table class="cards"><thead><tr><th>{f.T.Say("s.col.what")}</th><th>{f.T.Say("s.col.class")}</th><th>{f.T.Say(
                "s.col.approver"
            )}</th></tr></thead><tbody>{Html.Each(DataMap.TableRules, r => Table(f, r))}</tbody></table></section>
            <div class="buttons"><button type="button" data-print hidden>{Icons.Icon("print")}<span>{f.T.Say(
                "print.print"
            )}</span></button></div>
            """
        );

    private static Html Kind(PageFrame f, KindRule r) =>
        $"""<tr><th scope="row">{r.What}<br><code class="soft">{r.Kind}</code></th><td data-label="{f.T.Plain("s.col.class")}">{Class(f, r.Class)}</td><td data-label="{f.T.Plain("s.col.to")}">{r.To}</td><td data-label="{f.T.Plain("s.col.approver")}">{r.Approver}</td></tr>""";

    private static Html Table(PageFrame f, TableRule r) =>
        $"""<tr><th scope="row">{r.What}<br><code class="soft">{r.Table}</code></th><td data-label="{f.T.Plain("s.col.class")}">{Class(f, r.Class)}</td><td data-label="{f.T.Plain("s.col.approver")}">{r.Approver}</td></tr>""";

    private static Html Class(PageFrame f, DataClass cls) =>
        cls switch
        {
            DataClass.Public => Part.Chip("today", f.T.Say("s.class.public"), "wait"),
            DataClass.Shared => Part.Chip("neighbours", f.T.Say("s.class.shared"), "good"),
            DataClass.RestoreOnly => Part.Chip("kept", f.T.Say("s.class.restore")),
            _ => Part.Chip("cabinet", f.T.Say("s.class.local")),
        };
}

/// <summary>The audit log: every act that crossed to a neighbour.</summary>
public static class AuditPage
{
    /// <summary>The page at <c>/audit</c>.</summary>
    public static Html Render(PageFrame f, IReadOnlyList<AuditView> rows) =>
        Shell.Document(
            f,
            f.T.Plain("rail.audit"),
            $"""
            <h1>{f.T.Say("rail.audit")}</h1><p class="soft">{f.T.Say("s.audit.lead")}</p>
            {(rows.Count == 0 ? Part.EmptyState("audit", f.T.Say("s.audit.none")) : Table(f, rows))}
            """
        );

    private static Html Table(PageFrame f, IReadOnlyList<AuditView> rows) =>
        $"""
            <table class="cards"><thead><tr><th>{f.T.Say("s.col.act")}</th><th>{f.T.Say("s.col.neighbour")}</th><th>{f.T.Say(
                "s.col.detail"
            )}</th><th>{f.T.Say("s.col.when")}</th></tr></thead>
            <tbody>{Html.Each(rows, r => Row(f, r))}</tbody></table>
            """;

    private static Html Act(PageFrame f, string act) => f.T.Has("s.act." + act) ? f.T.Say("s.act." + act) : Part.Words(act);

    private static Html Row(PageFrame f, AuditView r) =>
        $"""<tr><th scope="row">{Act(f, r.Act)}<br><code class="soft">{r.Act}</code></th><td data-label="{f.T.Plain("s.col.neighbour")}">{Part.Words(r.Peer)}</td><td data-label="{f.T.Plain("s.col.detail")}">{Part.Detail(r.Detail)}</td><td data-label="{f.T.Plain("s.col.when")}">{Part.When(f, r.At)}</td></tr>""";
}

/// <summary>Disk, clock, database, broker and wire, each with a sentence.</summary>
public static class HealthPage
{
    /// <summary>The page at <c>/health</c>.</summary>
    public static Html Render(PageFrame f, HealthView h, WireView w) =>
        Shell.Document(
            f,
            f.T.Plain("rail.health"),
            $"""
            <h1>{f.T.Say("rail.health")}</h1><div id="health" class="stack" data-live="health queues">
            <section class="stack">{Html.Each(h.Checks, c => Check(f, c))}</section>
            <section class="card"><h2>{f.T.Say("s.health.disk")}</h2>{Disk(f, h)}</section>
            <section><h2>{f.T.Say("s.health.wire")}</h2>{Wire(f, w)}</section>
            {(w.Refused.Count == 0 ? Html.Empty : Refused(f, w))}
            <p class="soft small">{f.T.Say(
                "s.health.about",
                ("version", h.Version),
                ("age", Part.Age(f, h.Started)),
                ("database", Part.Bytes(h.DatabaseBytes))
            )}</p></div>
            """
        );

    /// <summary>One check: icon and word by level, what is found, what to do.</summary>
    internal static Html Check(PageFrame f, CheckView c)
    {
        var (icon, tone, word) = Level(c);
        return $"""<div class="check {tone}">{Icons.Icon(icon)}<div><p><b>{NameOf(f, c)}</b> · {f.T.Say(word)}</p><p>{c.Says}{(c.Do.Length == 0 ? Html.Empty : $" <b>{c.Do}</b>")}</p></div></div>""";
    }

    /// <summary>A check that needs no hand, in a word.</summary>
    internal static Html Chip(PageFrame f, CheckView c)
    {
        var (icon, tone, word) = Level(c);
        return Part.Chip(icon, $"{NameOf(f, c)}: {f.T.Say(word)}", tone);
    }

    private static (string Icon, string Tone, string Word) Level(CheckView c) =>
        c.Level switch
        {
            CheckLevel.Good => ("done", "good", "s.level.good"),
            CheckLevel.Attention => ("attention", "wait", "s.level.attention"),
            CheckLevel.Unmeasured => ("info", "", "s.level.unmeasured"),
            _ => ("danger", "bad", "s.level.danger"),
        };

    /// <summary>The check's name in words; the host may know checks that no catalogue names yet.</summary>
    internal static Html NameOf(PageFrame f, CheckView c) =>
        f.T.Has("s.check." + c.Name) ? f.T.Say("s.check." + c.Name) : Html.Text(c.Name);

    private static Html Disk(PageFrame f, HealthView h)
    {
        var used = h.DiskTotal <= 0 ? 0 : 100 - (100.0 * h.DiskFree / h.DiskTotal);
        var tone =
            used > 95 ? "bad"
            : used > 85 ? "wait"
            : "";
        return $"""
            <div class="meter {tone}"><svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{f.T.Plain(
                "s.health.disk.words",
                ("free", Part.Bytes(h.DiskFree)),
                ("total", Part.Bytes(h.DiskTotal))
            )}"><rect width="{used}" height="10"/></svg><span>{f.T.Say(
                "s.health.disk.words",
                ("free", Part.Bytes(h.DiskFree)),
                ("total", Part.Bytes(h.DiskTotal))
            )}</span></div>
            """;
    }

    private static Html Wire(PageFrame f, WireView w) =>
        $"""
            <dl class="figures">{TodayPage.Figure(f, "s.wire.sent", w.StatementsSent)}{TodayPage.Figure(
                f,
                "s.wire.received",
                w.StatementsReceived
            )}{TodayPage.Figure(f, "s.wire.bundles", w.BundlesSent)}
            <div class="figure"><dt>{f.T.Say("s.wire.bytes.sent")}</dt><dd>{Part.Bytes(
                w.BytesSent
            )}</dd></div><div class="figure"><dt>{f.T.Say("s.wire.bytes.received")}</dt><dd>{Part.Bytes(
                w.BytesReceived
            )}</dd></div></dl>
            """;

    private static Html Refused(PageFrame f, WireView w) =>
        $"""
            <section><h2>{f.T.Say("s.refused.title")}</h2><p class="soft">{f.T.Say(
                "s.refused.lead"
            )}</p><ul class="list">{Html.Each(
                w.Refused,
                r => $"<li><span>{Part.Words(r.Peer)} <code>{r.Code}</code></span><span>{r.Count}</span></li>"
            )}</ul></section>
            """;
}

/// <summary>Numbers of residents, and a new one's card. The page lists nobody.</summary>
public static class ResidentsPage
{
    /// <summary>The page at <c>/residents</c>.</summary>
    public static Html Render(PageFrame f, ResidentsView m, string? problem) =>
        Shell.Document(
            f,
            f.T.Plain("rail.residents"),
            $"""
            <h1>{f.T.Say("rail.residents")}</h1><dl class="figures">{TodayPage.Figure(
                f,
                "s.figure.residents",
                m.Count
            )}{TodayPage.Figure(f, "s.figure.active", m.ActiveLast30Days)}{TodayPage.Figure(
                f,
                "s.figure.offerings",
                m.Offerings
            )}{TodayPage.Figure(f, "s.figure.needs", m.Needs)}</dl>
            <section class="card"><h2>{f.T.Say("s.residents.add")}</h2><p class="soft">{f.T.Say("s.residents.add.lead")}</p>
            <form class="stack" method="post" action="/residents" autocomplete="off">{f.TokenField}{(
                problem is null ? Html.Empty : Part.Notice("attention", f.T.Say(problem))
            )}
            <div><label for="label">{f.T.Say(
                "join.label"
            )}</label><input type="text" id="label" name="label" dir="auto" maxlength="{CardPages.MaxLabel}" required></div><div class="buttons"><button class="main">{Icons.Icon(
                "card"
            )}<span>{f.T.Say("s.residents.make")}</span></button></div></form></section>
            """
        );
}
