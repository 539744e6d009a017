namespace EdgeNode.Hardware.Devices;

/// <summary>
/// When a fan on a plain line runs: on from <paramref name="on"/>, off from <paramref name="off"/> down, as it was in between. A thermometer
/// that is faulty turns it on: a fan too many costs a watt, a fan too few the machine. (The Raspberry Pi 5's own fan is the kernel's.)
/// </summary>
/// <param name="on">Millionths of a degree.</param>
/// <param name="off">Millionths of a degree, below <paramref name="on"/>.</param>
public sealed class FanRule(long on = 60 * Units.Whole, long off = 50 * Units.Whole)
{
    public bool Runs { get; private set; }

    /// <summary>Takes a temperature; the answer is whether the fan runs from now on.</summary>
    public bool Take(in Reading temperature)
    {
        if (temperature.Quality == Quality.Fault || temperature.Micro >= on)
            Runs = true;
        else if (temperature.Micro <= off)
            Runs = false;
        return Runs;
    }
}
