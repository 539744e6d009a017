namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>Words a hostile resident, peer or network name might carry; used against templates and against the doors.</summary>
internal static class HostileWords
{
    private static readonly string[] Handlers =
    [
        "onerror",
        "onload",
        "onclick",
        "onfocus",
        "onmouseover",
        "ontoggle",
        "onbegin",
        "onanimationend",
    ];
    private static readonly string[] Elements =
    [
        "img",
        "svg",
        "body",
        "input",
        "details",
        "iframe",
        "object",
        "embed",
        "math",
        "video",
        "form",
        "base",
    ];

    private static readonly string[] Schemes =
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "\tjavascript:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "\u0001javascript:alert(1)",
        "javascript&colon;alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        "vbscript:msgbox(1)",
        "//evil.example/x",
        "\\\\evil.example\\x",
        "/\\evil.example",
        "file:///etc/passwd",
        "blob:http://x/1",
        "about:blank",
        "ftp://evil.example/",
        "view-source:javascript:alert(1)",
        "jar:http://x!/",
    ];

    private static readonly string[] Breakers =
    [
        "",
        " ",
        "plain words",
        "Zoë's \"bread\" & <jam>",
        "'",
        "\"",
        "`",
        "<",
        ">",
        "&",
        "&amp;",
        "&lt;script&gt;",
        "&#60;script&#62;",
        "&#x3c;script&#x3e;",
        "</p>",
        "</title><script>alert(1)</script>",
        "</textarea><script>alert(1)</script>",
        "</style><script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example></SCRIPT>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<!--",
        "-->",
        "<!--><script>alert(1)</script>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "]]>",
        "<?xml version=\"1.0\"?>",
        "\" onmouseover=\"alert(1)",
        "' onmouseover='alert(1)",
        "\"><script>alert(1)</script>",
        "'><script>alert(1)</script>",
        "\"/><img src=x onerror=alert(1)>",
        "x onerror=alert(1)",
        "{name}",
        "{0}",
        "{{7*7}}",
        "${7*7}",
        "<%= 7*7 %>",
        "#{7*7}",
        "{count, plural, one {x} other {y}}",
        "%3Cscript%3E",
        "%00",
        "\0<script>\0",
        "a\0b",
        "\u0007bell",
        "\u001b[31mred",
        "\u007f",
        "line\r\nSet-Cookie: a=b",
        "line\nline\ttab",
        "\ud800",
        "\udc00",
        "a\ud83d",
        "\ud83d\ude00 smile",
        "\u202eevil\u202c",
        "\u2066isolate",
        "\u200b\u200c\u200d",
        "\ufeffbom",
        "\uffff",
        "\u2028\u2029",
        "ﷺﷺﷺ",
        "Z\u0351\u036b\u0343a\u0334lgo",
        "مرحبا <b>",
        "नमस्ते & \"",
        "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "¼script¾alert(1)¼/script¾",
        "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
        "<form action=//evil.example><button>Yes",
        "<base href=//evil.example/>",
        "<meta http-equiv=refresh content=\"0;url=//evil.example\">",
        "<link rel=stylesheet href=//evil.example/x.css>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<iframe srcdoc=\"<script>alert(1)</script>\">",
        "expression(alert(1))",
        "url(javascript:alert(1))",
        "'; DROP TABLE offering; --",
        "../../../../etc/passwd",
        "..%2f..%2f",
        "C:\\windows",
    ];

    public static IEnumerable<string> All { get; } =
    [
        .. Breakers,
        .. Schemes,
        .. from element in Elements from handler in Handlers select $"<{element} src=x {handler}=alert(1)>",
        .. from handler in Handlers select $"\" {handler}=alert(1) x=\"",
        new string('<', 4096),
        new string('\ud83d', 33),
    ];

    /// <summary>What a reader must see: the same words, with U+FFFD where a character may not stand in HTML.</summary>
    public static string AsShown(string words)
    {
        var shown = new System.Text.StringBuilder();
        foreach (var rune in words.EnumerateRunes())
        {
            var isControl = rune.Value is < 32 and not ('\t' or '\n' or '\r') or 0x7f or 0xfeff or 0xfffe or 0xffff;
            shown.Append(isControl ? "\ufffd" : rune.ToString());
        }

        return shown.ToString();
    }
}
