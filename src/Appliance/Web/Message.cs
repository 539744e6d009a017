using System.Text;

namespace EdgeNode.Appliance.Web;

internal readonly record struct MessagePart(bool IsPlace, string Text);

/// <summary>
/// One message of a catalogue: words, named places <c>{name}</c>, and plural choices
/// <c>{count, plural, =0 {none} one {# ring} other {# rings}}</c> (the ICU forms we need; forms do not nest).
/// </summary>
internal sealed class Message
{
    private readonly List<object> _parts = [];

    /// <summary>Every named place, also inside plural forms and including the counted one.</summary>
    public HashSet<string> Places { get; } = new(StringComparer.Ordinal);

    public static Message Parse(string text)
    {
        var message = new Message();
        var words = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '{')
            {
                words.Append(text[i]);
                continue;
            }

            message.AddWords(words);
            var end = Close(text, i);
            message.AddPlace(text[(i + 1)..end]);
            i = end;
        }

        message.AddWords(words);
        return message;
    }

    /// <summary>The fill of a place.</summary>
    /// <exception cref="KeyNotFoundException">The page did not give it.</exception>
    public static Fill FillOf(Fill[] fills, string name)
    {
        foreach (var fill in fills)
        {
            if (fill.Name == name)
            {
                return fill;
            }
        }

        throw new KeyNotFoundException($"no value for the place {name}");
    }

    /// <summary>Words and places in order, plural forms chosen.</summary>
    public IEnumerable<MessagePart> Resolve(Fill[] fills, Func<long, string> plural)
    {
        foreach (var part in _parts)
        {
            if (part is MessagePart simple)
            {
                yield return simple;
                continue;
            }

            var choice = (Choice)part;
            var count =
                FillOf(fills, choice.Name).Count ?? throw new KeyNotFoundException($"the place {choice.Name} needs a count");
            foreach (var inner in choice.Pick(count, plural).Resolve(fills, plural))
            {
                yield return inner;
            }
        }
    }

    private static int Close(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            depth +=
                text[i] == '{' ? 1
                : text[i] == '}' ? -1
                : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw new FormatException($"an open brace in: {text}");
    }

    private void AddWords(StringBuilder words)
    {
        if (words.Length > 0)
        {
            _parts.Add(new MessagePart(false, words.ToString()));
            words.Clear();
        }
    }

    private void AddPlace(string inside)
    {
        var pieces = inside.Split(',', 3, StringSplitOptions.TrimEntries);
        Places.Add(pieces[0]);
        if (pieces.Length == 1)
        {
            _parts.Add(new MessagePart(true, pieces[0]));
            return;
        }

        if (pieces.Length != 3 || pieces[1] != "plural")
        {
            throw new FormatException($"neither a name nor a plural: {inside}");
        }

        var choice = new Choice(pieces[0], Forms(pieces[0], pieces[2]));
        foreach (var form in choice.Forms.Values)
        {
            Places.UnionWith(form.Places);
        }

        _parts.Add(choice);
    }

    private static Dictionary<string, Message> Forms(string name, string text)
    {
        var forms = new Dictionary<string, Message>(StringComparer.Ordinal);
        var at = 0;
        while (text.IndexOf('{', at) is var open and >= 0)
        {
            var end = Close(text, open);
            forms.Add(
                text[at..open].Trim(),
                Parse(text[(open + 1)..end].Replace("#", "{" + name + "}", StringComparison.Ordinal))
            );
            at = end + 1;
        }

        return forms.ContainsKey("other") ? forms : throw new FormatException($"a plural needs the form other: {text}");
    }

    private sealed record Choice(string Name, Dictionary<string, Message> Forms)
    {
        public Message Pick(long count, Func<long, string> plural) =>
            Forms.TryGetValue($"={count}", out var exact) ? exact
            : Forms.TryGetValue(plural(count), out var form) ? form
            : Forms["other"];
    }
}

/// <summary>The lines of a catalogue file.</summary>
internal static class CatalogueLines
{
    public static IEnumerable<(string Key, string Text)> Read(string catalogue)
    {
        string? key = null;
        var text = "";
        foreach (var line in catalogue.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == ' ')
            {
                text += " " + line.Trim();
                continue;
            }

            if (key is not null)
            {
                yield return (key, text);
            }

            (key, text) = Split(line);
        }

        if (key is not null)
        {
            yield return (key, text);
        }
    }

    private static (string Key, string Text) Split(string line)
    {
        var at = line.IndexOf(" = ", StringComparison.Ordinal);
        return at > 0 ? (line[..at], line[(at + 3)..].Trim()) : throw new FormatException($"not 'key = text': {line}");
    }
}
