using System.Globalization;

namespace EdgeNode.Hardware.Rehearsal;

/// <summary>
/// The last things that happened in a life, so that a failure can say what led to it. It counts nothing and decides nothing. Bounded: the newest
/// <see cref="MostKept"/> moments, and the first <see cref="MostTold"/> failures.
/// </summary>
internal sealed class Story
{
    /// <summary>Moments that a failure tells.</summary>
    public const int MostKept = 24;

    /// <summary>Failures told of one life; the first ones say enough.</summary>
    public const int MostTold = 3;

    private readonly Moment[] _moments = new Moment[MostKept];
    private readonly List<string> _told = [];
    private int _count;

    private readonly record struct Moment(long AtMs, string What, string Then, double Charge, SensorFault Fault, double? Volts);

    /// <summary>One text for each failure told.</summary>
    public IReadOnlyList<string> Told => _told;

    public void Note(long atMs, string what, string then, double charge, SensorFault fault, double? volts = null)
    {
        _moments[_count % MostKept] = new Moment(atMs, what, then, charge, fault, volts);
        _count++;
    }

    public void Failed(long atMs, string how)
    {
        if (_told.Count >= MostTold)
            return;
        var first = Math.Max(0, _count - MostKept);
        var lines = Enumerable.Range(first, _count - first).Select(i => Line(_moments[i % MostKept], atMs));
        _told.Add($"{how}\n{string.Join('\n', lines)}");
    }

    private static string Line(in Moment m, long endMs) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"  {(m.AtMs - endMs) / 1000.0, 9:0} s  {m.What, -16} {m.Then, -14} charge {m.Charge * 100, 5:0.0} %{(m.Volts is { } v ? $"  {v:0.00} V" : "")}{(m.Fault == SensorFault.None ? "" : $"  ({m.Fault})")}"
        );
}
