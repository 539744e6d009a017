namespace EdgeNode.Hardware.Power;

/// <summary>
/// Keeps neighbours from hearing every flicker: between two announcements stands a rest, and after it only the newest is given. Word that the cabinet goes is
/// never held back.
/// </summary>
internal sealed class Announcer(long restMs)
{
    private const PowerActs Words = PowerActs.TellBattery | PowerActs.TellGoing | PowerActs.TellBack;

    private PowerActs _waiting;
    private PowerActs _said;
    private long _at = long.MinValue;

    /// <summary>The acts to perform now; announcements that wait are given when their time has come.</summary>
    public PowerActs Filter(PowerActs acts, long now)
    {
        if ((acts & Words) != 0)
            _waiting = Newest(acts & Words);
        var others = acts & ~Words;
        if (_waiting == PowerActs.None || _waiting == _said)
        {
            _waiting = PowerActs.None;
            return others;
        }
        if (_at != long.MinValue && now - _at < restMs && (acts & PowerActs.BeginStop) == 0)
            return others;
        // The word of a start that all is well delays nothing that follows.
        if (_said != PowerActs.None || _waiting != PowerActs.TellBack)
            _at = now;
        _said = _waiting;
        _waiting = PowerActs.None;
        return others | _said;
    }

    /// <summary>One sample may lead through several states; what stands at the end is what is told.</summary>
    private static PowerActs Newest(PowerActs words) =>
        (words & PowerActs.TellGoing) != 0 ? PowerActs.TellGoing
        : (words & PowerActs.TellBattery) != 0 ? PowerActs.TellBattery
        : PowerActs.TellBack;
}
