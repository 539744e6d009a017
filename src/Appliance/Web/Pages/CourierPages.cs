using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Sync.Courier;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>What stewards carry on foot: a file or a series of QR codes to take along, and what others brought.</summary>
public static class CourierPages
{
    /// <summary>Files in one form, at most.</summary>
    private const int MostUploads = 32;

    public static void MapCourier(this Door door)
    {
        door.Get("/courier", Access.SignedIn, v => Reply.Page(Render(F(v), v.Desk.Peerings())));
        door.PostForm("/courier/{did}/set", Access.SignedIn, Download);
        door.PostForm("/courier/{did}/codes", Access.SignedIn, Codes);
        door.PostForm("/courier/in", Access.SignedIn, TakeIn);
    }

    private static PageFrame F(Visit v) => PageFrame.Of(v, "neighbours");

    private static Html Render(PageFrame f, IReadOnlyList<PeeringView> peerings)
    {
        var enrolled = peerings.Where(p => p.State == "enrolled").ToList();
        return Shell.Document(
            f,
            f.T.Plain("s.courier.title"),
            $"""
            <h1>{f.T.Say("s.courier.title")}</h1><p>{f.T.Say("s.courier.what")}</p>
            <section><h2>{f.T.Say("s.courier.out")}</h2>{(
                enrolled.Count == 0
                    ? (Html)$"<p class=\"soft\">{f.T.Say("s.courier.nobody")}</p>"
                    : $"<div class=\"rows\">{Html.Each(enrolled, p => Row(f, p))}</div>"
            )}</section>
            <section class="card"><h2>{f.T.Say("s.courier.in")}</h2>
            <form class="stack" method="post" action="/courier/in" enctype="multipart/form-data">{f.TokenField}<label for="files">{f.T.Say(
                "s.courier.files"
            )}</label><input type="file" id="files" name="files" multiple>
            <label for="codes">{f.T.Say("s.courier.scanned")}</label><textarea id="codes" name="codes" rows="5" dir="ltr"></textarea>
            <div class="buttons"><button class="main">{f.T.Say("s.courier.take")}</button></div></form></section>
            """
        );
    }

    private static Html Row(PageFrame f, PeeringView p) =>
        $"""
            <div class="row"><div class="top">{Icons.Icon("cabinet")}<div class="title">{Part.Words(p.Name)}</div></div>
            <div class="buttons">{Part.ButtonForm(
                f,
                $"/courier/{Uri.EscapeDataString(p.Did)}/set",
                f.T.Say("s.courier.file"),
                ""
            )}{Part.ButtonForm(f, $"/courier/{Uri.EscapeDataString(p.Did)}/codes", f.T.Say("s.courier.codes"), "")}</div></div>
            """;

    private static async Task<Reply> Download(Visit v)
    {
        var packed = await CourierBag.Pack(v.Desk, v.Route("did"), CourierSet.MaxBytes, v.Token);
        return packed.Value is { } bag
            ? Reply.Download(bag.Set, $"edgenode-{NeighboursPage.Short(v.Route("did"))}.edgenode")
            : Errors.Page(v, packed.Refusal!);
    }

    private static async Task<Reply> Codes(Visit v)
    {
        var packed = await CourierBag.Pack(v.Desk, v.Route("did"), QrSeries.MaxSet, v.Token);
        if (packed.Value is not { } bag)
        {
            return Errors.Page(v, packed.Refusal!);
        }

        var (f, name) = (F(v), v.Desk.Peerings().FirstOrDefault(p => p.Did == v.Route("did"))?.Name ?? "");
        var codes = QrSeries.Split(bag.Set);
        return Reply.Page(
            Shell.Document(
                f,
                f.T.Plain("s.courier.codes"),
                $"""
                <h1>{f.T.Say("s.courier.codes.for", ("who", Part.Words(name)))}</h1><p>{f.T.Say(
                    "s.courier.codes.how",
                    ("n", codes.Count)
                )}</p>{(bag.IsAll ? Html.Empty : Part.Notice("", f.T.Say("s.courier.rest")))}
                {Html.Each(codes.Select((code, i) => (code, i)), c => Code(f, c.code, c.i + 1, codes.Count))}
                """
            )
        );
    }

    private static Html Code(PageFrame f, string code, int number, int count) =>
        $"""
            <figure class="card qr">{QrDrawing.DrawDense(
                code,
                f.T.Plain("s.courier.code", ("i", number), ("n", count))
            )}<figcaption>{f.T.Say("s.courier.code", ("i", number), ("n", count))}</figcaption></figure>
            """;

    private static async Task<Reply> TakeIn(Visit v)
    {
        var (files, missing, spoiled) = (new List<byte[]>(), new List<int>(), 0);
        foreach (var brought in await Read(v))
        {
            files.AddRange(brought.Files);
            missing.AddRange(brought.Missing);
            spoiled += brought.Spoiled ? 1 : 0;
        }

        var taken = await v.Desk.CarryIn(files, v.Token);
        return taken.Value is { } delivered
            ? Reply.Page(Result(F(v), delivered with { Broken = delivered.Broken + spoiled }, missing))
            : Errors.Page(v, taken.Refusal!);
    }

    private static async Task<List<Brought>> Read(Visit v)
    {
        var all = new List<Brought>();
        foreach (var file in v.Form.Files.Take(MostUploads))
        {
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes, v.Token);
            all.Add(Brought.Of(bytes.ToArray()));
        }

        all.Add(Brought.OfText(v.Field("codes")));
        return all;
    }

    private static Html Result(PageFrame f, Delivered d, List<int> missing) =>
        Shell.Document(
            f,
            f.T.Plain("s.courier.result"),
            $"""
            <h1>{f.T.Say("s.courier.result")}</h1>
            <section class="card"><ul class="rows"><li>{f.T.Say("s.courier.taken", ("n", d.Taken))}</li><li>{f.T.Say(
                "s.courier.known",
                ("n", d.Known)
            )}</li><li>{f.T.Say("s.courier.words", ("n", d.Words))}</li>{Line(f, d.Early, "s.courier.early")}{Line(
                f,
                d.Foreign,
                "s.courier.foreign"
            )}{Line(f, d.Broken, "s.courier.broken")}{Line(f, d.Refused, "s.courier.refused")}</ul>
            {(
                missing.Count == 0
                    ? Html.Empty
                    : Part.Notice("attention", f.T.Say("s.courier.missing", ("list", string.Join(", ", missing.Distinct().Order()))))
            )}<p>{f.T.Say("s.courier.back")}</p></section>
            <div class="buttons">{Part.LinkButton("/courier", f.T.Say("s.courier.title"))}</div>
            """
        );

    private static Html Line(PageFrame f, int n, string key) => n == 0 ? Html.Empty : $"<li>{f.T.Say(key, ("n", n))}</li>";
}
