using EdgeNode.Hardware.Power;

namespace EdgeNode.Hardware.Rehearsal;

/// <summary>The ways in which sensors have been seen to fail.</summary>
public enum SensorFault
{
    None,

    /// <summary>The mains pin says "lost" for ever.</summary>
    PinStuckLost,

    /// <summary>The mains pin says "there" for ever.</summary>
    PinStuckThere,

    /// <summary>The mains pin cannot be read.</summary>
    PinDead,

    /// <summary>The mains pin flickers once a second.</summary>
    PinChatters,

    /// <summary>Voltage, charge and current are gone.</summary>
    GaugeDead,

    /// <summary>They come and go.</summary>
    GaugeDrops,

    /// <summary>They repeat the last good value.</summary>
    GaugeFrozen,

    /// <summary>Charge is far too low: 4.08 V with 3 % has been seen.</summary>
    PercentLow,

    /// <summary>Charge stays at 100.</summary>
    PercentHigh,

    /// <summary>Charge jumps by half in seconds.</summary>
    PercentJumps,

    /// <summary>Half of all values are impossible.</summary>
    Garbage,
}

/// <summary>What a cabinet's sensors show of the truth: noise, a bias that each pack has, two per cent garbage, and one fault at a time.</summary>
internal sealed class Sensors(Design design, Dice dice)
{
    private const double GarbageShare = 0.02;

    private readonly double _bias = dice.Between(-3, 3);
    private PowerSample _last;

    public SensorFault Fault { get; set; }

    public PowerSample Read(long atMs, bool mains, double volts, double charge, double amps)
    {
        var sample = new PowerSample(
            atMs,
            design.HasPin ? Pin(atMs, mains) : null,
            volts + dice.Between(-0.002, 0.002) * design.Pack.Series,
            design.HasPercent ? Math.Clamp(charge * 100 + _bias + dice.Between(-0.2, 0.2), 0, 100) : null,
            design.HasAmmeter ? amps + dice.Between(-0.01, 0.01) : null
        );
        sample = Break(sample);
        _last = sample;
        return sample;
    }

    private bool? Pin(long atMs, bool mains) =>
        Fault switch
        {
            SensorFault.PinStuckLost => false,
            SensorFault.PinStuckThere => true,
            SensorFault.PinDead => null,
            SensorFault.PinChatters => atMs / 1000 % 2 == 0 && mains,
            _ => mains,
        };

    private PowerSample Break(in PowerSample s)
    {
        switch (Fault)
        {
            case SensorFault.GaugeDead:
                return s with { Volts = null, Percent = null, Amps = null };
            case SensorFault.GaugeDrops when s.AtMs / 40_000 % 2 == 0:
                return s with { Volts = null, Percent = null, Amps = null };
            case SensorFault.GaugeFrozen:
                return s with { Volts = _last.Volts, Percent = _last.Percent, Amps = _last.Amps };
            case SensorFault.PercentLow:
                return s with { Percent = design.HasPercent ? 3 : null };
            case SensorFault.PercentHigh:
                return s with { Percent = design.HasPercent ? 100 : null };
            case SensorFault.PercentJumps when s.AtMs / 7000 % 2 == 0 && s.Percent is { } p:
                return s with { Percent = (p + 47) % 100 };
            default:
                return dice.Chance(Fault == SensorFault.Garbage ? 0.5 : GarbageShare) ? Spoil(s) : s;
        }
    }

    private PowerSample Spoil(in PowerSample s) =>
        dice.Below(6) switch
        {
            0 => s with { Volts = 0 },
            1 => s with { Volts = 5.12 * design.Pack.Series, Percent = 256 },
            2 => s with { Volts = double.NaN },
            3 => s with { Percent = 0 },
            4 => s with { Volts = null, Percent = null, Amps = null },
            _ => s with { Volts = dice.Between(0, 6) * design.Pack.Series, Percent = dice.Between(-20, 280) },
        };
}
