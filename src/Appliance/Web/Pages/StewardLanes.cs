using System.Globalization;
using EdgeNode.Appliance.Web.Api;
using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>Routes of the queue page: lanes and what was set aside.</summary>
internal static class StewardLanes
{
    private const string LanePath = "/lanes/{did}/{class}/{direction}";
    private const int MostRows = 200;

    public static void MapLanePages(this Door door)
    {
        door.Get("/queues", Access.SignedIn, v => Reply.Page(QueuePage.Render(F(v), Model(v))));
        door.Get(LanePath, Access.SignedIn, ShowDraft);
        door.PostForm(LanePath + "/grant", Access.SignedIn, Grant);
        door.PostForm(LanePath + "/pause", Access.SignedIn, v => Pause(v, true));
        door.PostForm(LanePath + "/resume", Access.SignedIn, v => Pause(v, false));
        door.PostForm(LanePath + "/close", Access.SignedIn, Close);
        door.PostForm("/aside/{id}/send", Access.SignedIn, v => Aside(v, v.Desk.SendAgain, "sent"));
        door.PostForm("/aside/{id}/discard", Access.SignedIn, v => Aside(v, v.Desk.DiscardAside, "discarded"));
    }

    private static PageFrame F(Visit v) => PageFrame.Of(v, "queues");

    private static QueueModel Model(Visit v) => new(v.Desk.Queues(), v.Desk.Links(), v.Desk.SetAside(MostRows), v.Query("note"));

    private static Reply NotFound(Visit v) => Reply.Page(ErrorPage.Render(F(v), "web.not_found"), 404);

    private static Reply After(Visit v, Outcome<Done> outcome, string note) =>
        outcome.Refusal is { } refusal ? Errors.Page(v, refusal) : Reply.Go("/queues?note=" + note);

    private static (PeerLanes Peer, LaneView Lane)? Find(Visit v)
    {
        var peer = v.Desk.Links().Peers.FirstOrDefault(p => p.Did == v.Route("did"));
        var lane = peer?.Lanes.FirstOrDefault(l => l.Class == v.Route("class") && l.Direction == v.Route("direction"));
        return lane is null ? null : (peer!, lane);
    }

    private static Reply ShowDraft(Visit v)
    {
        if (Find(v) is not { } found || LaneApi.LaneOf(v) is not { } named)
            return NotFound(v);
        var grant = LaneGrant.Default(named.Class, named.Direction);
        if (found.Lane.MaxRows > 0)
            grant = grant with
            {
                Priority = found.Lane.Priority,
                Rate = found.Lane.Rate,
                MaxRows = found.Lane.MaxRows,
                MaxBytes = found.Lane.MaxBytes,
            };
        return Reply.Page(LaneDraftPage.Render(F(v), found.Peer, found.Lane, grant));
    }

    private static async Task<Reply> Grant(Visit v)
    {
        if (LaneApi.LaneOf(v) is not { } lane)
            return NotFound(v);
        if (Typed(v, lane.Class, lane.Direction) is not { } grant)
            return Errors.Page(v, new Refusal("lane.malformed", v.Texts.Plain("s.lane.problem")));
        return After(v, await v.Desk.GrantLane(v.Route("did"), grant, v.Token), "granted");
    }

    private static LaneGrant? Typed(Visit v, DataClass cls, LaneDirection direction)
    {
        var rate = direction == LaneDirection.Out ? Number(v, "rate") : 0;
        return
            Number(v, "days") is { } days and > 0 and <= LaneGrant.MostDays
            && Number(v, "priority") is { } priority and < 10
            && rate is { } bytesPerSecond
            && Number(v, "rows") is { } rows
            && Number(v, "megabytes") is { } megabytes and < 1L << 30
            ? new LaneGrant
            {
                Class = cls,
                Direction = direction,
                Priority = (int)priority,
                Rate = bytesPerSecond,
                MaxRows = rows,
                MaxBytes = megabytes << 20,
                Lifetime = TimeSpan.FromDays(days),
            }
            : null;
    }

    private static long? Number(Visit v, string field) =>
        long.TryParse(v.Field(field), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static async Task<Reply> Pause(Visit v, bool paused) =>
        LaneApi.LaneOf(v) is { } lane
            ? After(
                v,
                await v.Desk.PauseLane(v.Route("did"), lane.Class, lane.Direction, paused, v.Token),
                paused ? "paused" : "resumed"
            )
            : NotFound(v);

    private static async Task<Reply> Close(Visit v) =>
        LaneApi.LaneOf(v) is { } lane
            ? After(v, await v.Desk.CloseLane(v.Route("did"), lane.Class, lane.Direction, v.Token), "closed")
            : NotFound(v);

    private static async Task<Reply> Aside(Visit v, Func<long, CancellationToken, Task<Outcome<Done>>> act, string note) =>
        long.TryParse(v.Route("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? After(v, await act(id, v.Token), note)
            : NotFound(v);
}
