namespace EdgeNode.Hardware.Power;

/// <summary>What a pack is made of; each has its own floors and its own idea of what a voltage says about charge.</summary>
public enum Chemistry
{
    LithiumIon,
    LithiumIronPhosphate,
    LeadAcid,
}

/// <summary>
/// Limits of one cell in volts. Lithium-ion and lithium iron phosphate are those the policy was first simulated with (docs/hardware.md); lead-acid keeps
/// 0.15 V above the 1.75 V per cell at which a lead-acid cell is empty, because the last minutes are spent writing.
/// </summary>
/// <param name="Down">At or below it for <see cref="DownHold"/> the cabinet stops.</param>
/// <param name="Hard">At or below it the cabinet stops whatever else is believed: the cells would be harmed.</param>
/// <param name="Boot">A start without mains below it is refused; with mains it is a recovery hold.</param>
/// <param name="Doubt">At or above it a charge of 12 % or less is not believed.</param>
/// <param name="Rest">A fed pack stands at or above it; below it a falling voltage means that the pack is being emptied.</param>
/// <param name="Least">Lowest voltage that a working gauge can show.</param>
/// <param name="Most">Highest voltage that a working gauge can show.</param>
/// <param name="DownHold">How long the voltage must stay at or below <see cref="Down"/>.</param>
public sealed record CellLimits(
    double Down,
    double Hard,
    double Boot,
    double Doubt,
    double Rest,
    double Least,
    double Most,
    TimeSpan DownHold
)
{
    public static CellLimits LithiumIon { get; } = new(3.35, 3.10, 3.55, 3.75, 4.00, 2.50, 4.40, TimeSpan.FromSeconds(20));

    public static CellLimits LithiumIronPhosphate { get; } =
        new(3.10, 3.00, 3.25, 3.30, 3.32, 2.50, 3.75, TimeSpan.FromSeconds(60));

    public static CellLimits LeadAcid { get; } = new(1.95, 1.90, 2.04, 2.09, 2.10, 1.60, 2.50, TimeSpan.FromSeconds(60));

    public static CellLimits Of(Chemistry chemistry) =>
        chemistry switch
        {
            Chemistry.LithiumIon => LithiumIon,
            Chemistry.LithiumIronPhosphate => LithiumIronPhosphate,
            _ => LeadAcid,
        };
}

/// <summary>One pack: its chemistry, how many cells stand in series, what it holds, and what part of that may be used.</summary>
/// <param name="Usable">Fraction of <see cref="WattHours"/> from full to stop, 0 to 1.</param>
public sealed record Pack(Chemistry Chemistry, int Series, double WattHours, double Usable)
{
    /// <summary>Voltage per cell and charge in per cent, at a light load. Coarse on purpose: it sheds loads and never alone stops the cabinet.</summary>
    private static readonly (double Volts, double Percent)[] LithiumIonCurve =
    [
        (3.00, 0),
        (3.30, 8),
        (3.45, 15),
        (3.55, 25),
        (3.66, 45),
        (3.80, 60),
        (3.95, 78),
        (4.08, 94),
        (4.15, 100),
    ];

    private static readonly (double Volts, double Percent)[] IronPhosphateCurve =
    [
        (2.80, 0),
        (3.00, 5),
        (3.10, 10),
        (3.20, 25),
        (3.25, 45),
        (3.28, 60),
        (3.30, 70),
        (3.33, 90),
        (3.40, 100),
    ];

    private static readonly (double Volts, double Percent)[] LeadAcidCurve =
    [
        (1.85, 0),
        (1.95, 12),
        (1.99, 25),
        (2.03, 45),
        (2.07, 70),
        (2.11, 95),
        (2.12, 100),
    ];

    public CellLimits Cell { get; } = CellLimits.Of(Chemistry);

    /// <summary>Floors that a bill of materials sets higher than the chemistry needs, in volts; lower ones are not taken.</summary>
    public double? RaisedDown { get; init; }
    public double? RaisedHard { get; init; }

    /// <summary>Floors of the whole pack, in volts.</summary>
    public double Down => Math.Max(Cell.Down * Series, RaisedDown ?? 0);
    public double Hard => Math.Max(Cell.Hard * Series, RaisedHard ?? 0);
    public double Boot => Cell.Boot * Series;

    /// <summary>Charge in per cent that a voltage suggests, 0 to 100.</summary>
    public double PercentAt(double volts)
    {
        var curve = Chemistry switch
        {
            Chemistry.LithiumIon => LithiumIonCurve,
            Chemistry.LithiumIronPhosphate => IronPhosphateCurve,
            _ => LeadAcidCurve,
        };
        var cell = volts / Series;
        if (cell <= curve[0].Volts)
            return 0;
        for (var i = 1; i < curve.Length; i++)
        {
            var (low, high) = (curve[i - 1], curve[i]);
            if (cell <= high.Volts)
                return low.Percent + (cell - low.Volts) / (high.Volts - low.Volts) * (high.Percent - low.Percent);
        }
        return 100;
    }
}
