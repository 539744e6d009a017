using System.Net;
using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>The residents' pages: what each route reads, does and answers.</summary>
public static class ResidentPages
{
    /// <summary>Most of a neighbourhood's own categories that a form suggests.</summary>
    private const int MostKnown = 200;

    /// <summary>Categories suggested for what somebody writes.</summary>
    internal const int MostSuggested = 6;

    /// <summary>Adds the residents' pages to their door.</summary>
    public static void MapPages(this Door door)
    {
        door.Get("/", Access.Anyone, First);
        door.Get("/help", Access.Anyone, v => Reply.Page(HelpPage.Render(PageFrame.Of(v))));
        door.MapCards();
        door.MapEntries("offer");
        door.MapEntries("need");
        door.MapPictures();
        door.MapRings();
        door.Get("/find", Access.SignedIn, ShowFound);
    }

    /// <summary>Style, script, events and the description of the interface: the same at both doors.</summary>
    public static void MapCommon(this Door door, CancellationToken stopping)
    {
        door.Get("/style.css", Access.Anyone, _ => Reply.File(Assets.Style));
        door.Get("/live.js", Access.Anyone, _ => Reply.File(Assets.Script));
        door.Get("/openapi.json", Access.Anyone, _ => Reply.File(Assets.OpenApi));
        door.Get("/events", Access.Anyone, v => Reply.Stream(http => v.Door.Live.Serve(http, Reader(v), stopping)));
    }

    private static string Reader(Visit v) => v.Session is null ? "" : v.Session.Card?.Did ?? LiveHub.Stewards;

    private static void MapCards(this Door door)
    {
        door.Get("/c", Access.Anyone, v => Reply.Page(WelcomePage.RenderCard(PageFrame.Of(v), null)));
        door.PostForm("/c", Access.Anyone, OpenCard);
        door.PostForm("/leave", Access.Anyone, v => Task.FromResult(Leave(v)));
        door.Get("/join", Access.Anyone, v => ShowJoin(v, "", null));
        door.PostForm("/join", Access.Anyone, Join);
    }

    private static void MapEntries(this Door door, string kind)
    {
        door.Get($"/{kind}", Access.SignedIn, v => ShowEntries(v, kind));
        door.PostForm($"/{kind}", Access.SignedIn, v => AddEntry(v, kind));
        door.Get($"/{kind}/new", Access.SignedIn, v => ShowForm(v, kind, EntryForms.Begun(v), null));
        door.Get($"/{kind}/suggest", Access.SignedIn, v => SuggestKinds(v, kind));
        door.PostForm($"/{kind}/new", Access.SignedIn, v => Task.FromResult(ShowForm(v, kind, EntryForms.Read(v), null)));
        door.Get($"/{kind}/{{id}}/withdraw", Access.SignedIn, v => ShowWithdraw(v, kind));
        door.PostForm($"/{kind}/{{id}}/withdraw", Access.SignedIn, v => Withdraw(v, kind));
    }

    private static void MapRings(this Door door)
    {
        door.Get(
            "/promises",
            Access.SignedIn,
            v => Reply.Page(RingPages.RenderList(PageFrame.Of(v), v.Desk.Rings(v.Card.Did), v.Query("note")))
        );
        door.Get("/ring/{chainId}", Access.SignedIn, v => ShowRing(v, null));
        door.PostForm("/ring/{chainId}", Access.SignedIn, ActOnRing);
        door.Get("/ring/{chainId}/why", Access.SignedIn, ShowWhy);
    }

    private static Reply First(Visit v)
    {
        var (f, desk) = (PageFrame.Of(v), v.Desk);
        if (v.Session is null)
        {
            return Reply.Page(WelcomePage.Render(f, Welcome(v, null)));
        }

        var did = v.Card.Did;
        var model = new HomeModel(
            v.Card.Label,
            desk.Offerings(did).Count,
            desk.Needs(did).Count,
            desk.Rings(did),
            desk.Neighbours(),
            desk.Entries(false),
            v.Query("note")
        );
        return Reply.Page(HomePage.Render(f, model));
    }

    private static WelcomeModel Welcome(Visit v, string? problem) =>
        new(v.Desk.Cabinet().JoiningOpen, v.Desk.Entries(false), v.Desk.Neighbours(), v.Query("note"), problem);

    private static async Task<Reply> OpenCard(Visit v)
    {
        var opened = await SignIn.WithCard(v, v.Field("code"));
        if (opened.Refusal is not { } refusal)
        {
            return Reply.Go("/");
        }

        var slow = refusal.Code == SignIn.TooManyTries;
        var page = WelcomePage.RenderCard(PageFrame.Of(v), slow ? "card.slow" : "card.wrong");
        return Reply.Page(page, (int)(slow ? HttpStatusCode.TooManyRequests : HttpStatusCode.Unauthorized));
    }

    private static Reply Leave(Visit v)
    {
        v.SignOut();
        return Reply.Go("/?note=left");
    }

