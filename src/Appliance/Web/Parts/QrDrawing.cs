using System.Text;
using QRCoder;

namespace EdgeNode.Appliance.Web.Parts;

/// <summary>A QR code as one path of our own, so that no foreign markup enters a page.</summary>
public static class QrDrawing
{
    private const int Quiet = 4;

    /// <summary>Error correction Q: a quarter of the square may be dirty or torn.</summary>
    public static Html Draw(string content, string label) => Draw(content, label, QRCodeGenerator.ECCLevel.Q);

    /// <summary>For a thousand characters at once: error correction M, or the modules would be too small for a telephone.</summary>
    public static Html DrawDense(string content, string label) => Draw(content, label, QRCodeGenerator.ECCLevel.M);

    private static Html Draw(string content, string label, QRCodeGenerator.ECCLevel correction)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(content, correction);
        var modules = code.ModuleMatrix;
        var size = modules.Count - 8 + (2 * Quiet);
        return $"""
            <svg viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{Path(
                modules
            )}"/></svg>
            """;
    }

    // QRCoder's matrix carries a quiet zone of four modules on each side already; runs of dark modules become one bar each.
    private static string Path(List<System.Collections.BitArray> modules)
    {
        var path = new StringBuilder();
        for (var y = 0; y < modules.Count; y++)
        {
            var row = modules[y];
            for (var x = 0; x < row.Count; x++)
            {
                if (!row[x])
                {
                    continue;
                }

                var start = x;
                while (x < row.Count && row[x])
                {
                    x++;
                }

                path.Append('M')
                    .Append(start)
                    .Append(' ')
                    .Append(y)
                    .Append('h')
                    .Append(x - start)
                    .Append("v1h-")
                    .Append(x - start)
                    .Append('z');
            }
        }

        return path.ToString();
    }
}
