using System.Numerics;

namespace EdgeNode.Matching;

/// <summary>
/// A product of acceptances, exact: in 64 bits while it is short, in 128 bits as long as it and what it is multiplied by fit,
/// without bound after that.
/// </summary>
internal struct Chance(int unit)
{
    /// <summary>Sums of scores stay below 2^64 micro-points: times this they fit 128 bits.</summary>
    private const long MostParts = 1L << 62;

    private long _parts = 1;
    private long _whole = 1;
    private BigInteger _bigParts;
    private BigInteger _bigWhole;

    /// <summary>One more who must accept, with so many parts of the unit.</summary>
    public void Add(int accept)
    {
        if (_bigWhole.IsZero && _whole < MostParts / unit)
            (_parts, _whole) = (_parts * accept, _whole * unit);
        else if (_bigWhole.IsZero)
            (_bigParts, _bigWhole) = ((BigInteger)_parts * accept, (BigInteger)_whole * unit);
        else
            (_bigParts, _bigWhole) = (_bigParts * accept, _bigWhole * unit);
    }

    /// <summary>An amount times the chance, floored.</summary>
    public readonly long Of(Int128 micro)
    {
        if (!_bigWhole.IsZero)
            return (long)((BigInteger)micro * _bigParts / _bigWhole);
        // 2^31 times 2^32: the common case, without 128 bits.
        if (_parts <= uint.MaxValue && micro <= int.MaxValue)
            return (long)micro * _parts / _whole;
        return (long)(micro * _parts / _whole);
    }
}
