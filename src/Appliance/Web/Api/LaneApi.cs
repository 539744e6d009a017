using System.Globalization;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>Lanes and what was set aside, as JSON.</summary>
internal static class LaneApi
{
    private const string LanePath = "/api/steward/peerings/{did}/lanes/{class}/{direction}";

    public static void MapLanes(this Door door)
    {
        door.Get("/api/steward/links", Access.SignedIn, v => Reply.Json(v.Desk.Links(), WebJson.Safe.LinksView));
        door.PostJson(LanePath, Access.SignedIn, Grant);
        door.PostJson(LanePath + "/pause", Access.SignedIn, v => Pause(v, true));
        door.PostJson(LanePath + "/resume", Access.SignedIn, v => Pause(v, false));
        door.PostJson(LanePath + "/close", Access.SignedIn, Close);
        door.PostJson("/api/steward/aside/{id}/send", Access.SignedIn, v => Aside(v, v.Desk.SendAgain));
        door.PostJson("/api/steward/aside/{id}/discard", Access.SignedIn, v => Aside(v, v.Desk.DiscardAside));
    }

    /// <summary>The lane that a path names; null when it names none.</summary>
    internal static (DataClass Class, LaneDirection Direction)? LaneOf(Visit v) =>
        DataClasses.TryParse(v.Route("class"), out var cls) && LaneWords.ParseDirection(v.Route("direction")) is { } direction
            ? (cls, direction)
            : null;

    private static async Task<Reply> Grant(Visit v)
    {
        if (LaneOf(v) is not { } lane || await v.ReadJson(WebJson.Safe.LaneRequest) is not { } body)
            return ResidentApi.BadBody();
        var d = LaneGrant.Default(lane.Class, lane.Direction);
        if (body.Days is < 1 or > LaneGrant.MostDays)
            return ResidentApi.BadBody();
        var grant = d with
        {
            Priority = body.Priority ?? d.Priority,
            Rate = body.Rate ?? d.Rate,
            MaxRows = body.MaxRows ?? d.MaxRows,
            MaxBytes = body.MaxBytes ?? d.MaxBytes,
            Lifetime = body.Days is { } days ? TimeSpan.FromDays(days) : d.Lifetime,
        };
        return ResidentApi.Told(await v.Desk.GrantLane(v.Route("did"), grant, v.Token));
    }

    private static async Task<Reply> Pause(Visit v, bool paused) =>
        LaneOf(v) is { } lane
            ? ResidentApi.Told(await v.Desk.PauseLane(v.Route("did"), lane.Class, lane.Direction, paused, v.Token))
            : ResidentApi.BadBody();

    private static async Task<Reply> Close(Visit v) =>
        LaneOf(v) is { } lane
            ? ResidentApi.Told(await v.Desk.CloseLane(v.Route("did"), lane.Class, lane.Direction, v.Token))
            : ResidentApi.BadBody();

    private static async Task<Reply> Aside(Visit v, Func<long, CancellationToken, Task<Outcome<Done>>> act) =>
        long.TryParse(v.Route("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? ResidentApi.Told(await act(id, v.Token))
            : ResidentApi.BadBody();
}
