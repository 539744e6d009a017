using EdgeNode.Federation;
using EdgeNode.Hardware.Power;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>
/// What follows from power inside the node: which streams may form bundles now, whether a matching run may begin, what the neighbours are told and what they
/// told us. Without sensors the cabinet counts as on mains.
/// </summary>
/// <param name="open">How long a window stays open for sync when it opens only now and then (one minute).</param>
internal sealed class PowerDesk(Signer signer, Outbox outbox, TimeSpan open)
{
    /// <summary>Streams that carry what people and votes wait for; bulk lies above.</summary>
    private const int People = DataMap.PublicStream;

    /// <summary>Votes, receipts and notices.</summary>
    private const int Vital = DataMap.TrustStream;
    private const int Nothing = -1;

    private readonly LoadPlan _plan = new();
    private PowerState _state = PowerState.Mains;
    private bool _applied;
    private Moment _since;
    private Moment? _planned;

    public LoadRow Loads => _plan.Row(_state);

    /// <summary>Reads the steward's choices; at every start of the node.</summary>
    public void Load(Turn turn)
    {
        foreach (var (state, load, word) in PowerBook.Edits(turn.Db))
            _plan.Edit(state, load, word);
        _since = turn.Now;
    }

    public void Take(Turn turn, PowerChanged changed)
    {
        if (changed.Facts.State != _state)
            (_state, _since, _applied) = (changed.Facts.State, turn.Now, false);
        // The first word after a start is applied too: radios and other programs may stand as another state left them.
        if (!_applied)
            turn.Emit(new ApplyLoads(_state, Loads));
        _applied = true;
        if (changed.Tell is { } word)
            Tell(turn, word, changed.Why, changed.BackAfter);
        turn.Emit(new PageChanged(PageChanged.Everybody));
    }

    public Answer Edit(Turn turn, EditLoad edit)
    {
        if (!Enum.TryParse<PowerState>(edit.State, out var state) || !_plan.Edit(state, edit.Load, edit.Word))
            return Answer.Refused("power.plan", "There is no such choice for this state.");
        PowerBook.PutEdit(turn, state, edit.Load, edit.Word);
        turn.Emit(new ApplyLoads(_state, Loads));
        turn.Emit(new PageChanged(PageChanged.Stewards));
        return Answer.Done;
    }

    /// <summary>The highest stream that may form bundles now. Receipts and signs of life are no bundles and always go.</summary>
    public int Reach(Moment now) =>
        (Loads.Sync, IsOpen(now)) switch
        {
            _ when _state == PowerState.ShuttingDown => Vital,
            (SyncPace.Always, _) => Loads.Bulk ? DataMap.BulkStream : People,
            (SyncPace.Hourly, true) => Vital,
            (SyncPace.Hourly, false) => Nothing,
            (_, true) => People,
            _ => Vital,
        };

    public bool MayPlan(Moment now) =>
        Loads.Matching switch
        {
            MatchingPace.Full => true,
            MatchingPace.QuarterHour => _planned is not { } at || now - at >= PlanEvery || now < at,
            _ => false,
        };

    public void Planned(Moment now) => _planned = now;

    /// <summary>When a run that is due at <paramref name="due"/> may begin; null = not in this state.</summary>
    public Moment? PlanDue(Moment? due) =>
        due is not { } at
            ? null
            : Loads.Matching switch
            {
                MatchingPace.Full => at,
                MatchingPace.QuarterHour => _planned is { } last && last + PlanEvery > at ? last + PlanEvery : at,
                _ => null,
            };

    /// <summary>When the next window for sync opens or closes; null while it always stands open.</summary>
    public Moment? NextDue(Moment now)
    {
        if (Every is not { } every)
            return null;
        var into = Into(now, every);
        return into < open ? now + (open - into) : now + (every - into);
    }

    private static TimeSpan PlanEvery => TimeSpan.FromMinutes(15);

    private TimeSpan? Every =>
        Loads.Sync switch
        {
            SyncPace.FiveMinutes => TimeSpan.FromMinutes(5),
            SyncPace.HalfHour => TimeSpan.FromMinutes(30),
            SyncPace.Hourly => TimeSpan.FromHours(1),
            _ => null,
        };

    private bool IsOpen(Moment now) => Every is not { } every || Into(now, every) < open;

    /// <summary>How far the present round has gone; the first begins with the state, so that its notice leaves at once.</summary>
    private TimeSpan Into(Moment now, TimeSpan every)
    {
        // A clock that was set back begins a round anew.
        if (now < _since)
            _since = now;
        return TimeSpan.FromTicks((now - _since).Ticks % every.Ticks);
    }

    /// <summary>Queues the word for every enrolled neighbour. "Back" is said only to those who heard of a going.</summary>
    private void Tell(Turn turn, PowerWord word, string why, TimeSpan? backAfter)
    {
        var told = PowerBook.Told(turn.Db);
        if (word == PowerWord.Back && told is null or PowerNoticeBody.Back)
            return;
        var body = new PowerNoticeBody(
            PowerBook.WordOf(word),
            why,
            turn.Now.ToRfc3339(),
            backAfter is { } after ? (turn.Now + after).ToRfc3339() : null
        );
        foreach (var some in PeerBook.Enrolled(turn.Db).Chunk(Statement.MaxAudience))
            Send(turn, body, [.. some.Select(p => p.Did)], some[0].ContractHash);
        PowerBook.PutTold(turn, body.Word);
    }

    private void Send(Turn turn, PowerNoticeBody body, IReadOnlyList<Did> peers, string contract)
    {
        var rule = DataMap.RuleOf(Kinds.PowerNotice)!;
        var draft = new StatementDraft(
            Kinds.PowerNotice,
            rule.Class,
            peers,
            WireJson.Write(body, WireJson.Default.PowerNoticeBody),
            turn.Now + rule.Lifetime!.Value,
            contract
        );
        var statement = Statement.Sign(draft, signer);
        foreach (var peer in peers)
            outbox.Enqueue(turn, peer, statement);
    }
}
