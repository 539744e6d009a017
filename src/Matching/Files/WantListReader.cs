using System.Globalization;

namespace EdgeNode.Matching;

/// <summary>Takes the lines of one want list file one by one; the lists are linked when all items are known.</summary>
internal sealed class WantListReader(string file)
{
    /// <summary>Largest step or priority: its square still fits 64 bits.</summary>
    private const long MaxRank = 1_000_000_000;

    private static readonly HashSet<string> DisplayOptions = new(StringComparer.Ordinal)
    {
        "SHRINK-VERBOSE",
        "SHOW-MISSING",
        "SHOW-WANTS",
        "SHOW-ELAPSED-TIME",
        "HIDE-LOOPS",
        "HIDE-SUMMARY",
        "HIDE-NONTRADES",
        "HIDE-ERRORS",
        "HIDE-REPEATS",
        "HIDE-STATS",
        "SORT-BY-ITEM",
        "VERBOSE",
    };

    private readonly List<RawList> _lists = [];
    private readonly List<string> _warnings = [];
    private HashSet<string>? _official;
    private int _officialSince;
    private bool _inOfficial;
    private WantListOptions _options = new();
    private int _line;

    /// <summary>Takes one line without white space around it.</summary>
    public void Read(int line, string text)
    {
        _line = line;
        if (text.Length == 0)
            return;
        if (text.StartsWith("#!", StringComparison.Ordinal))
            ReadOptions(text[2..]);
        else if (text[0] == '#')
            return;
        else if (text.Equals("!BEGIN-OFFICIAL-NAMES", StringComparison.OrdinalIgnoreCase))
            BeginOfficial();
        else if (text.Equals("!END-OFFICIAL-NAMES", StringComparison.OrdinalIgnoreCase))
            EndOfficial();
        else if (_inOfficial)
            ReadOfficial(text);
        else
            _lists.Add(ReadList(text));
    }

    /// <summary>Ends the file and links the lists.</summary>
    public WantList Finish(int lastLine)
    {
        _line = lastLine;
        Expect(!_inOfficial, $"!END-OFFICIAL-NAMES for the !BEGIN-OFFICIAL-NAMES of line {_officialSince}");
        var (entries, ignored) = new WantListLinker(_options, _official).Link(_lists);
        return new WantList(file, _options, entries, ignored, _warnings);
    }

