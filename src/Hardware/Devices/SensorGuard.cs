namespace EdgeNode.Hardware.Devices;

/// <summary>
/// Stands between a device and whoever decides: clamps, refuses the implausible and what jumps, and turns silence into a fault. It holds
/// the state of one channel and allocates nothing. Time is the caller's.
/// </summary>
/// <param name="sensor">The name its readings carry.</param>
/// <param name="channel">What is believed.</param>
/// <param name="simulated">Every reading is marked simulated, whatever the channel says.</param>
public sealed class SensorGuard(SensorId sensor, Channel channel, bool simulated = false)
{
    /// <summary>Polls without a usable value before a sensor is faulty.</summary>
    public const int MissesToFault = 3;

    /// <summary>And at least this long since the last usable value.</summary>
    public static readonly TimeSpan SilenceToFault = TimeSpan.FromSeconds(15);

    /// <summary>The interval for which <see cref="Limits.Slew"/> is stated.</summary>
    public static readonly TimeSpan SlewSpan = TimeSpan.FromSeconds(5);

    private SteadyTime _since;
    private SteadyTime _goodAt;
    private long? _last;
    private int _misses;
    private bool _started;

    /// <summary>What is believed. It changes when a sensor's other backend takes over.</summary>
    public Channel Channel { get; set; } = channel;

    /// <summary>True once a usable value came.</summary>
    public bool EverGood => _goodAt != default;

    /// <summary>When the last usable value came.</summary>
    public SteadyTime GoodAt => _goodAt;

    /// <summary>True once it is faulty, until a usable value comes.</summary>
    public bool Faulty { get; private set; }

    private Trust Trust => simulated ? Trust.Simulated : Channel.Trust;

    /// <summary>A value came. The answer is what to hand on.</summary>
    public Reading Take(long micro, SteadyTime at)
    {
        var limits = Channel.Limits;
        if (micro < limits.Low || micro > limits.High || Jumps(micro, at))
            return Miss(at);
        (_last, _goodAt, _since, _misses, _started, Faulty) = (micro, at, at, 0, true, false);
        var shown = Math.Clamp(micro, limits.ShowLow, limits.ShowHigh);
        return new(sensor, Channel.Kind, shown, shown == micro ? Quality.Good : Quality.Clamped, Trust, at);
    }

    /// <summary>Nothing usable came from a poll that should have brought a value.</summary>
    public Reading Miss(SteadyTime at)
    {
        if (!_started)
            (_since, _started) = (at, true);
        _misses = Math.Min(_misses + 1, MissesToFault);
        if (_misses < MissesToFault || at - _since < SilenceToFault)
            return new(sensor, Channel.Kind, null, Faulty ? Quality.Fault : Quality.Refused, Trust, at);
        return Break(at);
    }

    /// <summary>The wire or the chip is gone for certain: a fault at once.</summary>
    public Reading Break(SteadyTime at)
    {
        (Faulty, _last) = (true, null);
        return Reading.Fault(sensor, Channel.Kind, Trust, at);
    }

    /// <summary>The longer nothing usable came, the larger the step that is believed; so a real step is refused a few polls, not for ever.</summary>
    private bool Jumps(long micro, SteadyTime at)
    {
        if (Channel.Limits.Slew is not { } slew || _last is not { } last)
            return false;
        var spans = Math.Max(1.0, (at - _goodAt) / SlewSpan);
        return Math.Abs((double)micro - last) > slew * spans;
    }
}
