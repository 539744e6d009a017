using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// Nothing leaves by a lane that is not granted or that a steward or power holds back; statements travel in the stream of their class; no lane carries or
/// queues more than its grant says.
/// </summary>
internal sealed class LaneCheck(World world) : Checker(world)
{
    public override void Committed(CommittedStep step)
    {
        if (!step.Change.IsEmpty)
            CheckQuotas(step.Cabinet);
    }

    public override void Performing(Cabinet cabinet, Effect effect)
    {
        if (
            effect is not SendOnLink { Kind: TopicKind.Data } send
            || Bundle.TryRead(send.Bytes) is not { } bundle
            || !cabinet.IsUp
        )
            return;
        var stream = bundle.Header.Stream;
        foreach (var raw in bundle.Statements)
        {
            var kind = Statement.TryRead(raw)?.Kind ?? "";
            Expect(
                DataMap.RuleOf(kind)?.Stream == stream,
                "lane.class",
                cabinet,
                $"{kind} leaves in stream {stream}, which is not that of its class"
            );
        }
        Expect(
            !cabinet.Db.Exists("SELECT 1 FROM restraint WHERE cause = 'power' AND last_stream < $1", stream),
            "lane.power",
            cabinet,
            $"a bundle of stream {stream} leaves although power holds it back"
        );
        if (Lanes.ClassOf(stream) is { } cls)
            Expect(
                cabinet.Db.Exists(
                    "SELECT 1 FROM lane WHERE peer = $1 AND class = $2 AND direction = 'out' AND paused = 0",
                    send.Peer.Value,
                    cls.ToWire()
                ),
                "lane.sends",
                cabinet,
                $"a bundle of class {cls.ToWire()} leaves for {World.Find(send.Peer)} by a lane that is not open"
            );
    }

    private void CheckQuotas(Cabinet cabinet)
    {
        var over = cabinet.Db.Text(
            "SELECT u.class || ': ' || u.rows || ' statements' FROM lane_use u JOIN lane l ON l.peer = u.peer AND l.class = u.class AND l.direction = 'in' "
                + "WHERE u.day >= l.granted / 86400000 AND (u.rows > l.max_rows OR u.bytes > l.max_bytes)"
        );
        Expect(over is null, "lane.quota", cabinet, $"more came in a day than the lane allows: {over}");
        var queued = cabinet.Db.Text(
            "SELECT l.peer FROM lane l WHERE l.class = 'shared' AND l.direction = 'out' "
                + "AND l.max_rows < (SELECT count(*) FROM outbox o WHERE o.peer = l.peer AND o.stream = 2)"
        );
        Expect(queued is null, "lane.queued", cabinet, $"more waits for {queued} than its lane allows");
    }
}
