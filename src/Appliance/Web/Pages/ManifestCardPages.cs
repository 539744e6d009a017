using System.Globalization;
using System.Text;
using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>Cabinet cards: a signed manifest to hand over where discovery does not reach, and what to do with another cabinet's.</summary>
public static class ManifestCardPages
{
    /// <summary>How long a card holds when nobody chooses, in days.</summary>
    public const int UsualDays = 30;

    private static readonly int[] Days = [1, 7, UsualDays, 180, 365];

    public static void MapManifestCards(this Door door)
    {
        door.Get("/neighbours/card", Access.SignedIn, v => Reply.Page(Render(F(v))));
        door.PostForm("/neighbours/card/make", Access.SignedIn, Make);
        door.PostForm("/neighbours/card/read", Access.SignedIn, v => Task.FromResult(Read(v)));
        door.PostForm("/neighbours/card/ask", Access.SignedIn, Ask);
    }

    private static PageFrame F(Visit v) => PageFrame.Of(v, "neighbours");

    private static Html Render(PageFrame f) =>
        Shell.Document(
            f,
            f.T.Plain("s.card.title"),
            $"""
            <h1>{f.T.Say("s.card.title")}</h1><p>{f.T.Say("s.card.what")}</p>
            <section class="card"><h2>{f.T.Say("s.card.ours")}</h2><p class="hint">{f.T.Say("s.card.ours.hint")}</p>
            <form class="stack" method="post" action="/neighbours/card/make">{f.TokenField}
            <div><label for="addresses">{f.T.Say("s.card.addresses")}</label><p class="hint" id="addresses-hint">{f.T.Say(
                "s.card.addresses.hint"
            )}</p><input type="text" id="addresses" name="addresses" dir="ltr" maxlength="200" aria-describedby="addresses-hint"></div>
            <div><label for="days">{f.T.Say("s.card.days")}</label><select id="days" name="days">{Html.Each(
                Days,
                d => Choice(f, d)
            )}</select></div>
            <div class="buttons"><button class="main" name="as" value="page">{f.T.Say("s.card.make")}</button><button name="as" value="file">{f.T.Say(
                "s.card.file"
            )}</button></div></form></section>
            <section class="card"><h2>{f.T.Say("s.card.theirs")}</h2><p class="hint">{f.T.Say("s.card.theirs.hint")}</p>
            <form class="stack" method="post" action="/neighbours/card/read" enctype="multipart/form-data">{f.TokenField}
            <div><label for="text">{f.T.Say("s.card.text")}</label><textarea id="text" name="text" rows="5" dir="ltr" spellcheck="false"></textarea></div>
            <div><label for="file">{f.T.Say("s.card.upload")}</label><input type="file" id="file" name="file"></div>
            <div class="buttons"><button class="main">{f.T.Say("s.card.look")}</button></div></form></section>
            """
        );

    private static Html Choice(PageFrame f, int days) =>
        $"""<option value="{days}"{Html.Flag("selected", days == UsualDays)}>{f.T.Say("s.card.days.n", ("n", days))}</option>""";

    private static async Task<Reply> Make(Visit v)
    {
        var days = int.TryParse(v.Field("days"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : UsualDays;
        var addresses = v.Field("addresses").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        var made = await v.Desk.IssueCard(addresses, days, v.Token);
        if (made.Value is not { } text)
        {
            return Errors.Page(v, made.Refusal!);
        }

        var name = $"edgenode-{NeighboursPage.Short(v.Desk.Cabinet().Did)}.card";
        return v.Field("as") == "file" ? Reply.Download(Encoding.ASCII.GetBytes(text), name) : Reply.Page(Made(F(v), text, days));
    }

    private static Html Made(PageFrame f, string text, int days) =>
        Shell.Document(
            f,
            f.T.Plain("s.card.title"),
            $"""
            <section class="no-print"><h1>{f.T.Say("s.card.title")}</h1><p>{f.T.Say("s.card.made", ("n", days))}</p></section>
            <figure class="card qr">{QrDrawing.DrawDense(text, f.T.Plain("s.card.title"))}<figcaption>{Part.Words(
                f.Cabinet
            )}</figcaption></figure>
            <section class="card"><h2>{f.T.Say("s.card.astext")}</h2><p class="mono small" dir="ltr">{text}</p></section>
            """
        );

    private static Reply Read(Visit v)
    {
        var text = Given(v);
        var read = v.Desk.ReadCard(text);
        return read.Value is { } card ? Reply.Page(Draft(F(v), card, text)) : Errors.Page(v, read.Refusal!);
    }

    /// <summary>What was pasted, or the file when nothing was.</summary>
    private static string Given(Visit v)
    {
        var text = v.Field("text");
        if (text.Length > 0 || v.Form.Files.GetFile("file") is not { Length: > 0 and <= ManifestCard.MaxText } file)
        {
            return text.Length <= ManifestCard.MaxText ? text : text[..ManifestCard.MaxText];
        }

        using var reader = new StreamReader(file.OpenReadStream(), Encoding.Latin1);
        return reader.ReadToEnd();
    }

    /// <summary>Who the card is of, and what asking means, before a steward asks.</summary>
    private static Html Draft(PageFrame f, ManifestCardView c, string text) =>
        Shell.Document(
            f,
            f.T.Plain("s.card.theirs"),
            $"""
            <h1>{f.T.Say("s.card.of", ("who", Part.Words(c.Name)))}</h1>
            <section class="card"><p class="mono">{c.Did}</p><p class="hint">{f.T.Say("s.card.check")}</p>
            <ul class="rows"><li>{f.T.Say("s.card.at", ("list", string.Join(", ", c.Addresses)))}</li><li>{f.T.Say(
                "s.card.operator",
                ("who", Part.Words(c.Operator))
            )}</li><li>{f.T.Say("s.card.dates", ("from", Part.When(f, c.Issued)), ("to", Part.When(f, c.Expires)))}</li></ul>
            {(c.ContractFits ? Html.Empty : Part.Notice("attention", f.T.Say("s.card.contract", ("version", c.Contract))))}</section>
            <section class="card"><p>{f.T.Say(c.IsPeer ? "s.card.moves" : "s.card.asks")}</p></section>
            <div class="buttons">{Part.ButtonForm(
                f,
                "/neighbours/card/ask",
                f.T.Say(c.IsPeer ? "s.card.move" : "s.neighbours.ask"),
                "main",
                Part.Hidden("text", text)
            )}{Part.LinkButton("/neighbours/card", f.T.Say("s.card.not"))}</div>
            """
        );

    private static async Task<Reply> Ask(Visit v)
    {
        var (text, moves) = (v.Field("text"), false);
        if (v.Desk.ReadCard(text).Value is { } card)
        {
            moves = card.IsPeer;
        }

        var asked = await v.Desk.RequestByCard(text, v.Token);
        return asked.Refusal is { } refusal
            ? Errors.Page(v, refusal)
            : Reply.Go("/neighbours?note=" + (moves ? "moved" : "requested"));
    }
}
