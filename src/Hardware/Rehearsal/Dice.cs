namespace EdgeNode.Hardware.Rehearsal;

/// <summary>Seeded chance for rehearsals (SplitMix64): the same seed gives the same weather on every machine.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        // Wrap-around is how SplitMix64 works.
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>0 up to, and without, 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public double Between(double least, double most) => least + (most - least) * Unit();

    /// <summary>Every length is as likely as its double: many short, few long.</summary>
    public double LogBetween(double least, double most) => least * Math.Pow(most / least, Unit());

    public bool Chance(double probability) => Unit() < probability;

    public int Below(int bound) => (int)(Next() % (ulong)bound);
}
