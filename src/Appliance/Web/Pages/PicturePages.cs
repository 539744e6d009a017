using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>The picture of an offering: shown, given, taken away. Pictures themselves are served by their hash and by nothing else.</summary>
public static class PicturePages
{
    /// <summary>Longest body of the form: the picture and the parts around it.</summary>
    private const int MostBody = (int)PictureBody.MaxLength + 16 * 1024;

    private const string Path = "/offer/{id}/picture";

    public static void MapPictures(this Door door)
    {
        door.Get(Path, Access.SignedIn, Show);
        door.PostForm(Path, Access.SignedIn, Give, MostBody);
        door.PostForm(Path + "/remove", Access.SignedIn, v => Keep(v, null));
        door.Get("/blobs/{sha256}", Access.SignedIn, Bytes);
    }

    /// <summary>The picture of an entry in a list, or the word that it is on its way; nothing when it has none.</summary>
    public static Html Small(PageFrame f, PictureView? picture, string title) =>
        picture is null ? Html.Empty
        : picture.IsHere
            ? (Html)
                $"<img class=\"photo\" src=\"/blobs/{picture.Sha256}\" alt=\"{f.T.Plain("picture.alt", ("title", title))}\" loading=\"lazy\">"
        : (Html)$"<p class=\"photo coming\" role=\"status\">{f.T.Say("picture.coming")}</p>";

    /// <summary>The page at <c>/offer/{id}/picture</c>.</summary>
    public static Html Render(PageFrame f, OfferingView o) =>
        Shell.Document(
            f,
            f.T.Plain("picture.title"),
            $"""
            <h1>{f.T.Say("picture.heading", ("title", Part.Words(o.Title)))}</h1><p class="soft">{f.T.Say("picture.lead")}</p>
            <div id="picture" class="stack" data-live="entries">{Shown(f, o)}</div>
            <form class="card stack" method="post" enctype="multipart/form-data" action="/offer/{o.Id}/picture" data-shrink="{PictureBody.MaxLength}">{f.TokenField}
            <div><label for="file">{f.T.Say("picture.file")}</label><p class="hint">{f.T.Say("picture.hint")}</p>
            <input type="file" id="file" name="picture" accept="image/jpeg,image/png,image/webp" required></div>
            <button class="main wide">{Icons.Icon("check")}<span>{f.T.Say("picture.save")}</span></button></form>
            <div class="buttons">{(
                o.Picture is null
                    ? Html.Empty
                    : Part.ButtonForm(f, $"/offer/{o.Id}/picture/remove", f.T.Say("picture.remove"), "danger")
            )}{Part.LinkButton("/offer", f.T.Say("picture.back"))}</div>
            """
        );

    private static Html Shown(PageFrame f, OfferingView o) =>
        o.Picture is not { } picture
            ? (Html)$"<p>{f.T.Say("picture.none")}</p>"
            : $"""
            {Small(f, picture, o.Title)}<div class="chips">{Html.Each(
                picture.At,
                name => Part.Chip("peer", f.T.Say("picture.at", ("who", Part.Words(name))), "good")
            )}</div>
            """;

    private static OfferingView? Find(Visit v) => v.Desk.Offerings(v.Card.Did).FirstOrDefault(o => o.Id == v.Route("id"));

    private static Reply Show(Visit v) => Find(v) is { } offering ? Reply.Page(Render(PageFrame.Of(v), offering)) : NotFound(v);

    private static async Task<Reply> Give(Visit v)
    {
        if (v.Form.Files.GetFile("picture") is not { Length: > 0 } file)
            return Errors.Page(v, new Refusal("picture.malformed", v.Texts.Plain("picture.missing")));
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, v.Token);
        return await Keep(v, bytes.ToArray());
    }

    private static async Task<Reply> Keep(Visit v, byte[]? file)
    {
        var kept = await v.Desk.ShowPicture(v.Card, v.Route("id"), file, v.Token);
        return kept.Refusal is { } refusal
            ? Errors.Page(v, refusal)
            : Reply.Go($"/offer/{Uri.EscapeDataString(v.Route("id"))}/picture");
    }

    private static Reply Bytes(Visit v) =>
        v.Desk.Picture(v.Card.Did, v.Route("sha256")) is { } picture ? Reply.Picture(picture.Bytes, picture.Type) : NotFound(v);

    private static Reply NotFound(Visit v) => Reply.Page(ErrorPage.Render(PageFrame.Of(v), "web.not_found"), 404);
}
