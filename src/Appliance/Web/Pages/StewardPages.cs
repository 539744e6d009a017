using System.Net;
using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>The stewards' pages: what each route reads, does and answers.</summary>
public static class StewardPages
{
    private const int MostRows = 200;

    /// <summary>Adds the stewards' pages to their door.</summary>
    public static void MapPages(this Door door)
    {
        door.Get("/", Access.Anyone, First);
        door.PostForm("/signin", Access.Anyone, v => Task.FromResult(EnterDesk(v)));
        door.PostForm("/leave", Access.Anyone, v => Task.FromResult(Leave(v)));
        door.MapLanePages();
        door.Get("/scarce", Access.SignedIn, v => Page(ScarcePage.Render(F(v, "scarce"), v.Desk.Scarcity(ScarcePage.MostKinds))));
        door.Get("/map", Access.SignedIn, v => Page(DataMapPage.Render(F(v, "map"))));
        door.Get("/health", Access.SignedIn, v => Page(HealthPage.Render(F(v, "health"), v.Desk.Health(), v.Desk.Wire())));
        door.Get("/audit", Access.SignedIn, v => Page(AuditPage.Render(F(v, "audit"), v.Desk.LatestAudit(MostRows))));
        door.MapNeighbours();
        door.MapRings();
        door.MapResidents();
        door.MapPower();
    }

    private static void MapPower(this Door door)
    {
        door.Get("/power", Access.SignedIn, ShowPower);
        door.PostForm("/power/plan", Access.SignedIn, EditLoad);
        door.Get("/power/stop", Access.SignedIn, v => Page(PowerStopPage.Render(F(v, "power"))));
        door.PostForm("/power/stop", Access.SignedIn, StopCabinet);
    }

    private static Reply ShowPower(Visit v)
    {
        var span = PowerPage.SpanOf(v.Query("span"));
        var f = F(v, "power");
        return Page(PowerPage.Render(f, v.Desk.Power(f.Now - span.Length), span, v.Query("note")));
    }

    private static async Task<Reply> EditLoad(Visit v) =>
        After(v, await v.Desk.EditLoad(v.Field("state"), v.Field("load"), v.Field("word"), v.Token), "/power?note=saved");

    private static async Task<Reply> StopCabinet(Visit v)
    {
        int? hours = int.TryParse(v.Field("hours"), out var h) && h > 0 ? h : null;
        return After(v, await v.Desk.StopCabinet(v.Field("why"), hours, v.Token), "/power?note=stopping");
    }

    private static void MapNeighbours(this Door door)
    {
        door.Get("/neighbours", Access.SignedIn, ShowNeighbours);
        door.PostForm("/neighbours/request", Access.SignedIn, RequestPeering);
        door.Get("/peerings/{did}/{act}", Access.SignedIn, ShowDraft);
        door.PostForm("/peerings/{did}/accept", Access.SignedIn, v => Do(v, v.Desk.AcceptPeering, "accepted"));
        door.PostForm("/peerings/{did}/decline", Access.SignedIn, v => Do(v, v.Desk.DeclinePeering, "declined"));
        door.PostForm("/peerings/{did}/suspend", Access.SignedIn, v => Do(v, v.Desk.SuspendPeering, "suspended"));
        door.PostForm("/peerings/{did}/resume", Access.SignedIn, v => Do(v, v.Desk.ResumePeering, "resumed"));
        door.PostForm("/peerings/{did}/end", Access.SignedIn, v => Do(v, v.Desk.EndPeering, "ended"));
    }

    private static void MapRings(this Door door)
    {
        door.Get("/rings", Access.SignedIn, v => Page(StewardRingsPage.Render(F(v, "rings"), Rings(v))));
        door.PostForm("/plan", Access.SignedIn, StartPlan);
    }

    private static void MapResidents(this Door door)
    {
        door.Get("/residents", Access.SignedIn, v => Page(ResidentsPage.Render(F(v, "residents"), v.Desk.Residents(), null)));
        door.PostForm("/residents", Access.SignedIn, AddResident);
    }

