using System.Text;

namespace EdgeNode.Hardware.Nut;

/// <summary>Lines of the protocol by which UPS clients and servers speak (RFC 9271): words, some in quotes, at most 512 bytes.</summary>
public static class NutLine
{
    /// <summary>Longest line taken, without its end.</summary>
    public const int Longest = 512;

    /// <summary>Words of a line taken; a command has at most a handful.</summary>
    private const int MostWords = 16;

    /// <summary>Splits a line into words; null when quotes do not close or there are too many words.</summary>
    public static IReadOnlyList<string>? Split(string line)
    {
        var words = new List<string>();
        var i = 0;
        while (i < line.Length)
        {
            if (line[i] is ' ' or '\t')
            {
                i++;
                continue;
            }
            if (words.Count == MostWords || Word(line, ref i) is not { } word)
                return null;
            words.Add(word);
        }
        return words;
    }

    /// <summary>A value as it stands in an answer.</summary>
    public static string Quote(string value) => $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    private static string? Word(string line, ref int i)
    {
        var quoted = line[i] == '"';
        if (quoted)
            i++;
        var word = new StringBuilder();
        for (; i < line.Length; i++)
        {
            var c = line[i];
            if (quoted ? c == '"' : c is ' ' or '\t')
            {
                i++;
                return word.ToString();
            }
            if (c == '\\' && i + 1 < line.Length)
                c = line[++i];
            word.Append(c);
        }
        return quoted ? null : word.ToString();
    }
}
