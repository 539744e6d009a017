namespace EdgeNode.Appliance.Web.Parts;

/// <summary>
/// A ring as a picture: people on a circle, "you" filled and at the top, an arrow along the circle for each giving. The text beside
/// it says the same, so nothing is lost by who cannot see it.
/// </summary>
public static class RingDrawing
{
    private const double Width = 360;
    private const double CentreX = 180;
    private const double Radius = 92;
    private const double Head = 25;
    private const double CentreY = Radius + Head + 32;
    private const double Height = (2 * CentreY) - 2;

    /// <summary>Longest words drawn; the text beside has them whole.</summary>
    private const int MaxLetters = 16;

    /// <summary>The picture of a ring.</summary>
    public static Html Draw(PageFrame f, RingView ring)
    {
        var count = ring.People.Count;
        var me = ring.People.Select((p, i) => (p, i)).First(x => x.p.IsYou).i;
        var seats = Enumerable.Range(0, count).Select(i => (i, angle: Angle(i - me, count))).ToArray();
        return $"""
            <figure class="ring"><svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{f.T.Plain(
                "ring.drawing",
                ("n", count)
            )}">
            {Html.Each(seats, s => Arrow(ring, s.i, s.angle, count))}
            {Html.Each(seats, s => Person(f, ring.People[s.i], s.angle))}
            {Html.Each(seats, s => What(ring, s.i, s.angle, count))}</svg></figure>
            """;
    }

    // The first seat is at the top; giving runs clockwise.
    private static double Angle(int seat, int count) => (2 * Math.PI * seat / count) - (Math.PI / 2);

    private static (double X, double Y) At(double angle, double radius) =>
        (CentreX + (radius * Math.Cos(angle)), CentreY + (radius * Math.Sin(angle)));

    private static Html Arrow(RingView ring, int giver, double angle, int count)
    {
        var gap = 2 * Math.Asin((Head + 4) / (2 * Radius));
        var step = 2 * Math.PI / count;
        var (x1, y1) = At(angle + gap, Radius);
        var end = angle + step - gap - (11 / Radius);
        var (x2, y2) = At(end, Radius);
        var mine = ring.People[giver].IsYou || ring.People[(giver + 1) % count].IsYou ? "mine" : "";
        var isLong = step - (2 * gap) > Math.PI ? 1 : 0;
        var degrees = (end + (6 / Radius)) * 180 / Math.PI + 90;
        return $"""
            <path class="arc {mine}" d="M{x1} {y1}A{Radius} {Radius} 0 {isLong} 1 {x2} {y2}"/><path class="head {mine}" d="M0-7 13 0 0 7z" transform="translate({x2} {y2}) rotate({degrees})"/>
            """;
    }

    private static Html Person(PageFrame f, RingPerson person, double angle)
    {
        var (x, y) = At(angle, Radius);
        var above = y < CentreY - 1;
        var name = person.IsYou ? f.T.Plain("you") : Short(person.Label);
        return $"""
            <g{Html.Attribute(
                "class",
                person.IsYou ? "you" : null
            )}><circle class="person" cx="{x}" cy="{y}" r="{Head}"/><text class="letter" x="{x}" y="{y + 7}">{FirstLetter(
                person.Label
            )}</text><text class="name" x="{x}" y="{(above ? y - Head - 9 : y + Head + 19)}">{name}</text></g>
            """;
    }

    private static Html What(RingView ring, int giver, double angle, int count)
    {
        var middle = angle + (Math.PI / count);
        var (x, y) = At(middle, Radius);
        y += Math.Abs(Math.Cos(middle)) < 0.4 ? Math.Sign(Math.Sin(middle)) * 20 : 0; // clear of the names beside it
        return $"""<text class="what" x="{Math.Clamp(x, 62, Width - 62)}" y="{y + 5}">{Short(ring.Edges[giver].What)}</text>""";
    }

    private static string Short(string words)
    {
        var letters = new System.Globalization.StringInfo(words);
        return letters.LengthInTextElements <= MaxLetters ? words : letters.SubstringByTextElements(0, MaxLetters - 1) + "…";
    }

    private static string FirstLetter(string label) =>
        label.Length == 0 ? "" : System.Globalization.StringInfo.GetNextTextElement(label).ToUpperInvariant();
}
