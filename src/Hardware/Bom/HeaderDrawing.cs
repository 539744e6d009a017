using System.Globalization;
using System.Net;
using System.Text;

namespace EdgeNode.Hardware.Bom;

/// <summary>The 40-pin header as an SVG drawing: two rows of pins as they stand on the board, each used one with a lead to its name.</summary>
internal static class HeaderDrawing
{
    private const int Pitch = 26;
    private const int Top = 34;
    private const int Left = 330;
    private const int Width = 760;

    public static string Svg(Bill bill)
    {
        var uses = Validator.Uses(bill).ToLookup(use => use.Line);
        var svg = new StringBuilder();
        var height = Top + (Header.Pins / 2 * Pitch) + 14;
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-labelledby=\"h1\">");
        svg.Append("<title id=\"h1\">The 40-pin header, seen from above, corner with pin 1 at the top left</title>");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{Left - 18}\" y=\"{Top - 18}\" width=\"{(2 * Pitch) + 10}\" height=\"{Header.Pins / 2 * Pitch + 10}\" rx=\"6\" class=\"board\"/>"
        );
        for (var pin = 1; pin <= Header.Pins; pin++)
            Pin(svg, pin, uses);
        return svg.Append("</svg>").ToString();
    }

    private static void Pin(StringBuilder svg, int pin, ILookup<int, (int Line, string Ref, string Use)> uses)
    {
        var right = pin % 2 == 0;
        var (x, y) = (Left + (right ? Pitch : 0), Top + ((pin - 1) / 2 * Pitch));
        var line = Header.LineOn(pin);
        var used = line is { } number ? uses[number].ToArray() : [];
        var kind =
            used.Length > 0 ? "used"
            : line is null ? "fixed"
            : "free";
        var shape =
            pin == 1
                ? $"<rect x=\"{x - 9}\" y=\"{y - 9}\" width=\"18\" height=\"18\" class=\"{kind}\"/>"
                : $"<circle cx=\"{x}\" cy=\"{y}\" r=\"9\" class=\"{kind}\"/>";
        svg.Append(shape).Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y + 4}\" class=\"pin\">{pin}</text>");
        var text =
            used.Length > 0 ? $"GPIO{line}: {string.Join(", ", used.Select(u => $"{u.Use} ({u.Ref})"))}" : Header.FixedName(pin);
        if (text is null)
            return;
        var (from, to) = right ? (x + 11, x + 44) : (x - 11, x - 44);
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{from} {y}H{to}\" class=\"lead {kind}\"/>");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{(right ? to + 6 : to - 6)}\" y=\"{y + 5}\" class=\"label {(right ? "" : "end")} {kind}\">{WebUtility.HtmlEncode(text)}</text>"
        );
    }
}
