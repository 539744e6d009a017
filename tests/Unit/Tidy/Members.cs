using System.Text.RegularExpressions;

namespace EdgeNode.Tests.Unit.Tidy;

/// <summary>One method, constructor, accessor or expression-bodied member, and the lines it takes.</summary>
internal sealed record Member(string Name, int Line, int Lines);

/// <summary>Finds members and their lengths by brackets alone. Good enough for a ratchet; it does not understand C#.</summary>
internal sealed partial class Members
{
    readonly string _code;
    readonly List<Member> _found = [];

    Members(string source) => _code = CSharpText.Blank(source);

    public static IReadOnlyList<Member> Of(string source)
    {
        var members = new Members(source);
        members.ReadBlock(0, members._code.Length);
        return members._found;
    }

    /// <summary>Reads the members of a type, a namespace, a property or the file itself.</summary>
    void ReadBlock(int from, int to)
    {
        while (from < to)
        {
            if (char.IsWhiteSpace(_code[from]) || _code[from] is ';' or '}')
            {
                from++;
            }
            else if (_code[from] is '#')
            {
                from = EndOfLine(from);
            }
            else
            {
                from = ReadMember(SkipAttributes(from, to), to);
            }
        }
    }

    int EndOfLine(int at) => _code.IndexOf('\n', at) is var end and >= 0 ? end : _code.Length;

    int SkipAttributes(int at, int to)
    {
        while (at < to && (_code[at] == '[' || char.IsWhiteSpace(_code[at])))
        {
            at = _code[at] == '[' ? Closing(at) + 1 : at + 1;
        }
        return at;
    }

    int ReadMember(int start, int to)
    {
        var sign = -1;
        for (var at = start; at < to; at++)
        {
            switch (_code[at])
            {
                case '(' or '[':
                case '{' when sign >= 0:
                    at = Closing(at);
                    break;
                case '=' when sign < 0 && !OperatorName().IsMatch(_code[start..at]):
                    sign = at;
                    break;
                case '{':
                    return ReadBody(start, at);
                case ';':
                    AddExpression(start, sign, at);
                    return at + 1;
            }
        }
        return to;
    }

    int ReadBody(int start, int open)
    {
        var header = _code[start..open];
        var close = Closing(open);
        if (IsContainer(header))
        {
            ReadBlock(open + 1, close);
        }
        else
        {
            Add(header, start, close);
        }
        return close + 1;
    }

    /// <summary>A type, or a property whose accessors are read one by one; "where T : class" stands after the parameters.</summary>
    static bool IsContainer(string header) =>
        TypeKeyword().IsMatch(header.Split('(')[0]) || (!header.Contains('(') && !Accessor().IsMatch(header));

    /// <summary>A member after an arrow counts; a field with a value is data and does not.</summary>
    void AddExpression(int start, int sign, int end)
    {
        if (sign >= 0 && sign + 1 < end && _code[sign + 1] == '>')
        {
            Add(_code[start..sign], start, end);
        }
    }

    void Add(string header, int start, int end)
    {
        var name = NameBeforeParameters().Match(header) is { Success: true } method ? method : LastWord().Match(header);
        _found.Add(
            new Member(
                name.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal),
                LineOf(start),
                LineOf(end) - LineOf(start) + 1
            )
        );
    }

    int LineOf(int at) => _code.AsSpan(0, at).Count('\n') + 1;

    /// <summary>Where the bracket that opens at <paramref name="open"/> closes; the end of the text if it never does.</summary>
    int Closing(int open)
    {
        var depth = 0;
        for (var at = open; at < _code.Length; at++)
        {
            depth += _code[at] switch
            {
                '(' or '[' or '{' => 1,
                ')' or ']' or '}' => -1,
                _ => 0,
            };
            if (depth == 0)
            {
                return at;
            }
        }
        return _code.Length - 1;
    }

    [GeneratedRegex(@"\b(namespace|class|struct|interface|enum|record|extension)\b")]
    private static partial Regex TypeKeyword();

    [GeneratedRegex(@"^\s*((private|protected|internal|readonly)\s+)*(get|set|init|add|remove)\s*$")]
    private static partial Regex Accessor();

    [GeneratedRegex(@"\boperator\s*(checked\s*)?[=!<>]*$")]
    private static partial Regex OperatorName();

    [GeneratedRegex(@"(operator\s*[^\s(]+|[\w.]+)(<[^<>()]*>)?\(")]
    private static partial Regex NameBeforeParameters();

    [GeneratedRegex(@"([\w.]+)\W*$")]
    private static partial Regex LastWord();
}
