using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>An offering or a need as its owner's list shows it.</summary>
public sealed record EntryRow(
    string Id,
    string Title,
    IReadOnlyList<string> Categories,
    Share Share,
    DateTimeOffset Since,
    IReadOnlyList<Delivery> Deliveries
)
{
    public PictureView? Picture { get; init; }

    public static EntryRow Of(OfferingView o) =>
        new(o.Id, o.Title, [o.Category], o.Share, o.Since, o.Deliveries) { Picture = o.Picture };

    public static EntryRow Of(NeedView n) => new(n.Id, n.Title, n.Accepts, n.Share, n.Since, n.Deliveries);
}

/// <summary>A list of one's own offerings or needs.</summary>
/// <param name="Kind">"offer" or "need": the path and the texts.</param>
/// <param name="Undo">What was just withdrawn and can be brought back; null when nothing.</param>
public sealed record EntryListModel(
    string Kind,
    IReadOnlyList<EntryRow> Entries,
    IReadOnlyList<NeighbourView> Neighbours,
    EntryRow? Undo,
    string? Note,
    string? Problem
);

/// <summary>I offer and I need: the list, and the draft before something is withdrawn. The form is <see cref="EntryForm"/>.</summary>
public static class EntryPages
{
    /// <summary>Longest title in characters.</summary>
    public const int MaxTitle = Matching.Items.MaxTitle;

    /// <summary>Most categories a need may accept (rulings 16).</summary>
    public const int MaxAccepts = Wire.NeedBody.MaxAccepts;

    /// <summary>The list at <c>/offer</c> or <c>/need</c>.</summary>
    public static Html RenderList(PageFrame f, EntryListModel m) =>
        Shell.Document(
            f,
            f.T.Plain(Key(m.Kind, "title")),
            $"""
            {WelcomePage.NoteOf(f, m.Note)}{(m.Problem is null ? Html.Empty : Part.Notice("attention", f.T.Say(m.Problem)))}{Undo(
                f,
                m
            )}
            <h1>{f.T.Say(Key(m.Kind, "title"))}</h1>
            {(m.Entries.Count == 0 ? Html.Empty : Part.Next($"/{m.Kind}/new", "add", f.T.Say(Key(m.Kind, "add"))))}
            <div id="entries" data-live="entries">{Rows(f, m)}</div>
            """
        );

    /// <summary>The draft before a withdrawal: what ends, what stays, and how to undo it.</summary>
    public static Html RenderWithdraw(PageFrame f, string kind, EntryRow entry) =>
        Shell.Document(
            f,
            f.T.Plain("withdraw.title"),
            $"""
            <h1>{f.T.Say("withdraw.heading", ("title", Part.Words(entry.Title)))}</h1>
            <section class="card"><ul class="rows"><li>{f.T.Say("withdraw.ends")}</li>
            {(entry.Share.Kind == ShareKind.Here ? Html.Empty : $"<li>{f.T.Say("withdraw.told")}</li>")}
            <li>{f.T.Say("withdraw.rings")}</li><li>{f.T.Say("withdraw.stays")}</li><li>{f.T.Say(
                "withdraw.undo"
            )}</li></ul></section>
            <div class="buttons">{Part.ButtonForm(
                f,
                $"/{kind}/{entry.Id}/withdraw",
                f.T.Say("withdraw.do"),
                "danger main"
            )}{Part.LinkButton($"/{kind}", f.T.Say("withdraw.keep"))}</div>
            """
        );

    /// <summary>How an entry is shared, in words.</summary>
    public static Html ShareWords(PageFrame f, Share share, IReadOnlyList<NeighbourView> neighbours) =>
        share.Kind switch
        {
            ShareKind.Here => f.T.Say("share.here"),
            ShareKind.All => f.T.Say("share.all"),
            _ => f.T.Say("share.named.list", ("names", Html.Each(share.Peers, p => $"{Part.Words(NameOf(p, neighbours))} "))),
        };

    internal static string Key(string kind, string part) => kind == "offer" ? "offer." + part : "need." + part;

    private static string NameOf(string did, IReadOnlyList<NeighbourView> neighbours) =>
        neighbours.FirstOrDefault(n => n.Did == did)?.Name ?? did;

    private static Html Rows(PageFrame f, EntryListModel m) =>
        m.Entries.Count == 0
            ? Part.EmptyState(
                m.Kind,
                f.T.Say(Key(m.Kind, "empty")),
                Part.LinkButton($"/{m.Kind}/new", $"{Icons.Icon("add")}<span>{f.T.Say(Key(m.Kind, "add"))}</span>", "main wide")
            )
            : $"""<ul class="rows">{Html.Each(m.Entries, e => Row(f, m, e))}</ul>""";

    private static Html Row(PageFrame f, EntryListModel m, EntryRow e) =>
        $"""
            <li class="row"><div class="top">{Icons.Icon(
                Categories.IconOf(e.Categories.Count > 0 ? e.Categories[0] : "")
            )}<div><div class="title">{Part.Words(e.Title)}</div>
            <div class="soft small">{Html.Each(e.Categories.Take(8), c => $"{Categories.NameOf(c, f.T)} · ")}{ShareWords(
                f,
                e.Share,
                m.Neighbours
            )}</div></div></div>{PicturePages.Small(f, e.Picture, e.Title)}
            <div class="chips">{(
                e.Deliveries.Count == 0
                    ? Part.DeliveryChip(f, new Delivery(DeliveryKind.KeptHere, "", e.Since))
                    : Html.Each(e.Deliveries, d => Part.DeliveryChip(f, d))
            )}</div>
            <div class="buttons">{(
                m.Kind == "offer"
                    ? (Html)
                        $"<a class=\"button plain\" href=\"/offer/{e.Id}/picture\">{f.T.Say(e.Picture is null ? "picture.add" : "picture.change")}</a>"
                    : Html.Empty
            )}<a class="button plain" href="/{m.Kind}/{e.Id}/withdraw">{f.T.Say("withdraw.link")}</a></div></li>
            """;

    private static Html Undo(PageFrame f, EntryListModel m) =>
        m.Undo is not { } gone
            ? Html.Empty
            : Part.Notice(
                "",
                f.T.Say("withdraw.gone", ("title", Part.Words(gone.Title))),
                Part.ButtonForm(f, $"/{m.Kind}", f.T.Say("withdraw.again"), "", UndoFields(gone))
            );

    private static Html UndoFields(EntryRow e) =>
        $"""
            {Part.Hidden("title", e.Title)}{Html.Each(e.Categories, c => Part.Hidden("category", c))}{Part.Hidden(
                "share",
                Word(e.Share.Kind)
            )}{Html.Each(e.Share.Peers, p => Part.Hidden("peer", p))}
            """;

    private static string Word(ShareKind kind) =>
        kind == ShareKind.Here ? "here"
        : kind == ShareKind.All ? "all"
        : "named";
}