    private static Reply ShowJoin(Visit v, string label, string? problem) =>
        v.Desk.Cabinet().JoiningOpen
            ? Reply.Page(CardPages.RenderJoin(PageFrame.Of(v), label, problem), problem is null ? 200 : 400)
            : Reply.Page(ErrorPage.Render(PageFrame.Of(v), "join.closed"), 403);

    private static async Task<Reply> Join(Visit v)
    {
        var label = v.Field("label");
        if (!v.Desk.Cabinet().JoiningOpen || label.Length is 0 or > CardPages.MaxLabel)
        {
            return ShowJoin(v, label, "join.problem");
        }

        var made = await v.Desk.Join(label, v.Texts.Language, false, v.Token);
        return made.Value is { } card ? ShowCard(v, card, "/") : Errors.Page(v, made.Refusal!);
    }

    /// <summary>The printed card; its address is the one set for residents, or the one this visitor used.</summary>
    internal static Reply ShowCard(Visit v, NewCard card, string back)
    {
        var set = v.Door.Options.ResidentAddress;
        var address = set.Length > 0 ? set.TrimEnd('/') : $"http://{v.Http.Request.Host}";
        return Reply.Page(
            CardPages.RenderCard(PageFrame.Of(v, "residents"), new CardModel(card.Label, card.Code, address, back))
        );
    }

    private static Reply ShowEntries(Visit v, string kind)
    {
        var undo = v.Session!.TakeUndo(kind);
        var model = new EntryListModel(kind, Entries(v, kind), v.Desk.Neighbours(), undo, v.Query("note"), null);
        return Reply.Page(EntryPages.RenderList(PageFrame.Of(v), model));
    }

    private static IReadOnlyList<EntryRow> Entries(Visit v, string kind) =>
        kind == "offer"
            ? [.. v.Desk.Offerings(v.Card.Did).Select(EntryRow.Of)]
            : [.. v.Desk.Needs(v.Card.Did).Select(EntryRow.Of)];

    private static Reply ShowForm(Visit v, string kind, EntryDraft draft, string? problem) =>
        Reply.Page(EntryForm.Render(PageFrame.Of(v), FormOf(v, kind, draft, problem)), problem is null ? 200 : 400);

    private static EntryFormModel FormOf(Visit v, string kind, EntryDraft draft, string? problem) =>
        new(
            kind,
            draft,
            v.Desk.Suggest(draft.Title, v.Texts.Language, MostSuggested),
            v.Desk.Categories(MostKnown),
            v.Desk.Neighbours(),
            problem
        );

    // What the script asks for while somebody types: the one part of the form that changes.
    private static Reply SuggestKinds(Visit v, string kind)
    {
        if (!v.Door.Suggestions.Try(v.Session!.Id))
        {
            return Reply.Text("", status: (int)HttpStatusCode.TooManyRequests);
        }

        var draft = EntryForms.Begun(v);
        var suggested = v.Desk.Suggest(draft.Title, v.Texts.Language, MostSuggested);
        return Reply.Page(EntryForm.RenderKinds(PageFrame.Of(v), new EntryFormModel(kind, draft, suggested, [], [], null)));
    }

    private static Reply ShowFound(Visit v)
    {
        var typed = v.Query("q").Trim();
        if (typed.Length > 0 && !v.Door.Suggestions.Try(v.Session!.Id))
        {
            return TooMany(v);
        }

        var found = typed.Length == 0 ? FindView.Nothing : v.Desk.Find(v.Card.Did, typed, FindPage.MostFound);
        return Reply.Page(FindPage.Render(PageFrame.Of(v), new FindModel(typed, found, v.Desk.Entries(true))));
    }

    private static async Task<Reply> AddEntry(Visit v, string kind)
    {
        var draft = EntryForms.Read(v);
        var categories = EntryForms.CategoriesOf(draft, kind);
        if (EntryForms.ProblemOf(draft, categories) is { } problem)
        {
            return ShowForm(v, kind, draft, problem);
        }

        var share = EntryForms.ShareOf(draft);
        var kept =
            kind == "offer"
                ? await v.Desk.Offer(v.Card, categories[0], draft.Title, share, v.Token)
                : await v.Desk.Need(v.Card, categories, draft.Title, share, v.Token);
        return kept.Refusal is { } refusal
            ? Errors.Page(v, refusal)
            : Reply.Go($"/{kind}?note={(kind == "offer" ? "offered" : "needed")}");
    }

    private static Reply ShowWithdraw(Visit v, string kind) =>
        Entries(v, kind).FirstOrDefault(e => e.Id == v.Route("id")) is { } entry
            ? Reply.Page(EntryPages.RenderWithdraw(PageFrame.Of(v), kind, entry))
            : NotFound(v);

