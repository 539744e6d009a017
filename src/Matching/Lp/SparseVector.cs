using System.Runtime.CompilerServices;

namespace EdgeNode.Matching;

/// <summary>
/// A vector of doubles that knows where it may be other than zero, so that work on it costs its entries and not its length.
/// An entry that became zero stays listed; everything not listed is zero.
/// </summary>
internal sealed class SparseVector
{
    private bool[] _listed;

    public SparseVector(int length)
    {
        Value = new double[length];
        Index = new int[length];
        _listed = new bool[length];
    }

    /// <summary>All entries; those not in <see cref="Listed"/> are zero.</summary>
    public double[] Value { get; private set; }

    /// <summary>The listed places are the first <see cref="Count"/> of these.</summary>
    public int[] Index { get; private set; }

    /// <summary>Number of listed places.</summary>
    public int Count { get; private set; }

    /// <summary>Where the vector may be other than zero, in no particular order.</summary>
    public ReadOnlySpan<int> Listed => Index.AsSpan(0, Count);

    public void Clear()
    {
        foreach (var i in Listed)
        {
            Value[i] = 0;
            _listed[i] = false;
        }
        Count = 0;
    }

    // The inner loops of the simplex method are made of these two calls, which a compiler that saves size would not inline.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int place, double amount)
    {
        List(place);
        Value[place] += amount;
    }

    /// <summary>Lists a place without changing its value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void List(int place)
    {
        if (_listed[place])
            return;
        _listed[place] = true;
        Index[Count++] = place;
    }

    /// <summary>Lists every place, for work that would touch most of them.</summary>
    public void ListAll(int length)
    {
        for (var i = 0; i < length; i++)
            List(i);
    }

    /// <summary>Room for more places; keeps the content.</summary>
    public void Grow(int length)
    {
        if (length <= Value.Length)
            return;
        var size = Math.Max(length, Value.Length * 3 / 2);
        (var value, var index) = (Value, Index);
        Array.Resize(ref value, size);
        Array.Resize(ref index, size);
        Array.Resize(ref _listed, size);
        (Value, Index) = (value, index);
    }
}
