using EdgeNode.Appliance.Web.Pages;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>The residents' JSON interface: what a phone's program, or the demo, can do that a person can do on the pages.</summary>
public static class ResidentApi
{
    private static readonly Refusal Malformed = new("web.malformed", "The body is not what /openapi.json describes.");

    /// <summary>Adds the interface to the residents' door.</summary>
    public static void MapApi(this Door door)
    {
        door.Get("/api/node", Access.Anyone, ShowNode);
        door.PostJson("/api/join", Access.Anyone, Join);
        door.PostJson("/api/session", Access.Anyone, Enter);
        door.Delete("/api/session", Access.Anyone, v => Task.FromResult(Leave(v)));
        door.Get("/api/me", Access.SignedIn, v => Reply.Json(Me(v.Card), WebJson.Safe.MeJson));
        door.Get("/api/offerings", Access.SignedIn, ListOfferings);
        door.PostJson("/api/offerings", Access.SignedIn, AddOffering);
        door.Delete(
            "/api/offerings/{id}",
            Access.SignedIn,
            async v => Told(await v.Desk.WithdrawOffering(v.Card, v.Route("id"), v.Token))
        );
        door.Get("/api/needs", Access.SignedIn, ListNeeds);
        door.PostJson("/api/needs", Access.SignedIn, AddNeed);
        door.Delete(
            "/api/needs/{id}",
            Access.SignedIn,
            async v => Told(await v.Desk.WithdrawNeed(v.Card, v.Route("id"), v.Token))
        );
        door.Get(
            "/api/rings",
            Access.SignedIn,
            v => Reply.Json(v.Desk.Rings(v.Card.Did).Select(Ring).ToList(), WebJson.Safe.ListRingJson)
        );
        door.PostJson("/api/rings/{chainId}/answer", Access.SignedIn, AnswerRing);
        door.PostJson("/api/rings/{chainId}/settle", Access.SignedIn, SettleRing);
        door.MapWords();
    }

    /// <summary>204, or why not.</summary>
    internal static Reply Told(Outcome<Done> outcome) => outcome.Refusal is { } refusal ? Errors.Of(refusal) : Reply.NoContent;

    /// <summary>400 for a body that cannot be read.</summary>
    internal static Reply BadBody() => Reply.Refused(400, Malformed);

    /// <summary>Ends the session, whether there was one or not.</summary>
    internal static Reply Leave(Visit v)
    {
        v.SignOut();
        return Reply.NoContent;
    }

    internal static DeliveryJson Delivery(Delivery d) => new(DeliveryWord(d.Kind), d.Who, d.Since, d.Reason);

    internal static string DeliveryWord(DeliveryKind kind) =>
        kind switch
        {
            DeliveryKind.KeptHere => "kept_here",
            DeliveryKind.Waiting => "waiting",
            DeliveryKind.WaitingForSpace => "waiting_for_space",
            DeliveryKind.HeldHere => "held_here",
            DeliveryKind.PeerHasIt => "peer_has_it",
            DeliveryKind.PersonHasIt => "person_has_it",
            DeliveryKind.Expired => "expired",
            _ => "not_accepted",
        };

    internal static string EdgeWord(EdgeState state) => state.ToString().ToLowerInvariant();

    internal static Reply ShowNode(Visit v)
    {
        var c = v.Desk.Cabinet();
        return Reply.Json(new NodeJson(c.Name, c.Did, c.Version, c.JoiningOpen, v.Desk.Entries(true)), WebJson.Safe.NodeJson);
    }

    private static async Task<Reply> Join(Visit v)
    {
        if (!v.Desk.Cabinet().JoiningOpen)
        {
            return Errors.Of(new Refusal("join.closed", v.Texts.Plain("error.join.closed.what")));
        }

        if (await v.ReadJson(WebJson.Safe.JoinRequest) is not { } body)
        {
            return BadBody();
        }

        var made = await v.Desk.Join(body.Label, body.Language, false, v.Token);
        return made.Value is { } card
            ? Reply.Json(new JoinedJson(card.Did, card.Code), WebJson.Safe.JoinedJson, 201)
            : Errors.Of(made.Refusal!);
    }

    private static async Task<Reply> Enter(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.CodeRequest) is not { } body)
        {
            return BadBody();
        }

        var opened = await SignIn.WithCard(v, body.Code);
        return opened.Value is { } card ? Reply.Json(Me(card), WebJson.Safe.MeJson) : Errors.Of(opened.Refusal!);
    }

    private static MeJson Me(OpenedCard card) => new(card.Did, card.Label, card.Language);

    private static Reply ListOfferings(Visit v) =>
        Reply.Json(
            v.Desk.Offerings(v.Card.Did)
                .Select(o => new OfferingJson(o.Id, o.Category, o.Title, o.Share, o.Since, [.. o.Deliveries.Select(Delivery)]))
                .ToList(),
            WebJson.Safe.ListOfferingJson
        );

    private static Reply ListNeeds(Visit v) =>
        Reply.Json(
            v.Desk.Needs(v.Card.Did)
                .Select(n => new NeedJson(n.Id, n.Accepts, n.Title, n.Share, n.Since, [.. n.Deliveries.Select(Delivery)]))
                .ToList(),
            WebJson.Safe.ListNeedJson
        );

    private static async Task<Reply> AddOffering(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.OfferingRequest) is not { } body)
        {
            return BadBody();
        }

        return Made(await v.Desk.Offer(v.Card, body.Category, body.Title, body.Share ?? Share.Here, v.Token));
    }

    private static async Task<Reply> AddNeed(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.NeedRequest) is not { } body || body.Accepts.Length > EntryPages.MaxAccepts)
        {
            return BadBody();
        }

        return Made(await v.Desk.Need(v.Card, body.Accepts, body.Title, body.Share ?? Share.Here, v.Token));
    }

    private static Reply Made(Outcome<string> outcome) =>
        outcome.Value is { } id ? Reply.Json(new IdJson(id), WebJson.Safe.IdJson, 201) : Errors.Of(outcome.Refusal!);

    private static async Task<Reply> AnswerRing(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.AnswerRequest) is not { Value: "yes" or "no" or "withdrawn" } body)
        {
            return BadBody();
        }

        return Told(await v.Desk.Answer(v.Card, v.Route("chainId"), body.Value, body.Card, v.Token));
    }

    private static async Task<Reply> SettleRing(Visit v)
    {
        var body = await v.ReadJson(WebJson.Safe.SettleRequest);
        if (body is not { Result: "done" or "not_done" or "problem" } || body.Note?.Length > RingPages.MaxNote)
        {
            return BadBody();
        }

        return Told(await v.Desk.Settle(v.Card, v.Route("chainId"), body.Edge, body.Result, body.Note, v.Token));
    }

    private static RingJson Ring(RingView r) =>
        new(
            r.ChainId,
            r.State.ToString().ToLowerInvariant(),
            r.Card,
            r.Sentence,
            r.Answer,
            new GivesJson(r.Gives.To, r.Gives.What, r.Gives.Index, EdgeWord(r.Gives.State)),
            new GetsJson(r.Gets.From, r.Gets.What, r.Gets.Index, EdgeWord(r.Gets.State)),
            r.Deadline,
            r is { CanAnswer: true, Answer: null },
            r.CanSettle,
            r.Settled
        );
}
