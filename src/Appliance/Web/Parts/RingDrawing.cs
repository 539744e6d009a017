using System.Globalization;

namespace EdgeNode.Appliance.Web.Parts;

/// <summary>
/// A ring as a picture: people on a circle, "you" filled and at the top, an arrow along the circle for each giving with a tag that says what. The text
/// beside it says the same, so nothing is lost by who cannot see it.
/// </summary>
public static class RingDrawing
{
    private const double Width = 320;
    private const double CentreX = Width / 2;
    private const double Head = 25;

    /// <summary>Widest a letter of our 15 px text is taken to be; scripts with square letters need about twice that.</summary>
    private const double Letter = 8.2;
    private const double SquareLetter = 15;
    private const double Line = 18;

    /// <summary>Room between people gets narrow from four on: a larger circle, shorter words.</summary>
    private sealed record Size(double Radius, int Letters)
    {
        public static Size For(int people) => people >= 4 ? new(110, 11) : new(104, 16);

        public double CentreY => Radius + Head + 32;
        public double Height => (2 * CentreY) - 2;

        public (double X, double Y) At(double angle) =>
            (CentreX + (Radius * Math.Cos(angle)), CentreY + (Radius * Math.Sin(angle)));
    }

    /// <summary>The picture of a ring.</summary>
    public static Html Draw(PageFrame f, RingView ring)
    {
        var count = ring.People.Count;
        var size = Size.For(count);
        var me = ring.People.Select((p, i) => (p, i)).First(x => x.p.IsYou).i;
        var seats = Enumerable.Range(0, count).Select(i => (i, angle: Angle(i - me, count))).ToArray();
        return $"""
            <figure class="ring"><svg viewBox="0 0 {Width} {size.Height}" role="img" aria-label="{f.T.Plain(
                "ring.drawing",
                ("n", count)
            )}">
            {Html.Each(seats, s => Arrow(ring, size, s.i, s.angle))}
            {Html.Each(seats, s => Person(f, size, ring.People[s.i], s.angle))}
            {Html.Each(seats, s => Tag(ring, size, s.i, s.angle + (Math.PI / count)))}</svg></figure>
            """;
    }

    // The first seat is at the top; giving runs clockwise.
    private static double Angle(int seat, int count) => (2 * Math.PI * seat / count) - (Math.PI / 2);

    private static string Mine(RingView ring, int giver) =>
        ring.People[giver].IsYou || ring.People[(giver + 1) % ring.People.Count].IsYou ? "mine" : "";

    private static Html Arrow(RingView ring, Size size, int giver, double angle)
    {
        var gap = 2 * Math.Asin((Head + 4) / (2 * size.Radius));
        var step = 2 * Math.PI / ring.People.Count;
        var (x1, y1) = size.At(angle + gap);
        var end = angle + step - gap - (11 / size.Radius);
        var (x2, y2) = size.At(end);
        var mine = Mine(ring, giver);
        var isLong = step - (2 * gap) > Math.PI ? 1 : 0;
        var degrees = (end + (6 / size.Radius)) * 180 / Math.PI + 90;
        return $"""
            <path class="arc {mine}" d="M{x1} {y1}A{size.Radius} {size.Radius} 0 {isLong} 1 {x2} {y2}"/><path class="head {mine}" d="M0-7 13 0 0 7z" transform="translate({x2} {y2}) rotate({degrees})"/>
            """;
    }

    private static Html Person(PageFrame f, Size size, RingPerson person, double angle)
    {
        var (x, y) = size.At(angle);
        var above = y < size.CentreY - 1;
        var name = person.IsYou ? f.T.Plain("you") : Short(person.Label, size.Letters);
        return $"""
            <g{Html.Attribute(
                "class",
                person.IsYou ? "you" : null
            )}><circle class="person" cx="{x}" cy="{y}" r="{Head}"/><text class="letter" x="{x}" y="{y + 7}">{FirstLetter(
                person.Label
            )}</text><text class="name" x="{x}" y="{(above ? y - Head - 9 : y + Head + 19)}">{name}</text></g>
            """;
    }

    // A tag hangs on the middle of its arrow; at the top and bottom beside it, clear of the names.
    private static Html Tag(RingView ring, Size size, int giver, double middle)
    {
        var lines = Lines(ring.Edges[giver].What, size.Letters);
        var (wide, high) = (lines.Max(WidthOf) + 16, (lines.Count * Line) + 8);
        var (x, y) = size.At(middle);
        x = Math.Clamp(x, (wide / 2) + 1, Width - (wide / 2) - 1);
        y += Math.Abs(Math.Cos(middle)) < 0.4 ? Math.Sign(Math.Sin(middle)) * ((high / 2) + 6) : 0;
        var first = y - (high / 2) + Line;
        return $"""
            <rect class="tag {Mine(ring, giver)}" x="{x - (wide / 2)}" y="{y - (high / 2)}" width="{wide}" height="{high}" rx="9"/><text class="what">{Html.Each(
                lines.Index(),
                l => $"<tspan x=\"{x}\" y=\"{first + (l.Index * Line)}\">{l.Item}</tspan>"
            )}</text>
            """;
    }

    /// <summary>At most two lines; what is longer ends with an ellipsis, and the text beside the drawing has it whole.</summary>
    private static List<string> Lines(string words, int most)
    {
        var parts = words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var (first, taken) = ("", 0);
        while (taken < parts.Length && LettersOf(first) + 1 + LettersOf(parts[taken]) <= most + 1)
        {
            first = taken == 0 ? parts[0] : $"{first} {parts[taken]}";
            taken++;
        }

        if (taken == 0 || taken == parts.Length)
        {
            return [Short(words, most)];
        }

        return [first, Short(string.Join(' ', parts[taken..]), most)];
    }

    private static double WidthOf(string line) => Math.Min(line.Sum(c => c >= 0x1100 ? SquareLetter : Letter), Width / 2);

    private static int LettersOf(string words) => new StringInfo(words).LengthInTextElements;

    private static string Short(string words, int most)
    {
        var letters = new StringInfo(words);
        return letters.LengthInTextElements <= most ? words : letters.SubstringByTextElements(0, most - 1) + "…";
    }

    private static string FirstLetter(string label) =>
        label.Length == 0 ? "" : StringInfo.GetNextTextElement(label).ToUpperInvariant();
}