    private void ReadOptions(string text)
    {
        Expect(_lists.Count == 0, "options (#!) before the first want list");
        Expect(_official is null, "options (#!) before the official names");
        foreach (var option in Words(text.ToUpperInvariant()))
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
                ReadValue(option, option[..equals], option[(equals + 1)..]);
            else
                ReadFlag(option);
        }
    }

    private void ReadFlag(string option)
    {
        Expect(option != "SCALED-PRIORITIES", "another priority scheme: SCALED-PRIORITIES is no longer part of the format");
        if (DisplayOptions.Contains(option))
            return;
        _options = option switch
        {
            "CASE-SENSITIVE" => _options with { CaseSensitive = true },
            "REQUIRE-COLONS" => _options with { RequireColons = true },
            "REQUIRE-USERNAMES" => _options with { RequireUserNames = true },
            "ALLOW-DUMMIES" => _options with { AllowDummies = true },
            "LINEAR-PRIORITIES" => _options with { Priorities = WantPriorities.Linear },
            "TRIANGLE-PRIORITIES" => _options with { Priorities = WantPriorities.Triangle },
            "SQUARE-PRIORITIES" => _options with { Priorities = WantPriorities.Square },
            "EXPLICIT-PRIORITIES" => _options with { Priorities = WantPriorities.Explicit },
            _ => Unknown(option),
        };
    }

    private void ReadValue(string option, string name, string value)
    {
        switch (name)
        {
            case "SMALL-STEP":
                _options = _options with { SmallStep = Number(option, value, 0) };
                break;
            case "BIG-STEP":
                _options = _options with { BigStep = Number(option, value, 0) };
                break;
            case "NONTRADE-COST":
                _options = _options with { NonTradeCost = Number(option, value, 1) };
                break;
            // Iterations, seed and shrinking steer the other program's search; metric names another goal of another program.
            case "ITERATIONS" or "SEED":
                Number(option, value, 1);
                break;
            case "SHRINK":
                Expect(value.Length == 1 && char.IsAsciiDigit(value[0]), $"one digit after '=' in option {option}");
                break;
            case "METRIC":
                break;
            default:
                Unknown(option);
                break;
        }
    }

    private WantListOptions Unknown(string option)
    {
        _warnings.Add($"{file}:{_line}: option {option} is not known here and was passed over");
        return _options;
    }

    private long Number(string option, string value, long least) =>
        TryNumber(value, out var number) && number >= least
            ? number
            : throw Malformed($"a whole number from {least} to {MaxRank} after '=' in option {option}");

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= MaxRank;

    private void BeginOfficial()
    {
        Expect(_official is null, "!BEGIN-OFFICIAL-NAMES only once");
        Expect(_lists.Count == 0, "!BEGIN-OFFICIAL-NAMES before the first want list");
        _official = new HashSet<string>(StringComparer.Ordinal);
        (_inOfficial, _officialSince) = (true, _line);
    }

    private void EndOfficial()
    {
        Expect(_inOfficial, "!BEGIN-OFFICIAL-NAMES before !END-OFFICIAL-NAMES");
        _inOfficial = false;
    }

    private void ReadOfficial(string text)
    {
        Expect(text[0] != ':', "an official name at the start of the line, not ':'");
        Expect(text[0] != '%', "an official name of a real item, not of a dummy");
        var end = 0;
        while (end < text.Length && text[end] != ':' && !char.IsWhiteSpace(text[end]))
            end++;
        var name = Name(text[..end]);
        Expect(!name.Contains('#', StringComparison.Ordinal), "an official name without '#'");
        Expect(_official!.Add(name), $"each official name once, and {name} stands above already");
    }

    private RawList ReadList(string text)
    {
        Expect(!text.Contains('#', StringComparison.Ordinal), "'#' only at the start of a comment line");
        var (user, rest) = SplitUser(text);
        Expect(user is not null || !_options.RequireUserNames, "a user name in parentheses at the start of the line");
        var (item, wants) = SplitItem(rest);
        item = Name(item);
        CheckDummy(item, user);
        var tokens = Words(wants.Replace(";", " ; ", StringComparison.Ordinal));
        return new RawList(_line, user, item, [.. tokens.Select(token => ReadWant(token, user))]);
    }

    private (string? User, string Text) SplitUser(string text)
    {
        if (text[0] != '(')
        {
            Expect(!text.Contains('(', StringComparison.Ordinal), "the user name in parentheses at the start of the line");
            Expect(!text.Contains(')', StringComparison.Ordinal), "'(' before ')'");
            return (null, text);
        }
        var close = text.IndexOf(')', StringComparison.Ordinal);
        Expect(close > 0, "')' after the user name");
        Expect(text.LastIndexOf('(') == 0 && text.LastIndexOf(')') == close, "one pair of parentheses, around the user name");
        var user = text[1..close].Trim();
        Expect(user.Length > 0, "a user name between '(' and ')'");
        Expect(close < text.Length - 1, "an item name after the user name");
        return (Name(user), text[(close + 1)..]);
    }

    private (string Item, string Wants) SplitItem(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            Expect(!_options.RequireColons, "':' after the item name");
            var words = text.Trim();
            var end = 0;
            while (end < words.Length && words[end] != ';' && !char.IsWhiteSpace(words[end]))
                end++;
            Expect(end > 0, "an item name before ';'");
            return (words[..end], words[end..]);
        }
        Expect(text.LastIndexOf(':') == colon, "at most one ':'");
        var header = Words(text[..colon]);
        Expect(header.Length > 0, "an item name before ':'");
        Expect(header.Length == 1, $"exactly one item name before ':', not {header.Length}");
        Expect(!header[0].Contains(';', StringComparison.Ordinal), "';' only after the ':'");
        return (header[0], text[(colon + 1)..]);
    }

    private RawWant ReadWant(string token, string? user)
    {
        var equals = token.IndexOf('=', StringComparison.Ordinal);
        long? rank = null;
        if (equals >= 0)
        {
            Expect(
                _options.Priorities == WantPriorities.Explicit,
                $"an item name without '=' in '{token}', or the option EXPLICIT-PRIORITIES"
            );
            Expect(
                equals > 0 && TryNumber(token[(equals + 1)..], out var number) && (rank = number) >= 1,
                $"item=number with a number from 1 to {MaxRank} in '{token}'"
            );
            token = token[..equals];
        }
        var item = Name(token);
        CheckDummy(item, user);
        return new RawWant(item, rank);
    }

    private void CheckDummy(string item, string? user)
    {
        if (item[0] != '%')
            return;
        Expect(item.Length > 1, "a name after '%'");
        Expect(_options.AllowDummies, $"the option ALLOW-DUMMIES before dummy item {item}");
        Expect(user is not null, $"a user name at the start of a line with dummy item {item}");
    }

    private string Name(string text)
    {
        Expect(text.Length <= WantList.MaxName, $"names of at most {WantList.MaxName} characters");
        Expect(!text.Any(char.IsControl), "names of printable characters");
        return _options.CaseSensitive ? text : text.ToUpperInvariant();
    }

    private static string[] Words(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private void Expect(bool met, string expected)
    {
        if (!met)
            throw Malformed(expected);
    }

    private WantListException Malformed(string expected) => new(file, _line, expected);
}

/// <summary>A want list as it stands in the file.</summary>
internal sealed record RawList(int Line, string? User, string Item, IReadOnlyList<RawWant> Wants);

/// <summary>A wanted item, or a semicolon, as it stands in the file.</summary>
internal sealed record RawWant(string Item, long? Rank)
{
    public bool IsBigStep => Item == ";";
}
