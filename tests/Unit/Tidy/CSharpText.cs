using System.Text;

namespace EdgeNode.Tests.Unit.Tidy;

/// <summary>
/// C# source with comments, strings and characters blanked out: same length, same lines, so that braces and words that
/// are left are code. Knows verbatim, raw and interpolated strings; the code in an interpolation's hole is blanked with it.
/// </summary>
internal sealed class CSharpText
{
    readonly string _source;
    readonly StringBuilder _code;
    int _at;

    CSharpText(string source)
    {
        _source = source;
        _code = new StringBuilder(source);
    }

    public static string Blank(string source)
    {
        var text = new CSharpText(source);
        while (text._at < source.Length)
        {
            text.Next(blankCode: false);
        }
        return text._code.ToString();
    }

    char Here => Peek(0);

    char Peek(int ahead) => _at + ahead < _source.Length ? _source[_at + ahead] : '\0';

    bool Sees(string what) => string.CompareOrdinal(_source, _at, what, 0, what.Length) == 0;

    /// <summary>Passes one token or one character of code.</summary>
    void Next(bool blankCode)
    {
        if (Sees("//"))
        {
            BlankUntil("\n", keepEnd: true);
        }
        else if (Sees("/*"))
        {
            BlankUntil("*/", keepEnd: false);
        }
        else if (StringStart() is { } start)
        {
            BlankString(start);
        }
        else if (Here == '\'')
        {
            BlankCharacter();
        }
        else
        {
            Pass(1, blankCode);
        }
    }

    void Pass(int count, bool blank = true)
    {
        for (; count > 0 && _at < _source.Length; count--, _at++)
        {
            if (blank && _source[_at] != '\n')
            {
                _code[_at] = ' ';
            }
        }
    }

    void BlankUntil(string end, bool keepEnd)
    {
        var found = _source.IndexOf(end, _at + 2, StringComparison.Ordinal);
        Pass((found < 0 ? _source.Length : found + (keepEnd ? 0 : end.Length)) - _at);
    }

    void BlankCharacter()
    {
        Pass(1);
        while (Here is not ('\'' or '\n' or '\0'))
        {
            Pass(Here == '\\' ? 2 : 1);
        }
        Pass(1);
    }

    /// <summary>How a string begins: its prefix of $ and @, and its quotes (1, or 3 and more for a raw one).</summary>
    readonly record struct Start(int Dollars, bool Verbatim, int Quotes)
    {
        public bool Raw => Quotes >= 3;
    }

    Start? StringStart()
    {
        int dollars = 0,
            ahead = 0;
        var verbatim = false;
        for (; Peek(ahead) is '$' or '@'; ahead++)
        {
            dollars += Peek(ahead) == '$' ? 1 : 0;
            verbatim |= Peek(ahead) == '@';
        }
        var quotes = 0;
        while (Peek(ahead + quotes) == '"')
        {
            quotes++;
        }
        // Two quotes are an empty string, unless it is a verbatim one that goes on with an escaped quote.
        return quotes == 0 ? null : new Start(dollars, verbatim, verbatim || quotes < 3 ? 1 : quotes);
    }

    void BlankString(Start start)
    {
        Pass(start.Dollars + (start.Verbatim ? 1 : 0) + start.Quotes);
        while (_at < _source.Length && !EndsHere(start))
        {
            if (HoleBraces(start) is var braces and > 0)
            {
                BlankHole(braces);
            }
            else
            {
                Pass(EscapeLength(start));
            }
        }
        Pass(start.Quotes);
    }

    bool EndsHere(Start start) => start.Raw ? Sees(new string('"', start.Quotes)) : Here == '"' && !IsDoubledQuote(start);

    bool IsDoubledQuote(Start start) => start.Verbatim && Peek(1) == '"';

    int EscapeLength(Start start)
    {
        if (start.Raw)
        {
            return 1;
        }
        var doubled = Here is '"' or '{' or '}' && Peek(1) == Here && (Here == '"' ? start.Verbatim : start.Dollars > 0);
        return doubled || (!start.Verbatim && Here == '\\') ? 2 : 1;
    }

    /// <summary>How many braces open a hole here; 0 where none does.</summary>
    int HoleBraces(Start start)
    {
        if (start.Dollars == 0 || Here != '{')
        {
            return 0;
        }
        var run = 0;
        while (Peek(run) == '{')
        {
            run++;
        }
        if (start.Raw)
        {
            return run >= start.Dollars ? run : 0;
        }
        return run % 2 == 1 && run == 1 ? 1 : 0;
    }

    void BlankHole(int braces)
    {
        Pass(braces);
        for (var depth = braces; depth > 0 && _at < _source.Length; )
        {
            depth += Here switch
            {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            Next(blankCode: true);
        }
    }
}
