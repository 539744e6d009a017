using System.Collections;
using System.Globalization;

namespace EdgeNode.Matching;

/// <summary>
/// The ids of one kind of record by position: texts, or consecutive numbers that cost no memory. Positions follow the order
/// of the ids (ordinal for texts, numeric for numbers), so a smaller position is a smaller id.
/// </summary>
public sealed class GraphIds : IReadOnlyList<string>
{
    private readonly string[]? _texts;
    private readonly string _prefix;
    private readonly int _first;

    private GraphIds(string[]? texts, string prefix, int first, int count) =>
        (_texts, _prefix, _first, Count) = (texts, prefix, first, count);

    public int Count { get; }

    /// <summary>The id at a position; made anew at each call where it is a number or has a prefix.</summary>
    public string this[int index]
    {
        get
        {
            if (_texts is not null)
                return _prefix.Length == 0 ? _texts[index] : _prefix + _texts[index];
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _prefix + (_first + index).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Consecutive numbers from <paramref name="first"/>, each after <paramref name="prefix"/>.</summary>
    public static GraphIds Numbers(int first, int count, string prefix = "") => new(null, prefix, first, count);

    /// <summary>Texts in ordinal order, each after <paramref name="prefix"/>. The array is kept and must not change.</summary>
    public static GraphIds Texts(string[] sorted, string prefix = "") => new(sorted, prefix, 0, sorted.Length);

    /// <summary>The position of an id, or -1.</summary>
    public int IndexOf(string id)
    {
        if (!id.StartsWith(_prefix, StringComparison.Ordinal))
            return -1;
        var rest = id[_prefix.Length..];
        if (_texts is not null)
            return Math.Max(-1, Array.BinarySearch(_texts, rest, StringComparer.Ordinal));
        return
            int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= _first
            && number - _first < Count
            && rest == number.ToString(CultureInfo.InvariantCulture)
            ? number - _first
            : -1;
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
