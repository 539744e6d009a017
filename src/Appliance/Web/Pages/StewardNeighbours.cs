using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Federation;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>Who is around, who asks, and with whom there is an agreement.</summary>
public static class NeighboursPage
{
    /// <summary>The page at <c>/neighbours</c>.</summary>
    public static Html Render(
        PageFrame f,
        IReadOnlyList<DiscoveredView> discovered,
        IReadOnlyList<PeeringView> peerings,
        IReadOnlyList<PairingUnderWay> underWay,
        string? note
    )
    {
        var asking = peerings.Where(p => p is { State: "proposed", RequestedBy: "them" }).ToList();
        var known = peerings
            .Where(p => p.State is "accepted" or "enrolled" or "suspended")
            .Select(p => p.Did)
            .ToHashSet(StringComparer.Ordinal);
        var strangers = discovered.Where(d => !known.Any(k => k.Contains(d.Did13, StringComparison.Ordinal))).ToList();
        return Shell.Document(
            f,
            f.T.Plain("rail.neighbours"),
            $"""
            {WelcomePage.NoteOf(f, note)}<h1>{f.T.Say("rail.neighbours")}</h1>
            <div id="peerings" class="stack" data-live="neighbours">
            {(
                asking.Count == 0
                    ? Html.Empty
                    : $"<section><h2>{f.T.Say("s.neighbours.asking")}</h2>{Html.Each(asking, p => Asking(f, p))}</section>"
            )}
            {OnTheWay(f, underWay)}
            <section><h2>{f.T.Say("s.neighbours.peerings")}</h2>{Peerings(f, peerings.Except(asking).ToList())}</section>
            <section><h2>{f.T.Say("s.neighbours.around")}</h2>{Discovered(f, strangers)}</section></div>
            <section class="card"><h2>{f.T.Say("s.neighbours.byaddress")}</h2><p class="hint">{f.T.Say(
                "s.neighbours.byaddress.hint"
            )}</p>{ByAddress(f)}<div class="buttons">{Part.LinkButton("/neighbours/card", f.T.Say("s.card.link"))}</div></section>
            <section class="card"><h2>{f.T.Say("s.courier.title")}</h2><p class="hint">{f.T.Say(
                "s.courier.what"
            )}</p><div class="buttons">{Part.LinkButton("/courier", f.T.Say("s.courier.open"))}</div></section>
            """
        );
    }

    private static Html Asking(PageFrame f, PeeringView p) =>
        $"""
            <div class="card"><h3>{Part.Words(p.Name)}</h3><p class="mono small">{p.Did}</p><p>{f.T.Say(
                "s.neighbours.asks",
                ("age", Part.Ago(f, p.Since))
            )}</p>
            <div class="buttons">{Part.LinkButton(
                $"/peerings/{Uri.EscapeDataString(p.Did)}/accept",
                f.T.Say("s.neighbours.look"),
                "main"
            )}{Part.ButtonForm(
                f,
                $"/peerings/{Uri.EscapeDataString(p.Did)}/decline",
                f.T.Say("s.neighbours.decline"),
                ""
            )}</div></div>
            """;

    private static Html OnTheWay(PageFrame f, IReadOnlyList<PairingUnderWay> underWay) =>
        underWay.Count == 0
            ? Html.Empty
            : $"""<section><h2>{f.T.Say("s.neighbours.underway")}</h2><ul class="list">{Html.Each(underWay, u => UnderWay(f, u))}</ul></section>""";

    private static Html UnderWay(PageFrame f, PairingUnderWay u) =>
        $"""
            <li><span><bdi>{u.Address}</bdi> <span class="small soft">{(
                u.Fault is null ? f.T.Say("s.neighbours.underway.sent") : Part.Words(u.Fault)
            )}</span></span><span>{Part.Chip("wait", f.T.Say("s.neighbours.underway.tries", ("n", u.Tries)), "wait")}</span></li>
            """;

    private static Html Peerings(PageFrame f, List<PeeringView> peerings) =>
        peerings.Count == 0
            ? Part.EmptyState("neighbours", f.T.Say("s.neighbours.none"))
            : $"""
                <table class="cards"><thead><tr><th>{f.T.Say("s.col.neighbour")}</th><th>{f.T.Say(
                    "s.col.state"
                )}</th><th>{f.T.Say("s.col.contact")}</th><th>{f.T.Say(
                    "s.col.contract"
                )}</th><th></th></tr></thead><tbody>{Html.Each(peerings, p => Row(f, p))}</tbody></table>
                """;

