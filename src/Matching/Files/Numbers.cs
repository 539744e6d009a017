using System.Buffers.Text;

namespace EdgeNode.Matching;

/// <summary>Numbers as files write them: whole numbers without a sign, and decimals as micro-points.</summary>
internal static class Numbers
{
    /// <summary>Heaviest arc, in points: a million of them still add up within 64 bits of micro-points.</summary>
    public const int MaxWeight = 1_000_000;

    public static bool TryWhole(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        return text.Length > 0
            && char.IsAsciiDigit((char)text[0])
            && Utf8Parser.TryParse(text, out number, out var used)
            && used == text.Length;
    }

    /// <summary>A decimal (an exponent is allowed) within <see cref="MaxWeight"/>, rounded to micro-points.</summary>
    public static bool TryMicro(ReadOnlySpan<byte> text, out long micro)
    {
        micro = 0;
        if (!Utf8Parser.TryParse(text, out decimal value, out var used) || used != text.Length)
            return false;
        if (value is < 0 or > MaxWeight)
            return false;
        micro = (long)decimal.Round(value * PlanObjectives.MicroPerPoint);
        return true;
    }
}

/// <summary>Arcs as a reader meets them, with scores in micro-points until all are known.</summary>
internal sealed class ArcList
{
    private readonly List<int> _offering = [];
    private readonly List<int> _need = [];
    private readonly List<long> _micro = [];

    public int Count => _need.Count;

    public void Add(int offering, int need, long micro)
    {
        _offering.Add(offering);
        _need.Add(need);
        _micro.Add(micro);
    }

    public int[] Offerings => [.. _offering];

    public int[] Needs => [.. _need];

    /// <summary>The scores in units as large as possible, or null when they do not fit 31 bits even so.</summary>
    public int[]? Scores(out long microPerUnit)
    {
        microPerUnit = 0;
        foreach (var micro in _micro)
            microPerUnit = Gcd(micro, microPerUnit);
        if (microPerUnit == 0)
            microPerUnit = PlanObjectives.MicroPerPoint;
        var scores = new int[_micro.Count];
        for (var arc = 0; arc < scores.Length; arc++)
        {
            var units = _micro[arc] / microPerUnit;
            if (units > int.MaxValue)
                return null;
            scores[arc] = (int)units;
        }
        return scores;
    }

    private static long Gcd(long a, long b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
