using EdgeNode.Hardware.Power;

namespace EdgeNode.Hardware.Rehearsal;

/// <summary>
/// A pack in the rehearsal: charge, and the voltage it shows for it under a current. Lithium-ion is 3.2 + 0.95 s^0.9 V a cell with a knee below 8 %; iron
/// phosphate is flat with two knees; lead-acid falls in a line. Inner resistance is set so that a tenfold-hour load sags by about one per cent.
/// </summary>
internal sealed class PackModel
{
    private readonly Pack _pack;
    private readonly double _capacity;
    private readonly double _ohm;

    /// <param name="aging">What is left of the capacity on the label, 0 to 1.</param>
    public PackModel(Pack pack, double aging)
    {
        _pack = pack;
        _capacity = pack.WattHours * aging;
        var volts = CellVolts(0.5) * pack.Series;
        _ohm = volts * volts / pack.WattHours * 0.1;
    }

    /// <summary>Charge, 0 to 1.</summary>
    public double Charge { get; set; } = 1;

    /// <summary>Nothing is left, or the pack's protection has cut it off.</summary>
    public bool IsEmpty => Charge <= 0;

    /// <summary>Volts at the terminals while <paramref name="watts"/> flow in (negative: out).</summary>
    public double Volts(double watts)
    {
        var rest = CellVolts(Charge) * _pack.Series;
        return rest + watts / rest * _ohm;
    }

    public double Amps(double watts) => watts / (CellVolts(Charge) * _pack.Series);

    /// <summary>Moves charge; a tenth of what goes in is lost.</summary>
    public void Flow(double watts, double seconds)
    {
        var wattHours = watts * seconds / 3600 * (watts > 0 ? 0.9 : 1);
        Charge = Math.Clamp(Charge + wattHours / _capacity, 0, 1);
    }

    private double CellVolts(double s) =>
        _pack.Chemistry switch
        {
            Chemistry.LithiumIon => 3.2 + 0.95 * Math.Pow(s, 0.9) - 6 * Math.Max(0, 0.08 - s),
            Chemistry.LithiumIronPhosphate => 3.22 + 0.10 * s - 3.5 * Math.Max(0, 0.12 - s) + 1.2 * Math.Max(0, s - 0.97),
            _ => 1.935 + 0.195 * s - 1.5 * Math.Max(0, 0.08 - s),
        };
}
