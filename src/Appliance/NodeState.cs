using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>The node's hybrid clock, its floor, and its epoch, kept in the database so that neither runs backwards over a restart.</summary>
internal sealed class NodeState
{
    public static StoreModule Module { get; } = new("Appliance", typeof(NodeState).Assembly, 2);

    /// <summary>
    /// The stored clock runs ahead of the time by this much, so that a sign of life every few seconds is not a write to the card; and of the signed clock, which
    /// may itself be ahead, by the least of it. Not by more: each start begins where the stored clock stood, and many starts must not add up to days.
    /// </summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(1);

    private long _hlc;
    private long _saved;
    private Moment _now;

    public NodeState(Db db)
    {
        (Epoch, _hlc) = db.One("SELECT epoch, hlc FROM node_state WHERE id = 1", r => (r.Long(0), r.Long(1)));
        _saved = _hlc;
    }

    /// <summary>Rises with a restore, a compromise, a key change.</summary>
    public long Epoch { get; }

    public void Begin(Turn turn) => _now = turn.Now;

    public long NextHlc() => _hlc = Hlc.Next(_hlc, _now);

    /// <summary>Follows a verified statement's clock within the drift limit.</summary>
    public void Witness(long hlc, Moment now) => _hlc = Hlc.Merge(_hlc, hlc, now);

    public void Save(Turn turn)
    {
        if (_hlc <= _saved)
            return;
        _saved = Math.Max(Hlc.At(turn.Now + Ahead), Hlc.At(Hlc.TimeOf(_hlc) + AtLeast));
        turn.Db.Run("UPDATE node_state SET hlc = $1, floor = max(floor, $2) WHERE id = 1", _saved, turn.Now.Ms);
    }
}

/// <summary>
/// Starts matching runs by themselves: when the items have been quiet for a while after a change, and, where others' items are not seen to change, every so
/// often.
/// </summary>
internal sealed class Schedule(TimeSpan? quiet, TimeSpan? every)
{
    private Moment? _changed;
    private Moment? _ran;

    public void Changed(Moment now) => _changed = now;

    /// <summary>True once per quiet spell.</summary>
    public bool IsDue(Turn turn)
    {
        if (quiet is not { } wait)
            return false;
        // A time in the future was noted by a clock that has been set back since.
        _changed = _changed > turn.Now ? turn.Now : _changed;
        _ran = _ran is { } ran && ran <= turn.Now ? ran : turn.Now;
        var settled = _changed is { } at && turn.Now - at >= wait;
        if (!settled && (every is not { } pause || turn.Now - _ran < pause))
            return false;
        (_changed, _ran) = (null, turn.Now);
        return true;
    }

    public Moment? NextDue()
    {
        if (quiet is not { } wait)
            return null;
        var again = every is { } pause && _ran is { } ran ? ran + pause : (Moment?)null;
        return _changed is { } at && (again is null || at + wait < again) ? at + wait : again;
    }
}

/// <summary>Bounds on people's words.</summary>
internal static class Words
{
    /// <summary>A refusal when the text is empty, too long or holds control characters; else null.</summary>
    public static Answer? Refuse(string text, int max, string what)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0)
            return Answer.Refused("text.empty", $"Please write a few words for the {what}.");
        if (trimmed.Length > max)
            return Answer.Refused("text.long", $"The {what} can have at most {max} characters.");
        return !PlainText.Is(trimmed) ? Answer.Refused("text.control", $"The {what} has characters that cannot be shown.") : null;
    }
}
