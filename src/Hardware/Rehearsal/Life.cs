using EdgeNode.Hardware.Power;

namespace EdgeNode.Hardware.Rehearsal;

/// <summary>One cabinet's life under one seed.</summary>
internal sealed class Life
{
    private const long SecondMs = 1000;
    private const long HourMs = 3_600_000;
    private const long DayMs = 24 * HourMs;

    /// <summary>Every so many brown-outs a sensor fails, and mains flickers.</summary>
    private const int FaultEvery = 20;
    private const int FlickerEvery = 5;

    private static readonly SensorFault[] Faults =
    [
        SensorFault.GaugeDead,
        SensorFault.GaugeDrops,
        SensorFault.GaugeFrozen,
        SensorFault.PinDead,
        SensorFault.PercentLow,
        SensorFault.PercentHigh,
        SensorFault.PercentJumps,
        SensorFault.Garbage,
        SensorFault.PinChatters,
    ];

    private readonly Design _design;
    private readonly Dice _dice;
    private readonly Sensors _sensors;
    private readonly MachineModel _machine;

    public Life(Design design, Dice dice, Tally tally, double charge = 1)
    {
        (_design, _dice) = (design, dice);
        Pack = new PackModel(design.Pack, dice.Between(0.85, 1)) { Charge = charge };
        _sensors = new Sensors(design, dice);
        _machine = new MachineModel(design, Pack, _sensors, dice, tally);
        _machine.Start(0);
    }

    public PackModel Pack { get; }

    public long NowMs { get; private set; }

    public PowerState? State => _machine.State;

    public SensorFault Fault
    {
        get => _sensors.Fault;
        set => _sensors.Fault = value;
    }

    public bool KillInStop
    {
        set => _machine.KillInStop = value;
    }

    public void Step(double supplyWatts, long mostMs = long.MaxValue)
    {
        var step = Math.Min(_machine.StepMs(NowMs), mostMs);
        NowMs += step;
        _machine.Step(NowMs, step, supplyWatts);
    }

    public void Until(long atMs, double supplyWatts)
    {
        while (NowMs < atMs)
            Step(supplyWatts, atMs - NowMs);
    }

    /// <summary>Ten minutes on mains: started, charged, everything in order.</summary>
    public void Settle() => Until(NowMs + 600 * SecondMs, _design.SupplyWatts);

    /// <summary>Outages from a second to beyond what the pack can bear, with pauses from half a minute to hours.</summary>
    public long Brownouts(int count)
    {
        Settle();
        var from = NowMs;
        var longest = _design.Pack.WattHours / _design.SurviveWatts * 3600 * 1.2;
        for (var i = 1; i <= count; i++)
        {
            if (i % FaultEvery == 0)
                Fault = Faults[_dice.Below(Faults.Length)];
            if (i % FlickerEvery == 0)
                Flicker();
            Until(NowMs + (long)(_dice.LogBetween(1, longest) * SecondMs), 0);
            if (i % FlickerEvery == 0)
                Flicker();
            // Somebody sees to the sensor while mains is there.
            Fault = SensorFault.None;
            Until(NowMs + (long)(_dice.LogBetween(30, longest / 2) * SecondMs), _design.SupplyWatts);
        }
        return NowMs - from;
    }

    /// <summary>Mains comes and goes once a second for up to two minutes.</summary>
    private void Flicker()
    {
        var seconds = _dice.Below(120) + 2;
        for (var s = 0; s < seconds; s++)
            Until(NowMs + SecondMs, _dice.Chance(0.5) ? _design.SupplyWatts : 0);
    }

    /// <summary>Days as they come: a grid with rare outages, or a sun behind clouds.</summary>
    public long Weather(int days)
    {
        Settle();
        var from = NowMs;
        for (var day = 0; day < days; day++)
        {
            if (_design.Supply == SupplyKind.Solar)
                SolarDay();
            else
                GridDay();
        }
        return NowMs - from;
    }

    /// <summary>One day in four has an outage of a second to twelve hours.</summary>
    private void GridDay()
    {
        var end = NowMs + DayMs;
        if (_dice.Chance(0.25))
        {
            Until(NowMs + (long)(_dice.Unit() * 11 * HourMs), _design.SupplyWatts);
            Until(NowMs + (long)(_dice.LogBetween(1, 12 * 3600) * SecondMs), 0);
        }
        Until(end, _design.SupplyWatts);
    }

    /// <summary>A half sine of eight hours whose area is the day's sun: a quarter to twice the average, clouds within the hour.</summary>
    private void SolarDay()
    {
        var start = NowMs;
        var sun = _design.SunHours * _dice.Between(0.25, 1.75);
        var peak = Math.Min(1, sun * Math.PI / 16) * _design.SupplyWatts * 0.7;
        for (var quarter = 0; quarter < 96; quarter++)
        {
            var hour = quarter / 4.0 - 8;
            var watts = hour is > 0 and < 8 ? peak * Math.Sin(Math.PI * hour / 8) * _dice.Between(0.5, 1.5) : 0;
            Until(start + (quarter + 1) * HourMs / 4, Math.Max(0, watts));
        }
    }
}
