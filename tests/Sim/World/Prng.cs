namespace EdgeNode.Tests.Sim;

/// <summary>
/// The one source of chance in a world: SplitMix64 (Steele, Lea, Flood 2014). A seed decides every number, on any machine.
/// </summary>
internal sealed class Prng(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        // Wrap-around is what the algorithm is made of.
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>From 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)(Next() % (uint)bound);

    /// <summary>From <paramref name="low"/> to <paramref name="high"/>, both possible.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    /// <summary>From 0 up to 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Unit() < probability;

    public bool Percent(int percent) => Below(100) < percent;

    public TimeSpan Between(TimeSpan low, TimeSpan high) =>
        TimeSpan.FromMilliseconds(Math.Floor(low.TotalMilliseconds + Unit() * (high - low).TotalMilliseconds));

    /// <summary>Mostly short and sometimes long, between the two bounds: even on the scale of orders of magnitude.</summary>
    public TimeSpan Skewed(TimeSpan low, TimeSpan high) =>
        TimeSpan.FromMilliseconds(
            Math.Floor(low.TotalMilliseconds * Math.Pow(high.TotalMilliseconds / low.TotalMilliseconds, Unit()))
        );

    public T Pick<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

    /// <summary>A stream of its own, so that one part of the world can change without moving the numbers of another.</summary>
    public Prng Fork() => new(Next());
}
