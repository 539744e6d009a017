using System.Globalization;
using System.Text;

namespace EdgeNode.Appliance.Web.Parts;

/// <summary>
/// Charge over time as a picture: a line in per cent, its gaps where nothing was known, and a bar below for mains. The table beside it says the same.
/// </summary>
public static class PowerChart
{
    private const double Width = 720;

    /// <summary>Room for "100 %" in the large letters of a narrow screen.</summary>
    private const double Left = 76;
    private const double Top = 12;
    private const double Bottom = 212;
    private const double Bar = 224;
    private const double Height = 268;
    private const int Marks = 4;

    /// <summary>A pause of this many usual steps is a gap and not a line.</summary>
    private const double Gap = 3;

    /// <summary>The picture from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static Html Draw(PageFrame f, IReadOnlyList<PowerSpot> spots, DateTimeOffset from, DateTimeOffset to)
    {
        var axis = new Axis(from, to);
        return $"""
            <figure class="chart"><svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{f.T.Plain(
                "s.power.history.label",
                ("from", Short(f, from, to)),
                ("to", Short(f, to, from))
            )}">
            {Html.Each(Enumerable.Range(0, 5), i => Level(i * 25))}
            {Html.Each(Enumerable.Range(0, Marks + 1), i => Mark(f, axis, i))}
            <path class="line" d="{Line(axis, spots)}"/>
            {Html.Each(MainsRuns(axis, spots), r => $"<rect class=\"mains\" x=\"{r.From}\" y=\"{Bar}\" width=\"{r.Length}\" height=\"10\"/>")}
            <text class="end" x="{Left - 6}" y="{Bar + 10}">{f.T.Say("s.power.mains.bar")}</text></svg></figure>
            """;
    }

    private static Html Level(int percent)
    {
        var y = Y(percent);
        return $"""<path class="grid" d="M{Left} {y}H{Width}"/><text class="end" x="{Left - 6}" y="{y + 5}">{percent} %</text>""";
    }

    private static Html Mark(PageFrame f, Axis axis, int i)
    {
        var at = axis.From + ((axis.To - axis.From) * i / Marks);
        // A narrow screen shows every other mark.
        var anchor =
            i == 0 ? ""
            : i == Marks ? "end"
            : i % 2 == 0 ? "middle"
            : "middle odd";
        return $"""<text class="{anchor}" x="{axis.X(at)}" y="{Height - 8}">{Short(f, at, axis.From)}</text>""";
    }

    /// <summary>The hour within two days, else the day, else the month.</summary>
    private static string Short(PageFrame f, DateTimeOffset at, DateTimeOffset other)
    {
        var local = TimeZoneInfo.ConvertTime(at, f.Zone);
        var form = Math.Abs((at - other).TotalDays) switch
        {
            _ when (f.Now - other).TotalDays <= 2 && (f.Now - at).TotalDays <= 2 => "HH:mm",
            <= 400 => "MM-dd",
            _ => "yyyy-MM",
        };
        return local.ToString(form, CultureInfo.InvariantCulture);
    }

    private static string Line(Axis axis, IReadOnlyList<PowerSpot> spots)
    {
        var path = new StringBuilder();
        var step = Step(spots);
        PowerSpot? last = null;
        foreach (var spot in spots.Where(s => s.Percent is not null))
        {
            var joined = last is not null && spot.At - last.At <= step * Gap;
            path.Append(
                CultureInfo.InvariantCulture,
                $"{(joined ? 'L' : 'M')}{axis.X(spot.At):0.#} {Y(spot.Percent!.Value):0.#}"
            );
            last = spot;
        }

        return path.ToString();
    }

    /// <summary>Stretches in which mains was there for more than half of the time.</summary>
    private static IEnumerable<(double From, double Length)> MainsRuns(Axis axis, IReadOnlyList<PowerSpot> spots)
    {
        var step = Step(spots);
        for (var i = 0; i < spots.Count; i++)
        {
            if (spots[i].Mains < 0.5)
            {
                continue;
            }

            var first = i;
            while (i + 1 < spots.Count && spots[i + 1].Mains >= 0.5 && spots[i + 1].At - spots[i].At <= step * Gap)
            {
                i++;
            }

            var (x1, x2) = (axis.X(spots[first].At), axis.X(spots[i].At + step));
            yield return (Math.Round(x1, 1), Math.Round(Math.Max(1, x2 - x1), 1));
        }
    }

    /// <summary>The usual time between two points: the shortest, for gaps are longer.</summary>
    private static TimeSpan Step(IReadOnlyList<PowerSpot> spots) =>
        spots.Count < 2 ? TimeSpan.FromMinutes(1) : spots.Zip(spots.Skip(1), (a, b) => b.At - a.At).Min();

    private static double Y(double percent) => Bottom - ((Bottom - Top) * Math.Clamp(percent, 0, 100) / 100);

    private sealed record Axis(DateTimeOffset From, DateTimeOffset To)
    {
        public double X(DateTimeOffset at) =>
            Math.Round(Left + ((Width - Left) * Math.Clamp((at - From) / (To - From), 0, 1)), 1);
    }
}
