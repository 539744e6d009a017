using System.Buffers;
using System.Text;

namespace EdgeNode.Appliance.Web;

/// <summary>Writes one piece of markup as UTF-8. The five characters that matter become entities everywhere alike.</summary>
internal static class HtmlEscape
{
    private const string Hex = "0123456789ABCDEF";

    // Control characters have no place in HTML (parse errors, and NUL is dropped by some readers): they show as U+FFFD.
    private static readonly SearchValues<char> Special = SearchValues.Create(
        "&<>\"'\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000b\u000c\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015"
            + "\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f\ufeff\ufffe\uffff"
    );

    public static void Write(HtmlPiece piece, IBufferWriter<byte> output)
    {
        var value = (string)piece.Value;
        switch (piece.Kind)
        {
            case HtmlPieceKind.Literal:
                Encode(value, output);
                break;
            case HtmlPieceKind.Text:
                Text(value, output);
                break;
            case HtmlPieceKind.Url:
                Text(SafeUrl(value), output);
                break;
            case HtmlPieceKind.UrlPart:
                UrlPart(value, output);
                break;
            default:
                Attribute(piece, value, output);
                break;
        }
    }

    /// <summary>
    /// The address when it is a path of ours, a fragment, a query, or http(s); otherwise "#". Everything else (javascript:,
    /// data:, //host, \\host, a scheme hidden behind blanks or control characters) goes nowhere.
    /// </summary>
    public static string SafeUrl(string url)
    {
        foreach (var c in url)
        {
            if (c <= ' ' || c == '\\' || c == 0x7f)
            {
                return "#";
            }
        }

        var isOwnPath = url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal);
        var isHttp =
            url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        return isOwnPath || isHttp || url.StartsWith('#') || url.StartsWith('?') ? url : "#";
    }

    private static void Attribute(HtmlPiece piece, string value, IBufferWriter<byte> output)
    {
        output.Write(" "u8);
        Encode(piece.Name, output);
        if (value.Length == 0)
        {
            return;
        }

        output.Write("=\""u8);
        Text(piece.Kind == HtmlPieceKind.UrlAttribute ? SafeUrl(value) : value, output);
        output.Write("\""u8);
    }

    private static void Text(ReadOnlySpan<char> words, IBufferWriter<byte> output)
    {
        while (true)
        {
            var next = words.IndexOfAny(Special);
            Encode(next < 0 ? words : words[..next], output);
            if (next < 0)
            {
                return;
            }

            output.Write(Entity(words[next]));
            words = words[(next + 1)..];
        }
    }

    private static ReadOnlySpan<byte> Entity(char c) =>
        c switch
        {
            '&' => "&amp;"u8,
            '<' => "&lt;"u8,
            '>' => "&gt;"u8,
            '"' => "&#34;"u8,
            '\'' => "&#39;"u8,
            _ => "\ufffd"u8,
        };

    // RFC 3986: only unreserved characters stay; what is left needs no HTML escaping.
    private static void UrlPart(string words, IBufferWriter<byte> output)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in words.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            foreach (var b in utf8[..length])
            {
                PercentEncode(b, output);
            }
        }
    }

    private static void PercentEncode(byte b, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(3);
        if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
        {
            span[0] = b;
            output.Advance(1);
            return;
        }

        span[0] = (byte)'%';
        span[1] = (byte)Hex[b >> 4];
        span[2] = (byte)Hex[b & 15];
        output.Advance(3);
    }

    // A lone surrogate becomes U+FFFD: the encoder's replacement fallback.
    private static void Encode(ReadOnlySpan<char> words, IBufferWriter<byte> output)
    {
        if (!words.IsEmpty)
        {
            Encoding.UTF8.GetBytes(words, output);
        }
    }
}
