namespace EdgeNode.Hardware;

/// <summary>
/// As EdgeNode.Sequences in Wire, which Hardware does not know: it stands before System.Linq's Select, whose code for every pair of value types would fill the
/// ahead-of-time binary (docs/decisions/0007).
/// </summary>
internal static class Sequences
{
    /// <summary>Each element through <paramref name="map"/>, in order, when it is asked for.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> map)
    {
        foreach (var item in source)
            yield return map(item);
    }

    /// <summary>Each element with its place, from 0.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, int, TResult> map)
    {
        var place = 0;
        foreach (var item in source)
            yield return map(item, place++);
    }
}
