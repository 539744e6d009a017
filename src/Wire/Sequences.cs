namespace EdgeNode;

/// <summary>
/// Stands before System.Linq's Select wherever our code says Select, since a namespace around us is looked at before what is imported. The library's own is a
/// generic virtual method, for which the ahead-of-time compiler makes code for every pair of value types in the program (docs/decisions/0007).
/// </summary>
public static class Sequences
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
