using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Sync;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>What the queue page shows.</summary>
public sealed record QueueModel(
    IReadOnlyList<QueueView> Queues,
    LinksView Links,
    IReadOnlyList<SetAsideView> Aside,
    string? Note
);

/// <summary>What waits for whom in the honest states, the lanes it goes by, and what was set aside.</summary>
public static class QueuePage
{
    private static readonly string[] Notes = ["granted", "paused", "resumed", "closed", "sent", "discarded"];

    /// <summary>The page at <c>/queues</c>.</summary>
    public static Html Render(PageFrame f, QueueModel m) =>
        Shell.Document(
            f,
            f.T.Plain("rail.queues"),
            $"""
            <h1>{f.T.Say("rail.queues")}</h1>{NoteOf(f, m.Note)}<p class="soft">{f.T.Say(
                "s.queue.lead"
            )}</p><div id="queues" class="stack" data-live="queues neighbours">
            {Html.Each(m.Links.Restraints, r => Restraint(f, r))}
            {(m.Queues.Count == 0 ? Part.EmptyState("queue", f.T.Say("s.queue.none")) : Html.Each(m.Queues, q => Queue(f, m, q)))}
            {BlobPart.Render(f, m.Links.Blobs)}
            <section><h2>{f.T.Say("s.aside.title")}</h2><p class="soft">{f.T.Say("s.aside.lead")}</p>{(
                m.Aside.Count == 0 ? Part.Chip("done", f.T.Say("s.aside.none"), "good") : Aside(f, m.Aside)
            )}</section></div>
            """
        );

    private static Html NoteOf(PageFrame f, string? note) =>
        note is not null && Notes.Contains(note) ? Part.Notice("", f.T.Say("s.queue.note." + note)) : Html.Empty;

    private static Html Restraint(PageFrame f, RestraintView r) =>
        Part.Notice("attention", $"{f.T.Say("s.lane.restraint." + r.Cause)} {RestraintWords(f, r)} {Part.Age(f, r.Since)}");

    private static Html RestraintWords(PageFrame f, RestraintView r) =>
        f.T.Has("s.lane.says." + r.Says) ? f.T.Say("s.lane.says." + r.Says) : Part.Words(r.Says);

    private static Html Queue(PageFrame f, QueueModel m, QueueView q)
    {
        var links = m.Links.Peers.FirstOrDefault(p => p.Did == q.Did);
        return $"""
            <section class="card"><h2>{Part.Words(q.Name)}</h2><div class="chips">{Around.Contact(
                f,
                new NeighbourView(q.Did, q.Name, q.Connected, q.LastContact)
            )}{(links is null ? Html.Empty : Way(f, links))}</div>
            {(
                q.Rows.Count == 0
                    ? (Html)$"<p class=\"soft\">{f.T.Say("s.queue.nothing")}</p>"
                    : $"<ul class=\"list loose\">{Html.Each(q.Rows, r => Row(f, q, r))}</ul>"
            )}{(links is null ? Html.Empty : Lanes(f, links))}</section>
            """;
    }

    private static Html Way(PageFrame f, PeerLanes p) =>
        Part.Chip("neighbours", f.T.Say("s.way." + p.Way), "", p.Since is { } since ? Part.Age(f, since) : null);

    private static Html Row(PageFrame f, QueueView q, QueueRow r) =>
        $"""<li><span>{Chip(f, q, r)}</span><span>{f.T.Say("s.queue.count", ("n", r.Count), ("bytes", Part.Bytes(r.Bytes)))}</span></li>""";

    // A single entry knows its person; a whole queue only that people over there have answered.
    private static Html Chip(PageFrame f, QueueView q, QueueRow r) =>
        r.Kind == DeliveryKind.PersonHasIt
            ? Part.Chip("person", f.T.Say("s.delivery.person", ("who", Part.Words(q.Name))), "good", Part.Age(f, r.Oldest))
            : Part.DeliveryChip(f, new Delivery(r.Kind, q.Name, r.Oldest));

    private static Html Lanes(PageFrame f, PeerLanes p) =>
        $"""
            <h3>{f.T.Say("s.lane.title")}</h3><table class="cards"><thead><tr><th>{f.T.Say("s.col.lane")}</th><th>{f.T.Say(
                "s.col.state"
            )}</th><th>{f.T.Say("s.col.load")}</th><th>{f.T.Say("s.col.do")}</th></tr></thead>
            <tbody>{Html.Each(p.Lanes, l => Lane(f, p, l))}</tbody></table>
            """;

    private static Html Lane(PageFrame f, PeerLanes p, LaneView l) =>
        $"""
            <tr><th scope="row">{LaneName(f, l)}</th><td data-label="{f.T.Plain("s.col.state")}">{LaneChip(
                f,
                l
            )}</td><td data-label="{f.T.Plain("s.col.load")}">{Load(f, l)}</td><td data-label="{f.T.Plain(
                "s.col.do"
            )}"><div class="buttons">{LaneActs(f, p, l)}</div></td></tr>
            """;

    internal static Html LaneName(PageFrame f, LaneView l) =>
        f.T.Say("s.lane." + l.Direction, ("class", f.T.Say("s.lane.class." + l.Class)));

    private static Html LaneChip(PageFrame f, LaneView l)
    {
        var (icon, tone) = l.State switch
        {
            "open" => ("done", "good"),
            "closed" => ("refused", ""),
            _ => ("attention", "wait"),
        };
        var ends = l.Expires is { } at ? $" · {f.T.Say("s.lane.until", ("when", Part.When(f, at)))}" : Html.Empty;
        return $"{Part.Chip(icon, f.T.Say("s.lane.state." + l.State), tone)}<span class=\"soft small\">{ends}</span>";
    }