    private static PageFrame F(Visit v, string here) => PageFrame.Of(v, here);

    private static Reply Page(Html page) => Reply.Page(page);

    private static Reply First(Visit v)
    {
        if (v.Session is null)
        {
            return Page(StewardSignInPage.Render(F(v, ""), v.Query("note"), null));
        }

        var (desk, f) = (v.Desk, F(v, "today"));
        return Page(
            TodayPage.Render(
                f,
                new TodayModel(desk.Health(), desk.Peerings(), desk.Queues(), desk.RingCounts(), desk.Residents())
            )
        );
    }

    private static Reply EnterDesk(Visit v)
    {
        var entered = SignIn.AsSteward(v, v.Field("code"));
        if (entered.Refusal is not { } refusal)
        {
            return Reply.Go("/");
        }

        var slow = refusal.Code == SignIn.TooManyTries;
        var page = StewardSignInPage.Render(F(v, ""), null, slow ? "s.signin.slow" : "s.signin.wrong");
        return Reply.Page(page, (int)(slow ? HttpStatusCode.TooManyRequests : HttpStatusCode.Unauthorized));
    }

    private static Reply Leave(Visit v)
    {
        v.SignOut();
        return Reply.Go("/?note=left");
    }

    private static Reply ShowNeighbours(Visit v) =>
        Page(
            NeighboursPage.Render(F(v, "neighbours"), v.Desk.Discovered(), v.Desk.Peerings(), v.Desk.UnderWay(), v.Query("note"))
        );

    private static async Task<Reply> RequestPeering(Visit v)
    {
        if (
            !int.TryParse(v.Field("pair_port"), out var port)
            || port is < 1 or > 65_535
            || !IPAddress.TryParse(v.Field("address"), out var address)
        )
        {
            return Errors.Page(v, new Refusal("peer.address.malformed", v.Texts.Plain("s.neighbours.address.problem")));
        }

        return After(v, await v.Desk.RequestPeering(address.ToString(), port, v.Token), "/neighbours?note=requested");
    }

    private static Reply ShowDraft(Visit v)
    {
        var peering = v.Desk.Peerings().FirstOrDefault(p => p.Did == v.Route("did"));
        return (peering, v.Route("act")) switch
        {
            (null, _) => NotFound(v),
            (_, "end") => Page(PeeringDraftPage.RenderEnd(F(v, "neighbours"), peering, v.Desk.WhatEnds(peering.Did))),
            (_, "accept") => Page(PeeringDraftPage.RenderAccept(F(v, "neighbours"), peering)),
            _ => NotFound(v),
        };
    }

    private static async Task<Reply> Do(Visit v, Func<string, CancellationToken, Task<Outcome<Done>>> act, string note) =>
        After(v, await act(v.Route("did"), v.Token), "/neighbours?note=" + note);

    private static StewardRingsModel Rings(Visit v) =>
        new(v.Desk.RingCounts(), v.Desk.AllRings(MostRows), v.Desk.Plan(), v.Query("note"));

    private static async Task<Reply> StartPlan(Visit v) => After(v, await v.Desk.StartPlan(v.Token), "/rings?note=planned");

    private static async Task<Reply> AddResident(Visit v)
    {
        var label = v.Field("label");
        if (label.Length is 0 or > CardPages.MaxLabel)
        {
            return Reply.Page(ResidentsPage.Render(F(v, "residents"), v.Desk.Residents(), "join.problem"), 400);
        }

        var made = await v.Desk.Join(label, v.Texts.Language, true, v.Token);
        return made.Value is { } card ? ResidentPages.ShowCard(v, card, "/residents") : Errors.Page(v, made.Refusal!);
    }

    private static Reply After(Visit v, Outcome<Done> outcome, string path) =>
        outcome.Refusal is { } refusal ? Errors.Page(v, refusal) : Reply.Go(path);

    private static Reply NotFound(Visit v) => Reply.Page(ErrorPage.Render(F(v, ""), "web.not_found"), 404);
}
