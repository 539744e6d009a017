namespace EdgeNode.Appliance.Web;

/// <summary>
/// Follows our own literals through the HTML tokenizer's states (WHATWG HTML 13.2.5, the part templates need) so that every
/// hole knows where it stands. It never reads a visitor's words.
/// </summary>
internal struct HtmlScanner
{
    private static readonly string[] UrlAttributes =
    [
        "href",
        "src",
        "action",
        "formaction",
        "poster",
        "cite",
        "data",
        "xlink:href",
    ];
    private static readonly string[] RawElements = ["script", "style", "iframe", "noscript", "xmp", "plaintext"];

    private State _state;
    private string _name = "";
    private string _element = "";
    private bool _closing;
    private char _valueStart;

    public HtmlScanner()
    {
        _state = State.Text;
    }

    private enum State : byte
    {
        Text,
        TagOpen,
        TagName,
        InTag,
        AttributeName,
        AfterAttributeName,
        BeforeValue,
        DoubleQuoted,
        SingleQuoted,
        Unquoted,
        Declaration,
        RawText,
    }

    public readonly bool IsBetweenElements => _state == State.Text;

    /// <summary>Where the scanner stands, for the message of an exception.</summary>
    public readonly string Place =>
        _state switch
        {
            State.Text => "between elements",
            State.RawText => $"inside <{_element}>",
            State.DoubleQuoted or State.SingleQuoted => $"inside the attribute {_name}",
            _ => $"inside a tag ({_state}, <{_element}>)",
        };

    public static bool IsUrlAttribute(string name) => Array.IndexOf(UrlAttributes, name) >= 0;

    public void Read(ReadOnlySpan<char> literal)
    {
        foreach (var c in literal)
        {
            _state = Next(c);
        }
    }

    /// <summary>How words in a hole at this place are escaped; throws where nothing helps.</summary>
    public HtmlPieceKind HoleForWords()
    {
        if (_state == State.Text)
        {
            return HtmlPieceKind.Text;
        }

        if (_state is not (State.DoubleQuoted or State.SingleQuoted))
        {
            throw Refuse("a value");
        }

        RefuseAttribute(_name);
        if (!IsUrlAttribute(_name))
        {
            return HtmlPieceKind.Text;
        }

        return HoleInUrl();
    }

    public readonly void HoleForMarkup()
    {
        if (_state != State.Text)
        {
            throw Refuse("markup");
        }
    }

    public void HoleForAttribute(string name)
    {
        if (_state is not (State.InTag or State.TagName or State.AttributeName or State.AfterAttributeName))
        {
            throw Refuse("an attribute");
        }

        _state = State.InTag; // it is written with a blank before it, which ends the name of a tag or of a bare attribute

        RefuseAttribute(name);
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && c != '-' && !char.IsAsciiDigit(c))
            {
                throw new HtmlContextException($"{name} is no attribute name");
            }
        }
    }

    private static void RefuseAttribute(string name)
    {
        if (name.StartsWith("on", StringComparison.Ordinal) || name is "style" or "srcdoc" or "srcset")
        {
            throw new HtmlContextException($"a value may not stand in the attribute {name}");
        }
    }

    // The first hole of a URL is a whole address and is checked; a later one is a part of a path or query and is percent-encoded.
    private HtmlPieceKind HoleInUrl()
    {
        if (_valueStart == '\0')
        {
            _valueStart = '/';
            return HtmlPieceKind.Url;
        }

        if (_valueStart is not ('/' or '#' or '?' or '.' or 'h'))
        {
            throw Refuse("a value after an unusual scheme");
        }

        return HtmlPieceKind.UrlPart;
    }

    private State Next(char c) =>
        _state switch
        {
            State.Text => c == '<' ? State.TagOpen : State.Text,
            State.TagOpen => OpenTag(c),
            State.TagName => ReadTagName(c),
            State.InTag => c is '>' ? CloseTag()
            : IsSpaceOrSlash(c) ? State.InTag
            : BeginAttribute(c),
            State.AttributeName => ReadAttributeName(c),
            State.AfterAttributeName => AfterName(c),
            State.BeforeValue => BeginValue(c),
            State.DoubleQuoted => ReadValue(c, '"', State.DoubleQuoted),
            State.SingleQuoted => ReadValue(c, '\'', State.SingleQuoted),
            State.Unquoted => c == '>' ? CloseTag()
            : char.IsWhiteSpace(c) ? State.InTag
            : State.Unquoted,
            State.Declaration => c == '>' ? State.Text : State.Declaration,
            State.RawText => c == '<' ? State.TagOpen : State.RawText,
            _ => throw Refuse("a character"),
        };

    private static bool IsSpaceOrSlash(char c) => c == '/' || char.IsWhiteSpace(c);

    private State OpenTag(char c)
    {
        if (c == '!')
        {
            return State.Declaration;
        }

        _closing = c == '/';
        _element = _closing ? "" : c.ToString();
        if (!_closing && !char.IsAsciiLetter(c))
        {
            throw new HtmlContextException("a bare < in a template: write &lt;");
        }

        return State.TagName;
    }

    private State ReadTagName(char c)
    {
        if (c == '>')
        {
            return CloseTag();
        }

        if (IsSpaceOrSlash(c))
        {
            return State.InTag;
        }

        _element += c;
        return State.TagName;
    }

    private readonly State CloseTag() => !_closing && Array.IndexOf(RawElements, _element) >= 0 ? State.RawText : State.Text;

    private State BeginAttribute(char c)
    {
        _name = c.ToString();
        return State.AttributeName;
    }

    private State ReadAttributeName(char c)
    {
        if (c is '=' or '>' || char.IsWhiteSpace(c))
        {
            return AfterName(c);
        }

        _name += c;
        return State.AttributeName;
    }

    private State AfterName(char c) =>
        c switch
        {
            '=' => State.BeforeValue,
            '>' => CloseTag(),
            _ when IsSpaceOrSlash(c) => State.AfterAttributeName,
            _ => BeginAttribute(c),
        };

    private State BeginValue(char c)
    {
        _valueStart = '\0';
        return c switch
        {
            '"' => State.DoubleQuoted,
            '\'' => State.SingleQuoted,
            '>' => CloseTag(),
            _ when char.IsWhiteSpace(c) => State.BeforeValue,
            _ => State.Unquoted,
        };
    }

    private State ReadValue(char c, char quote, State same)
    {
        if (c == quote)
        {
            return State.InTag;
        }

        if (_valueStart == '\0')
        {
            _valueStart = char.ToLowerInvariant(c);
        }

        return same;
    }

    private readonly HtmlContextException Refuse(string what) => new($"{what} may not stand {Place}");
}