    private static Html Load(PageFrame f, LaneView l)
    {
        var key = l.Direction == "out" ? "s.lane.waits" : "s.lane.today";
        var words = f.T.Say(key, ("n", l.Rows), ("bytes", Part.Bytes(l.Bytes)));
        var age = l.Oldest is { } at ? (Html)$" · {Part.Age(f, at)}" : Html.Empty;
        return l.MaxBytes == 0 ? (Html)$"{words}{age}" : $"{Meter(f, l)}<span>{words}{age}</span>";
    }

    private static Html Meter(PageFrame f, LaneView l)
    {
        var used = Math.Min(100.0, Math.Max(100.0 * l.Bytes / l.MaxBytes, 100.0 * l.Rows / Math.Max(1, l.MaxRows)));
        var tone =
            used > 95 ? "bad"
            : used > 80 ? "wait"
            : "";
        var words = f.T.Plain("s.lane.quota", ("n", l.MaxRows), ("bytes", Part.Bytes(l.MaxBytes)));
        return $"""<div class="meter {tone}"><svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{words}"><rect width="{used}" height="10"/></svg></div>""";
    }

    private static Html LaneActs(PageFrame f, PeerLanes p, LaneView l)
    {
        if (l.Class == "control")
            return f.T.Say("s.lane.always");
        var path = PathOf(p.Did, l.Class, l.Direction);
        var bounds = Part.LinkButton(path, f.T.Say(l.State == "closed" ? "s.lane.grant" : "s.lane.change"));
        return l.State switch
        {
            "closed" or "expired" => bounds,
            "paused" => $"{Part.ButtonForm(f, path + "/resume", f.T.Say("s.lane.resume"), "")}{bounds}",
            _ => $"{Part.ButtonForm(f, path + "/pause", f.T.Say("s.lane.pause"), "")}{bounds}",
        };
    }

    internal static string PathOf(string did, string cls, string direction) =>
        $"/lanes/{Uri.EscapeDataString(did)}/{cls}/{direction}";

    private static Html Aside(PageFrame f, IReadOnlyList<SetAsideView> aside) =>
        $"""
            <table class="cards"><thead><tr><th>{f.T.Say("s.col.neighbour")}</th><th>{f.T.Say("s.col.kind")}</th><th>{f.T.Say(
                "s.col.reason"
            )}</th><th>{f.T.Say("s.col.age")}</th><th>{f.T.Say("s.col.do")}</th></tr></thead>
            <tbody>{Html.Each(aside, a => AsideRow(f, a))}</tbody></table>
            """;

    private static Html AsideRow(PageFrame f, SetAsideView a) =>
        $"""
            <tr><th scope="row">{Part.Words(a.Peer)}</th><td data-label="{f.T.Plain(
                "s.col.kind"
            )}">{a.Kind}</td><td data-label="{f.T.Plain("s.col.reason")}">{Part.Reason(
                f.T,
                a.Reason
            )} <code>{a.Reason}</code></td><td data-label="{f.T.Plain("s.col.age")}">{Part.Age(
                f,
                a.Since
            )}</td><td data-label="{f.T.Plain("s.col.do")}"><div class="buttons">{Part.ButtonForm(
                f,
                $"/aside/{a.Id}/send",
                f.T.Say("s.aside.send"),
                ""
            )}{Part.ButtonForm(f, $"/aside/{a.Id}/discard", f.T.Say("s.aside.discard"), "danger")}</div></td></tr>
            """;
}

/// <summary>The draft of a lane grant: what it lets machines do, within which bounds, until when.</summary>
public static class LaneDraftPage
{
    /// <summary>The page at <c>/lanes/{did}/{class}/{direction}</c>.</summary>
    public static Html Render(PageFrame f, PeerLanes p, LaneView l, LaneGrant grant) =>
        Shell.Document(
            f,
            f.T.Plain("s.lane.draft.title"),
            $"""
            <h1>{QueuePage.LaneName(f, l)}: {Part.Words(p.Name)}</h1>
            <section class="card"><h2>{f.T.Say("s.draft.starts")}</h2><ul class="rows"><li>{f.T.Say(
                "s.lane.draft." + l.Direction + "." + l.Class
            )}</li><li>{f.T.Say("s.lane.draft.machines")}</li><li>{f.T.Say("s.lane.draft.waits")}</li></ul></section>
            <form class="card stack" method="post" action="{QueuePage.PathOf(p.Did, l.Class, l.Direction) + "/grant"}">{f.TokenField}
            {Number(f, "days", (long)grant.Lifetime.TotalDays)}{Number(f, "priority", grant.Priority)}
            {(l.Direction == "out" ? Number(f, "rate", grant.Rate) : Html.Empty)}
            {Number(f, "rows", grant.MaxRows)}{Number(f, "megabytes", Math.Max(1, grant.MaxBytes >> 20))}
            <div class="buttons"><button class="main">{f.T.Say("s.lane.draft.do")}</button>{Part.LinkButton(
                "/queues",
                f.T.Say("s.lane.draft.keep")
            )}</div></form>
            {(
                l.State == "closed"
                    ? Html.Empty
                    : $"<section class=\"card\"><h2>{f.T.Say("s.lane.close.title")}</h2><p>{f.T.Say("s.lane.close.text")}</p>{Part.ButtonForm(f, QueuePage.PathOf(p.Did, l.Class, l.Direction) + "/close", f.T.Say("s.lane.close.do"), "danger")}</section>"
            )}
            """
        );

    private static Html Number(PageFrame f, string name, long value) =>
        $"""<div><label for="{name}">{f.T.Say("s.lane.field." + name)}</label><input type="text" inputmode="numeric" id="{name}" name="{name}" dir="ltr" maxlength="12" value="{value}" required></div>""";
}