    private static Html Row(PageFrame f, PeeringView p) =>
        $"""
            <tr><th scope="row">{Part.Words(p.Name)}<br><span class="mono small soft">{Short(
                p.Did
            )}</span></th><td data-label="{f.T.Plain("s.col.state")}"><div>{StateChip(f, p)}{Why(p)}</div></td>
            <td data-label="{f.T.Plain("s.col.contact")}">{(
                p.State == "enrolled"
                    ? Around.Contact(f, new NeighbourView(p.Did, p.Name, p.Connected, p.LastContact))
                    : Html.Empty
            )}</td>
            <td data-label="{f.T.Plain("s.col.contract")}">{p.Contract}</td><td>{Acts(f, p)}</td></tr>
            """;

    private static Html Why(PeeringView p) =>
        p is { State: "suspended", Reason: { } reason } ? (Html)$"""<br><span class="small soft">{reason}</span>""" : Html.Empty;

    private static Html Acts(PageFrame f, PeeringView p) =>
        p.State switch
        {
            "enrolled" => Buttons(f, p, "suspend", f.T.Say("s.neighbours.suspend")),
            "suspended" => Buttons(f, p, "resume", f.T.Say("s.neighbours.resume")),
            "accepted" => EndButton(f, p),
            "proposed" => Part.ButtonForm(
                f,
                $"/peerings/{Uri.EscapeDataString(p.Did)}/decline",
                f.T.Say("s.neighbours.takeback"),
                ""
            ),
            _ => Html.Empty,
        };

    private static Html Buttons(PageFrame f, PeeringView p, string act, Html label) =>
        $"""<div class="buttons">{Part.ButtonForm(
            f,
            $"/peerings/{Uri.EscapeDataString(p.Did)}/{act}",
            label,
            ""
        )}{EndButton(f, p)}</div>""";

    private static Html EndButton(PageFrame f, PeeringView p) =>
        Part.LinkButton($"/peerings/{Uri.EscapeDataString(p.Did)}/end", f.T.Say("s.neighbours.end"), "danger");

    internal static Html StateChip(PageFrame f, PeeringView p) =>
        (p.State, p.RequestedBy) switch
        {
            ("enrolled", _) => Part.Chip("done", f.T.Say("s.peer.enrolled"), "good", Part.Age(f, p.Since)),
            ("accepted", _) => Part.Chip("wait", f.T.Say("s.peer.accepted"), "wait", Part.Age(f, p.Since)),
            ("suspended", _) => Part.Chip("attention", f.T.Say("s.peer.suspended"), "bad", Part.Age(f, p.Since)),
            ("proposed", "us") => Part.Chip("wait", f.T.Say("s.peer.proposed.us"), "wait", Part.Age(f, p.Since)),
            ("proposed", _) => Part.Chip("attention", f.T.Say("s.peer.proposed.them"), "wait", Part.Age(f, p.Since)),
            ("declined", _) => Part.Chip("refused", f.T.Say("s.peer.declined"), "", Part.Age(f, p.Since)),
            _ => Part.Chip("refused", f.T.Say("s.peer.revoked"), "", Part.Age(f, p.Since)),
        };

    private static Html Discovered(PageFrame f, List<DiscoveredView> found) =>
        found.Count == 0
            ? (Html)$"""<p class="soft">{f.T.Say("s.neighbours.around.none")}</p>"""
            : $"""<div class="rows">{Html.Each(found, d => Found(f, d))}</div>""";

    private static Html Found(PageFrame f, DiscoveredView d) =>
        $"""
            <div class="row"><div class="top">{Icons.Icon("cabinet")}<div><div class="title">{Part.Words(
                d.Instance
            )}</div><div class="soft small"><bdi>{d.Address}</bdi> · {f.T.Say("neighbour.seen")} {Part.Age(
                f,
                d.Seen
            )} · <span class="mono">{d.Did13}</span></div></div>
            {Part.ButtonForm(f, "/neighbours/request", f.T.Say("s.neighbours.ask"), "", Address(d))}</div></div>
            """;

    private static Html Address(DiscoveredView d) =>
        $"""{Part.Hidden("address", d.Address)}{Part.Hidden("pair_port", d.PairPort.ToString())}""";

