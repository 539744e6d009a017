using EdgeNode.Appliance.Web.Pages;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>Cabinet cards for programs: the same acts as on the stewards' page.</summary>
public static class ManifestCardApi
{
    public static void MapCardApi(this Door door)
    {
        door.PostJson("/api/steward/card", Access.SignedIn, Make);
        door.PostJson("/api/steward/card/read", Access.SignedIn, Read);
        door.PostJson("/api/steward/card/request", Access.SignedIn, Ask);
    }

    private static async Task<Reply> Make(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.CardMakeRequest) is not { } body)
        {
            return ResidentApi.BadBody();
        }

        var made = await v.Desk.IssueCard(body.Addresses ?? [], body.Days ?? ManifestCardPages.UsualDays, v.Token);
        return made.Value is { } text ? Reply.Json(new CardTextJson(text), WebJson.Safe.CardTextJson) : Errors.Of(made.Refusal!);
    }

    private static async Task<Reply> Read(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.CardTextJson) is not { } body)
        {
            return ResidentApi.BadBody();
        }

        var read = v.Desk.ReadCard(body.Card);
        return read.Value is { } c ? Reply.Json(Shown(c), WebJson.Safe.CardJson) : Errors.Of(read.Refusal!);
    }

    private static CardJson Shown(ManifestCardView c) =>
        new(c.Did, c.Name, c.Operator, c.Release, c.Contract, c.ContractFits, c.IsPeer, c.Issued, c.Expires, c.Addresses);

    private static async Task<Reply> Ask(Visit v) =>
        await v.ReadJson(WebJson.Safe.CardTextJson) is { } body
            ? ResidentApi.Told(await v.Desk.RequestByCard(body.Card, v.Token))
            : ResidentApi.BadBody();
}
