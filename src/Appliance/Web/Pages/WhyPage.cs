using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>Why this ring, and why not another offer: sentences for one of its people.</summary>
public static class WhyPage
{
    /// <summary>The page at <c>/ring/{chainId}/why</c>.</summary>
    public static Html Render(PageFrame f, RingView ring, RingReasonsView why) =>
        Shell.Document(
            f,
            f.T.Plain("why.title"),
            $"""
            <h1>{f.T.Say("why.heading")}</h1>
            <section class="card"><ul class="rows" id="why"><li>{f.T.Say("why.people", ("n", why.People))}</li><li>{f.T.Say(
                "why.give",
                ("what", What(ring.Gives)),
                ("who", Part.Words(ring.Gives.To)),
                ("kind", Categories.NameOf(why.GivesCategory, f.T))
            )}</li><li>{Gets(f, ring, why)}</li><li>{Plan(f, why)}</li><li>{f.T.Say("why.words")}</li></ul></section>
            <section class="card"><h2>{f.T.Say("why.not")}</h2>{(
                why.Others.Count == 0 ? (Html)$"<p>{f.T.Say("why.not.none")}</p>" : Others(f, why)
            )}</section>
            <p class="small soft">{f.T.Say("why.age")}</p>
            <p><a href="/ring/{ring.ChainId}">{f.T.Say("why.back")}</a></p>
            """
        );

    private static Html Gets(PageFrame f, RingView ring, RingReasonsView why) =>
        why.Need is { } need
            ? f.T.Say(
                "why.get",
                ("what", What(ring.Gets)),
                ("kind", Categories.NameOf(why.GetsCategory, f.T)),
                ("need", Part.Words(need))
            )
            : f.T.Say("why.get.gone", ("what", What(ring.Gets)), ("kind", Categories.NameOf(why.GetsCategory, f.T)));

    private static Html Plan(PageFrame f, RingReasonsView why) =>
        why.IsProvedBest switch
        {
            true => f.T.Say("why.best", ("cap", why.Cap)),
            false => f.T.Say("why.good", ("cap", why.Cap)),
            _ => f.T.Say("why.elsewhere"),
        };

    private static Html Others(PageFrame f, RingReasonsView why) =>
        $"""
            <ul class="rows">{Html.Each(why.Others, o => Other(f, why, o))}</ul>{(
                why.More ? (Html)$"<p class=\"soft small\">{f.T.Say("why.not.more")}</p>" : Html.Empty
            )}
            """;

    private static Html Other(PageFrame f, RingReasonsView why, OtherOfferView o) =>
        $"""
            <li class="row"><div class="title">{Part.Words(o.Entry.Title)}</div><div class="chips">{Part.Chip(
                "offer",
                f.T.Say("find.offers", ("who", Part.Words(o.Entry.Label)))
            )}{Part.Chip(o.Entry.IsHere ? "cabinet" : "peer", Part.Words(o.Entry.Cabinet))}</div>
            <p>{f.T.Say("why.not." + o.Reason, ("who", Part.Words(o.Entry.Label)), ("cap", why.Cap))}</p></li>
            """;

    private static Html What(EdgeView edge) => $"<b>{Part.Words(edge.What)}</b>";
}
