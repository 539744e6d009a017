using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace EdgeNode.Appliance.Web;

/// <summary>A value for a named place in a message: words, a count, or markup (people's words come as isolated markup).</summary>
public readonly struct Fill
{
    private Fill(string name, string? words, Html? markup, long? count)
    {
        Name = name;
        Words = words;
        Markup = markup;
        Count = count;
    }

    public string Name { get; }
    public string? Words { get; }
    public Html? Markup { get; }
    public long? Count { get; }

    public static implicit operator Fill((string Name, string? Words) fill) => new(fill.Name, fill.Words ?? "", null, null);

    public static implicit operator Fill((string Name, Html Markup) fill) => new(fill.Name, null, fill.Markup, null);

    public static implicit operator Fill((string Name, long Count) fill) => new(fill.Name, null, null, fill.Count);

    public static implicit operator Fill((string Name, int Count) fill) => new(fill.Name, null, null, fill.Count);

    internal string Plain => Words ?? Count?.ToString(CultureInfo.InvariantCulture) ?? Markup?.ToString() ?? "";
}

/// <summary>
/// The words of one language. Pages ask by key and never contain a sentence of their own, so a new language is one more
/// catalogue file. A key or a place that is missing is a programmer's error and throws; tests render every page.
/// </summary>
public sealed class Texts
{
    private readonly FrozenDictionary<string, Message> _messages;
    private readonly Func<long, string> _plural;

    private Texts(string language, bool rightToLeft, Func<long, string> plural, FrozenDictionary<string, Message> messages)
    {
        Language = language;
        RightToLeft = rightToLeft;
        _plural = plural;
        _messages = messages;
    }

    /// <summary>English, the source language: every key stands in it.</summary>
    public static Texts English { get; } = Read("en", false, PluralRules.English, Assets.Text("texts/en.txt"));

    /// <summary>BCP 47 tag, for the <c>lang</c> attribute.</summary>
    public string Language { get; }

    public bool RightToLeft { get; }

    /// <summary>For the <c>dir</c> attribute.</summary>
    public string Direction => RightToLeft ? "rtl" : "ltr";

    /// <summary>Every key of the catalogue, for the test that compares catalogues and code.</summary>
    public IEnumerable<string> Keys => _messages.Keys;

    /// <summary>Reads a catalogue: <c>key = text</c> lines, <c>#</c> comments, a line that begins with a blank continues the last text.</summary>
    /// <exception cref="FormatException">A line that is neither, a key given twice, or braces that do not close.</exception>
    public static Texts Read(string language, bool rightToLeft, Func<long, string> plural, string catalogue)
    {
        var messages = new Dictionary<string, Message>(StringComparer.Ordinal);
        foreach (var (key, text) in CatalogueLines.Read(catalogue))
        {
            if (!messages.TryAdd(key, Message.Parse(text)))
            {
                throw new FormatException($"{language}: the key {key} stands twice");
            }
        }

        return new Texts(language, rightToLeft, plural, messages.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>The message as markup, its places filled and escaped.</summary>
    public Html Say(string key, params ReadOnlySpan<Fill> fills)
    {
        var fillList = fills.ToArray();
        return Html.Each(Find(key).Resolve(fillList, _plural), part => Shown(part, fillList));
    }

    /// <summary>The message as plain words, for attributes and titles.</summary>
    public string Plain(string key, params ReadOnlySpan<Fill> fills)
    {
        var fillList = fills.ToArray();
        var words = new StringBuilder();
        foreach (var part in Find(key).Resolve(fillList, _plural))
        {
            words.Append(part.IsPlace ? Message.FillOf(fillList, part.Text).Plain : part.Text);
        }

        return words.ToString();
    }

    /// <summary>The names of the places in a message, for the test that compares languages.</summary>
    public IReadOnlySet<string> Places(string key) => Find(key).Places;

    /// <summary>True when the catalogue has the key.</summary>
    public bool Has(string key) => _messages.ContainsKey(key);

    private static Html Shown(MessagePart part, Fill[] fills)
    {
        if (!part.IsPlace)
        {
            return Html.Text(part.Text);
        }

        var fill = Message.FillOf(fills, part.Text);
        return fill.Markup ?? Html.Text(fill.Plain);
    }

    private Message Find(string key) =>
        _messages.TryGetValue(key, out var message) ? message : throw new KeyNotFoundException($"{Language}: no message {key}");
}

/// <summary>Which plural form a count takes (CLDR 45, cardinal rules for whole numbers).</summary>
public static class PluralRules
{
    /// <summary>one: 1; other: everything else.</summary>
    public static string English(long n) => n == 1 ? "one" : "other";

    /// <summary>Six forms.</summary>
    public static string Arabic(long n) =>
        n switch
        {
            0 => "zero",
            1 => "one",
            2 => "two",
            _ when n % 100 is >= 3 and <= 10 => "few",
            _ when n % 100 >= 11 => "many",
            _ => "other",
        };

    /// <summary>one: 0 and 1; other: everything else.</summary>
    public static string Hindi(long n) => n is 0 or 1 ? "one" : "other";
}