    private static async Task<Reply> Withdraw(Visit v, string kind)
    {
        if (Entries(v, kind).FirstOrDefault(e => e.Id == v.Route("id")) is not { } entry)
        {
            return NotFound(v);
        }

        var done =
            kind == "offer"
                ? await v.Desk.WithdrawOffering(v.Card, entry.Id, v.Token)
                : await v.Desk.WithdrawNeed(v.Card, entry.Id, v.Token);
        if (done.Refusal is { } refusal)
        {
            return Errors.Page(v, refusal);
        }

        v.Session!.KeepUndo(kind, entry);
        return Reply.Go($"/{kind}");
    }

    private static Reply ShowRing(Visit v, string? problem) =>
        v.Desk.Ring(v.Card.Did, v.Route("chainId")) is { } ring
            ? Reply.Page(RingPages.RenderCard(PageFrame.Of(v), ring, v.Query("note"), problem))
            : NotFound(v);

    private static Reply ShowWhy(Visit v)
    {
        // Looking for reasons is work of the planner's kind, so it is measured like any question.
        if (!v.Door.Suggestions.Try(v.Session!.Id))
        {
            return TooMany(v);
        }

        return v.Desk.Ring(v.Card.Did, v.Route("chainId")) is { } ring && v.Desk.WhyRing(v.Card.Did, ring.ChainId) is { } reasons
            ? Reply.Page(WhyPage.Render(PageFrame.Of(v), ring, reasons))
            : NotFound(v);
    }

    private static async Task<Reply> ActOnRing(Visit v)
    {
        var (chain, value) = (v.Route("chainId"), v.Field("value"));
        if (value.Length > 0)
        {
            var answered = await v.Desk.Answer(v.Card, chain, value, v.Field("card"), v.Token);
            return answered.Refusal is { } refusal ? Errors.Page(v, refusal) : Reply.Go(AfterAnswer(chain, value));
        }

        if (!int.TryParse(v.Field("edge"), out var edge) || v.Field("note").Length > RingPages.MaxNote)
        {
            return Reply.Page(ErrorPage.Render(PageFrame.Of(v), "web.malformed"), 400);
        }

        var note = v.Field("note") is { Length: > 0 } words ? words : null;
        var settled = await v.Desk.Settle(v.Card, chain, edge, v.Field("result"), note, v.Token);
        return settled.Refusal is { } no ? Errors.Page(v, no) : Reply.Go($"/ring/{Uri.EscapeDataString(chain)}?note=settled");
    }

    private static string AfterAnswer(string chain, string value) =>
        value == "yes" ? $"/ring/{Uri.EscapeDataString(chain)}?note=yes"
        : value == "withdrawn" ? "/promises?note=withdrawn"
        : "/promises?note=no";

    private static Reply TooMany(Visit v) =>
        Reply.Page(ErrorPage.Render(PageFrame.Of(v), "suggest.too_many"), (int)HttpStatusCode.TooManyRequests);

    private static Reply NotFound(Visit v) => Reply.Page(ErrorPage.Render(PageFrame.Of(v), "web.not_found"), 404);
}

/// <summary>Reads the form of an offering or need.</summary>
internal static class EntryForms
{
    public static EntryDraft Read(Visit v) =>
        new(
            v.Field("title"),
            [.. v.Form["category"].OfType<string>()],
            v.Field("own"),
            v.Field("share") is { Length: > 0 } share ? share : "here",
            [.. v.Form["peer"].OfType<string>()],
            v.Field("group")
        );

    /// <summary>A form that begins with words that were typed elsewhere, or with what is chosen in it so far.</summary>
    public static EntryDraft Begun(Visit v) =>
        EntryDraft.Empty with
        {
            Title = v.Query("title").Trim() is { Length: <= EntryPages.MaxTitle } title ? title : "",
            Categories =
            [
                .. v
                    .Http.Request.Query["category"]
                    .OfType<string>()
                    .Select(Categories.Clean)
                    .OfType<string>()
                    .Distinct(StringComparer.Ordinal)
                    .Take(EntryPages.MaxAccepts),
            ],
        };

    /// <summary>The chosen categories; for an offering one, and words of one's own win over none.</summary>
    public static List<string> CategoriesOf(EntryDraft draft, string kind)
    {
        var own = kind == "need" ? draft.Own.Split([',', '،', ';']) : [draft.Own];
        var chosen = draft.Categories.Concat(own).Select(Categories.Clean).OfType<string>().Distinct(StringComparer.Ordinal);
        return [.. chosen.Take(EntryPages.MaxAccepts)];
    }

    public static Share ShareOf(EntryDraft draft) =>
        draft.Share switch
        {
            "all" => Share.All,
            "named" => new Share(ShareKind.Named, draft.Peers),
            _ => Share.Here,
        };

    public static string? ProblemOf(EntryDraft draft, List<string> categories) =>
        draft.Title.Length is 0 or > EntryPages.MaxTitle ? "entry.problem.title"
        : categories.Count == 0 ? "entry.problem.kind"
        : draft.Share == "named" && draft.Peers.Count == 0 ? "entry.problem.peer"
        : null;
}
