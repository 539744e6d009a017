using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace EdgeNode.Appliance.Web;

/// <summary>
/// Finished markup, escaped by construction. <c>Html page = $"&lt;p&gt;{name}&lt;/p&gt;";</c> keeps the literal parts as
/// written in our source and escapes every hole for the place it stands in: element text, attribute value, or URL.
/// Only another <see cref="Html"/> enters unescaped, and it can only have been made the same way. A hole in a place where no
/// escaping is safe (a script, a style, an event handler, an unquoted attribute) throws <see cref="HtmlContextException"/>.
/// </summary>
/// <remarks>
/// A fragment is a list of references (a rope), so nesting copies nothing; the text is escaped and encoded once, into the
/// pooled buffer of the answer, by <see cref="WriteTo"/>.
/// </remarks>
[InterpolatedStringHandler]
public sealed class Html
{
    private readonly HtmlPiece[] _pieces;
    private int _count;
    private HtmlScanner _scanner = new();

    /// <summary>Called by the compiler: the number of holes bounds the number of pieces.</summary>
    public Html(int literalLength, int formattedCount)
    {
        _ = literalLength;
        _pieces = new HtmlPiece[checked((2 * formattedCount) + 1)];
    }

    private Html(HtmlPiece[] pieces)
    {
        _pieces = pieces;
        _count = pieces.Length;
    }

    /// <summary>No markup at all.</summary>
    public static Html Empty { get; } = new([]);

    /// <summary>True when nothing will be written.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Plain words as escaped markup.</summary>
    public static Html Text(string? words) => string.IsNullOrEmpty(words) ? Empty : $"{words}";

    /// <summary>The fragments made of each item, in order.</summary>
    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> one)
    {
        var pieces = new List<HtmlPiece>();
        foreach (var item in items)
        {
            var part = one(item);
            part.MustBeWhole();
            pieces.Add(new HtmlPiece(HtmlPieceKind.Markup, part, null));
        }

        return pieces.Count == 0 ? Empty : new Html([.. pieces]);
    }

    /// <summary>The fragment when the condition holds, nothing otherwise.</summary>
    public static Html If(bool condition, Func<Html> then) => condition ? then() : Empty;

    /// <summary>An attribute with a value; absent when the value is null.</summary>
    public static HtmlAttribute Attribute(string name, string? value) => new(name, value);

    /// <summary>An attribute without a value (<c>checked</c>, <c>hidden</c>); absent when not set.</summary>
    public static HtmlAttribute Flag(string name, bool set) => new(name, set ? "" : null);

    /// <summary>Called by the compiler for our own text between holes.</summary>
    public void AppendLiteral(string literal)
    {
        _scanner.Read(literal);
        Add(new HtmlPiece(HtmlPieceKind.Literal, literal, null));
    }

    /// <summary>Called by the compiler for words: escaped for the place they stand in.</summary>
    public void AppendFormatted(string? words)
    {
        var kind = _scanner.HoleForWords();
        if (!string.IsNullOrEmpty(words))
        {
            Add(new HtmlPiece(kind, words, null));
        }
    }

    /// <summary>Called by the compiler for whole numbers.</summary>
    public void AppendFormatted(long number) =>
        AppendFormatted(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Called by the compiler for numbers in drawings; two digits after the point.</summary>
    public void AppendFormatted(double number) =>
        AppendFormatted(number.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Called by the compiler for other markup, allowed between elements only.</summary>
    public void AppendFormatted(Html? markup)
    {
        _scanner.HoleForMarkup();
        if (markup is { IsEmpty: false })
        {
            markup.MustBeWhole();
            Add(new HtmlPiece(HtmlPieceKind.Markup, markup, null));
        }
    }

    /// <summary>Called by the compiler for an optional attribute, allowed inside a start tag only.</summary>
    public void AppendFormatted(HtmlAttribute attribute)
    {
        _scanner.HoleForAttribute(attribute.Name);
        if (attribute.Value is not null)
        {
            var isUrl = HtmlScanner.IsUrlAttribute(attribute.Name);
            Add(new HtmlPiece(isUrl ? HtmlPieceKind.UrlAttribute : HtmlPieceKind.Attribute, attribute.Value, attribute.Name));
        }
    }

    /// <summary>Escapes and encodes everything as UTF-8 into <paramref name="output"/>.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        MustBeWhole();
        foreach (var piece in _pieces.AsSpan(0, _count))
        {
            if (piece.Kind == HtmlPieceKind.Markup)
            {
                ((Html)piece.Value).WriteTo(output);
            }
            else
            {
                HtmlEscape.Write(piece, output);
            }
        }
    }

    /// <summary>The markup as text, for tests and for drawings that are sent alone.</summary>
    public override string ToString()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        WriteTo(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private void Add(HtmlPiece piece) => _pieces[_count++] = piece;

    private void MustBeWhole()
    {
        if (!_scanner.IsBetweenElements)
        {
            throw new HtmlContextException($"markup ends {_scanner.Place}; a fragment must begin and end between elements");
        }
    }
}

/// <summary>An attribute written only when it has a value. Made by <see cref="Html.Attribute"/> and <see cref="Html.Flag"/>.</summary>
public readonly record struct HtmlAttribute(string Name, string? Value);

/// <summary>A template of ours puts a value where it cannot be made safe: a programmer's error, never a visitor's.</summary>
public sealed class HtmlContextException(string message) : InvalidOperationException(message);

internal enum HtmlPieceKind : byte
{
    Literal,
    Text,
    Url,
    UrlPart,
    Attribute,
    UrlAttribute,
    Markup,
}

internal readonly record struct HtmlPiece(HtmlPieceKind Kind, object Value, string? Name);
