namespace EdgeNode.Matching;

/// <summary>
/// The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998) with the seeding and the draws of CPython's <c>random.Random</c>,
/// so that a seed makes the same market here and there. For made-up markets only: nothing here is a secret.
/// </summary>
internal sealed class MersenneTwister
{
    private const int Size = 624;
    private const int Middle = 397;
    private const double TwoPi = 2 * Math.PI;
    private const double Log4 = 1.3862943611198906;

    private static readonly double NormalMagic = 4 * Math.Exp(-0.5) / Math.Sqrt(2.0);
    private static readonly double GammaMagic = 1 + Math.Log(4.5);

    private readonly uint[] _state = new uint[Size];
    private int _at = Size;
    private double? _nextGauss;

    /// <summary>A seed of 0 or more, as CPython takes a whole number: 32 bits at a time, lowest first.</summary>
    public MersenneTwister(ulong seed)
    {
        uint[] key = seed <= uint.MaxValue ? [(uint)seed] : [(uint)(seed & uint.MaxValue), (uint)(seed >> 32)];
        // Wrap-around is the generator.
        unchecked
        {
            Start(19650218);
            var (i, j) = (1, 0);
            for (var k = Math.Max(Size, key.Length); k > 0; k--)
            {
                _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1664525)) + key[j] + (uint)j;
                i = Next(i);
                j = (j + 1) % key.Length;
            }
            for (var k = Size - 1; k > 0; k--)
            {
                _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1566083941)) - (uint)i;
                i = Next(i);
            }
            _state[0] = 0x80000000;
        }
    }

    /// <summary>A double in [0, 1) with 53 bits.</summary>
    public double Real()
    {
        var (high, low) = (Bits32() >> 5, Bits32() >> 6);
        return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0);
    }

    /// <summary>A whole number from 0 up to, not including, <paramref name="below"/>.</summary>
    public int Below(int below)
    {
        var bits = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)below);
        while (true)
            if ((int)(Bits32() >> (32 - bits)) is var drawn && drawn < below && drawn >= 0)
                return drawn;
    }

    public void Shuffle(int[] items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    public double Gauss(double mean, double deviation)
    {
        var z = _nextGauss;
        _nextGauss = null;
        if (z is null)
        {
            var angle = Real() * TwoPi;
            var radius = Math.Sqrt(-2.0 * Math.Log(1.0 - Real()));
            z = Math.Cos(angle) * radius;
            _nextGauss = Math.Sin(angle) * radius;
        }
        return mean + z.Value * deviation;
    }

    /// <summary>Kinderman and Monahan 1977.</summary>
    public double LogNormal(double mean, double deviation)
    {
        while (true)
        {
            var u1 = Real();
            var u2 = 1.0 - Real();
            var z = NormalMagic * (u1 - 0.5) / u2;
            if (z * z / 4.0 <= -Math.Log(u2))
                return Math.Exp(mean + z * deviation);
        }
    }

    public double Beta(double alpha, double beta)
    {
        var y = Gamma(alpha);
        return y == 0 ? 0 : y / (y + Gamma(beta));
    }

    /// <summary>Cheng 1977; the shape is above 1.</summary>
    private double Gamma(double shape)
    {
        var root = Math.Sqrt(2.0 * shape - 1.0);
        var (b, c) = (shape - Log4, shape + root);
        while (true)
        {
            var u1 = Real();
            if (u1 is not (> 1e-7 and < 0.9999999))
                continue;
            var u2 = 1.0 - Real();
            var v = Math.Log(u1 / (1.0 - u1)) / root;
            var x = shape * Math.Exp(v);
            var z = u1 * u1 * u2;
            var r = b + c * v - x;
            if (r + GammaMagic - 4.5 * z >= 0.0 || r >= Math.Log(z))
                return x;
        }
    }

    private int Next(int i)
    {
        if (i + 1 < Size)
            return i + 1;
        _state[0] = _state[Size - 1];
        return 1;
    }

    private void Start(uint seed)
    {
        unchecked
        {
            _state[0] = seed;
            for (var i = 1; i < Size; i++)
                _state[i] = 1812433253 * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i;
        }
    }

    private uint Bits32()
    {
        if (_at == Size)
            Twist();
        unchecked
        {
            var y = _state[_at++];
            y ^= y >> 11;
            y ^= (y << 7) & 0x9d2c5680;
            y ^= (y << 15) & 0xefc60000;
            return y ^ (y >> 18);
        }
    }

    private void Twist()
    {
        for (var i = 0; i < Size; i++)
        {
            var y = (_state[i] & 0x80000000) | (_state[(i + 1) % Size] & 0x7fffffff);
            _state[i] = _state[(i + Middle) % Size] ^ (y >> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
        }
        _at = 0;
    }
}
