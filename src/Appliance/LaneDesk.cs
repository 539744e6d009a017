using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>
/// What stewards decide about lanes and about what was set aside; each act leaves an audit row. <paramref name="clock"/> never runs backwards: a grant made while
/// the wall clock was wrong must not be over when it is right again.
/// </summary>
internal sealed class LaneDesk(Lanes lanes, Outbox outbox, Func<Moment> clock)
{
    public static Answer NoRoom { get; } =
        Answer.Refused(
            "store.full",
            "The cabinet's disk is nearly full, so nothing new is kept. Nothing was changed; please tell a steward."
        );

    /// <summary>Commands that keep something new. The others end or free something, and go on to the last.</summary>
    public static bool NeedsRoom(Command command) =>
        command
            is not (
                Withdraw
                or DeclinePeering
                or EndPeering
                or SuspendPeering
                or PauseLane
                or CloseLane
                or DiscardAside
                or PairFrame
                or CarryOut
                or CarryIn
                or StopCabinet
                or ShowPicture { Picture: null }
                or ServeBlob
                or BlobServed
            );

    /// <summary>The peering stands: what both stewards agreed on may flow.</summary>
    public void Opened(Turn turn, Did peer)
    {
        lanes.OpenAgreed(turn, peer, clock());
        Audit.Write(turn, peer, "lane.granted", "shared, both ways, by the agreement");
    }

    public Answer Do(Turn turn, Command command)
    {
        var answer = command switch
        {
            GrantLane grant => Grant(turn, grant.Peer, grant.Grant),
            PauseLane pause => Pause(turn, pause),
            CloseLane close => Close(turn, close),
            SendAgain again => SendAgain(turn, again.Aside),
            DiscardAside discard => Discard(turn, discard.Aside),
            _ => throw new InvariantException($"{command.GetType().Name} is not about lanes"),
        };
        if (answer.IsDone)
            turn.Emit(new PageChanged(PageChanged.Stewards));
        return answer;
    }

    private Answer Grant(Turn turn, Did peer, LaneGrant grant)
    {
        if (grant.Fault() is { } fault)
            return Answer.Refused(fault.Code, fault.Text);
        if (!PeerBook.IsEnrolled(turn.Db, peer))
            return NotAPeer;
        lanes.Grant(turn, peer, grant, clock());
        var rate = grant.Rate == 0 ? "as fast as the link" : $"{grant.Rate} bytes a second";
        Audit.Write(
            turn,
            peer,
            "lane.granted",
            $"{grant.Class.ToWire()} {grant.Direction.Word()}: priority {grant.Priority}, {rate}, {grant.MaxRows} statements, {grant.MaxBytes} bytes, {(int)grant.Lifetime.TotalDays} days"
        );
        return Answer.Done;
    }

    private Answer Pause(Turn turn, PauseLane pause)
    {
        if (!lanes.Pause(turn, pause.Peer, pause.Class, pause.Direction, pause.Paused))
            return NoLane;
        Audit.Write(
            turn,
            pause.Peer,
            pause.Paused ? "lane.paused" : "lane.resumed",
            $"{pause.Class.ToWire()} {pause.Direction.Word()}"
        );
        return Answer.Done;
    }

    private Answer Close(Turn turn, CloseLane close)
    {
        if (!lanes.Close(turn, close.Peer, close.Class, close.Direction))
            return NoLane;
        Audit.Write(turn, close.Peer, "lane.closed", $"{close.Class.ToWire()} {close.Direction.Word()}");
        return Answer.Done;
    }

    private Answer SendAgain(Turn turn, long id)
    {
        if (SetAside.Find(turn.Db, id) is not { State: SetAside.Open } aside)
            return Settled;
        if (aside.Direction != "out" || Statements.Raw(turn.Db, aside.StatementId) is not { } raw)
            return Answer.Refused("aside.not_ours", "This came from a neighbour; only they can send it again.");
        if (!PeerBook.IsEnrolled(turn.Db, aside.Peer))
            return NotAPeer;
        var statement = Statement.FromStore(raw);
        if (statement.Expires < turn.Now && turn.Now >= Moment.EarliestSure)
            return Answer.Refused(
                "aside.expired",
                "It has expired, and nobody would take it any more. Its resident can share it anew; then discard this."
            );
        if (outbox.Enqueue(turn, aside.Peer, statement) == Enqueued.Full)
            return Answer.Refused(
                "peer.queue_full",
                "Too much waits for this neighbour already; it is sent by itself when there is room."
            );
        SetAside.Settle(turn, id, SetAside.Sent);
        Audit.Write(turn, aside.Peer, "aside.sent", $"{statement.Kind} {aside.StatementId}");
        return Answer.Done;
    }

    private static Answer Discard(Turn turn, long id)
    {
        if (SetAside.Find(turn.Db, id) is not { State: SetAside.Open } aside)
            return Settled;
        SetAside.Settle(turn, id, SetAside.Discarded);
        Audit.Write(turn, aside.Peer, "aside.discarded", aside.StatementId);
        return Answer.Done;
    }

    private static Answer NotAPeer { get; } =
        Answer.Refused("peer.not_enrolled", "This cabinet is not a neighbour of ours now; make the peering first.");

    private static Answer NoLane { get; } = Answer.Refused("lane.unknown", "There is no such lane; grant it first.");

    private static Answer Settled { get; } = Answer.Refused("aside.settled", "Somebody has dealt with this already.");
}
