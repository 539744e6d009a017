using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace EdgeNode.Appliance.Web;

/// <summary>A file inside the binary, ready to be served: its bytes, the same compressed, and a tag that names the content.</summary>
public sealed record Asset(string Name, string ContentType, byte[] Bytes, byte[] Gzip, string Tag);

/// <summary>What is embedded under <c>web/</c>. Nothing is read from disk and no name from a request reaches this class.</summary>
public static class Assets
{
    /// <summary>The one stylesheet.</summary>
    public static Asset Style { get; } = Load("style.css", "text/css; charset=utf-8");

    /// <summary>The one script.</summary>
    public static Asset Script { get; } = Load("live.js", "text/javascript; charset=utf-8");

    /// <summary>The description of the JSON interface.</summary>
    public static Asset OpenApi { get; } = Load("openapi.json", "application/json; charset=utf-8");

    /// <summary>An embedded text.</summary>
    /// <exception cref="InvalidOperationException">It is not in the binary: a fault of the build.</exception>
    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name));

    private static Asset Load(string name, string contentType)
    {
        var bytes = Bytes(name);
        var tag = Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];
        return new Asset(name, contentType, bytes, Compress(bytes), tag);
    }

    private static byte[] Bytes(string name)
    {
        using var stream =
            typeof(Assets).Assembly.GetManifestResourceStream("web/" + name)
            ?? throw new InvalidOperationException($"web/{name} is not embedded");
        var bytes = new byte[checked((int)stream.Length)];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