    private static Html ByAddress(PageFrame f) =>
        $"""
            <form class="stack" method="post" action="/neighbours/request">{f.TokenField}<div class="two"><div><label for="address">{f.T.Say(
                "s.neighbours.address"
            )}</label><input type="text" id="address" name="address" dir="ltr" maxlength="45" required></div>
            <div><label for="pair_port">{f.T.Say(
                "s.neighbours.port"
            )}</label><input type="text" inputmode="numeric" id="pair_port" name="pair_port" dir="ltr" maxlength="5" value="8444" required></div></div><div class="buttons"><button>{f.T.Say(
                "s.neighbours.ask"
            )}</button></div></form>
            """;

    internal static string Short(string did) => did.Length > 22 ? did[9..22] : did;
}

/// <summary>What will follow, before a steward agrees to a peering or ends one.</summary>
public static class PeeringDraftPage
{
    /// <summary>The draft before a peering is accepted: who, what may flow, what the agreement says.</summary>
    public static Html RenderAccept(PageFrame f, PeeringView p) =>
        Shell.Document(
            f,
            f.T.Plain("s.accept.title"),
            $"""
            <h1>{f.T.Say("s.accept.heading", ("who", Part.Words(p.Name)))}</h1>
            <section class="card"><p>{f.T.Say("s.accept.who")}</p><p class="mono">{p.Did}</p><p class="hint">{f.T.Say(
                "s.accept.check"
            )}</p></section>
            <section class="card"><h2>{f.T.Say("s.draft.starts")}</h2><ul class="rows"><li>{f.T.Say(
                "s.accept.starts1"
            )}</li><li>{f.T.Say("s.accept.starts2")}</li><li>{f.T.Say("s.accept.starts3")}</li></ul>
            <h2>{f.T.Say("s.draft.stays")}</h2><p>{f.T.Say("s.accept.stays")}</p>
            <details><summary>{f.T.Say(
                "s.accept.contract",
                ("version", PeeringContract.Current.Version)
            )}</summary><p class="mono small">{PeeringContract.Current.Hash}</p>{Html.Each(
                PeeringContract.Current.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries),
                x => $"<p>{x}</p>"
            )}</details></section>
            <div class="buttons">{Part.ButtonForm(
                f,
                $"/peerings/{Uri.EscapeDataString(p.Did)}/accept",
                f.T.Say("s.accept.do"),
                "main"
            )}{Part.ButtonForm(f, $"/peerings/{Uri.EscapeDataString(p.Did)}/decline", f.T.Say("s.neighbours.decline"), "")}</div>
            """
        );

    /// <summary>The draft before a peering ends: what ends now, what stays, who is told.</summary>
    public static Html RenderEnd(PageFrame f, PeeringView p, PeeringEnd end) =>
        Shell.Document(
            f,
            f.T.Plain("s.end.title"),
            $"""
            <h1>{f.T.Say("s.end.heading", ("who", Part.Words(p.Name)))}</h1>
            <section class="card"><h2>{f.T.Say("s.end.now")}</h2><ul class="rows"><li>{f.T.Say(
                "s.end.now.lanes"
            )}</li><li>{f.T.Say("s.end.now.waiting", ("n", end.WaitingForThem))}</li><li>{f.T.Say(
                "s.end.now.rings",
                ("n", end.RunningRings)
            )}</li></ul>
            <h2>{f.T.Say("s.draft.stays")}</h2><ul class="rows"><li>{f.T.Say(
                "s.end.stays.entries",
                ("n", end.EntriesTheyHold)
            )}</li><li>{f.T.Say("s.end.stays.audit")}</li></ul>
            <h2>{f.T.Say("s.end.told")}</h2><p>{(
                p.Connected ? f.T.Say("s.end.told.now")
                : p.LastContact is { } last ? f.T.Say("s.end.told.at", ("age", Part.Ago(f, last))) : f.T.Say("s.end.told.never")
            )}</p>
            <h2>{f.T.Say("s.end.undo")}</h2><p>{f.T.Say("s.end.undo.text")}</p></section>
            <div class="buttons">{Part.ButtonForm(
                f,
                $"/peerings/{Uri.EscapeDataString(p.Did)}/end",
                f.T.Say("s.end.do"),
                "danger main"
            )}{Part.LinkButton("/neighbours", f.T.Say("s.end.keep"))}</div>
            """
        );
}
