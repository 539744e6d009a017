using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>A card to print: the only place where its code is ever shown.</summary>
/// <param name="Address">Where the cabinet is reached, without a slash at the end.</param>
/// <param name="Back">Where the page leads on: the card itself for its owner, the list for a steward.</param>
public sealed record CardModel(string Label, string Code, string Address, string Back);

/// <summary>Joining, and the card that comes of it.</summary>
public static class CardPages
{
    /// <summary>Longest nickname in characters.</summary>
    public const int MaxLabel = Federation.Residents.MaxLabel;

    /// <summary>The form at <c>/join</c>.</summary>
    public static Html RenderJoin(PageFrame f, string label, string? problem) =>
        Shell.Document(
            f,
            f.T.Plain("join.title"),
            $"""
            <h1>{f.T.Say("join.heading")}</h1>
            <form class="stack card" method="post" action="/join" autocomplete="off">{f.TokenField}
            {(problem is null ? Html.Empty : Part.Notice("attention", f.T.Say(problem)))}
            <div><label for="label">{f.T.Say("join.label")}</label><p class="hint" id="label-hint">{f.T.Say("join.hint")}</p>
            <input type="text" id="label" name="label" dir="auto" maxlength="{MaxLabel}" value="{label}" required aria-describedby="label-hint"></div>
            <button class="main wide">{Icons.Icon("card")}<span>{f.T.Say("join.make")}</span></button></form>
            <p class="soft">{f.T.Say("join.promise")}</p>
            """
        );

    /// <summary>The printed card. Never stored, never shown again.</summary>
    public static Html RenderCard(PageFrame f, CardModel m) =>
        Shell.Document(
            f,
            f.T.Plain("print.title"),
            $"""
            <section class="no-print"><h1>{f.T.Say("print.heading")}</h1><p>{f.T.Say("print.once")}</p></section>
            <section class="paper" id="paper"><h2>{Part.Words(m.Label)}</h2><p>{f.T.Say(
                "print.cabinet",
                ("cabinet", Part.Words(f.Cabinet))
            )}</p>
            {QrDrawing.Draw($"{m.Address}/c#{m.Code}", f.T.Plain("print.qr"))}
            <p class="soft small">{f.T.Say("print.scan")}</p>
            <p class="code" dir="ltr" data-code="{m.Code}">{Html.Each(CardCode.Groups(m.Code), g => $"<span>{g}</span> ")}</p>
            <p class="soft small">{f.T.Say("print.type", ("address", Part.Words(m.Address)))}</p>
            <p class="small">{f.T.Say("print.keep")}</p></section>
            <div class="buttons"><button class="main" type="button" data-print hidden>{Icons.Icon("print")}<span>{f.T.Say(
                "print.print"
            )}</span></button>
            {(
                f.IsSteward
                    ? Part.LinkButton(m.Back, f.T.Say("print.back"))
                    : Part.LinkButton($"/c#{m.Code}", f.T.Say("print.try"))
            )}</div>
            """
        );
}
