using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>What the stewards' queue page says of pictures: how much is kept, and what is on its way with how far it has come.</summary>
internal static class BlobPart
{
    public static Html Render(PageFrame f, BlobsView b) =>
        $"""
            <section id="blobs"><h2>{f.T.Say("s.blob.title")}</h2><p class="soft">{f.T.Say(
                "s.blob.kept",
                ("n", b.Count),
                ("bytes", Part.Bytes(b.Bytes)),
                ("quota", Part.Bytes(b.Quota)),
                ("peer", Part.Bytes(b.PeerQuota))
            )}</p>
            {(
                b.UnderWay.Count == 0
                    ? (Html)$"<p>{f.T.Say("s.blob.none")}</p>"
                    : $"<p>{f.T.Say("s.blob.wanted", ("n", b.Wanted))}</p>{Table(f, b)}"
            )}</section>
            """;

    private static Html Table(PageFrame f, BlobsView b) =>
        $"""
            <table class="cards"><thead><tr><th>{f.T.Say("s.col.neighbour")}</th><th>{f.T.Say("s.col.state")}</th><th>{f.T.Say(
                "s.col.load"
            )}</th><th>{f.T.Say("s.col.age")}</th></tr></thead><tbody>{Html.Each(b.UnderWay, u => Row(f, u))}</tbody></table>
            """;

    private static Html Row(PageFrame f, BlobUnderWay u) =>
        $"""
            <tr><th scope="row">{Part.Words(u.From)} <code>{u.Sha256[..8]}</code></th><td data-label="{f.T.Plain(
                "s.col.state"
            )}">{f.T.Say("s.blob.state." + u.State)}{(u.Fault is { } fault ? (Html)$" <code>{fault}</code>" : Html.Empty)}</td><td data-label="{f.T.Plain(
                "s.col.load"
            )}">{Meter(f, u)}</td><td data-label="{f.T.Plain("s.col.age")}">{Part.Age(f, u.Since)}</td></tr>
            """;

    private static Html Meter(PageFrame f, BlobUnderWay u)
    {
        var part = Math.Min(100.0, 100.0 * u.Had / Math.Max(1, u.Bytes));
        var words = f.T.Plain("s.blob.progress", ("had", Part.Bytes(u.Had)), ("bytes", Part.Bytes(u.Bytes)));
        return $"""<div class="meter"><svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{words}"><rect width="{part}" height="10"/></svg></div><span>{words}</span>""";
    }
}
