namespace EdgeNode.Appliance.Web;

/// <summary>
/// The code printed on a card: 128 bits as 26 base32 characters (RFC 4648 alphabet, lower case inside the node). People type
/// it from paper, so blanks, dashes, case and the digits that look like letters of the alphabet do not matter.
/// </summary>
public static class CardCode
{
    /// <summary>Characters in a code.</summary>
    public const int Length = 26;

    /// <summary>The code as the node knows it; null when this cannot be a code.</summary>
    public static string? Read(string? typed)
    {
        if (typed is null || typed.Length > 200)
        {
            return null;
        }

        Span<char> code = stackalloc char[Length];
        var length = 0;
        foreach (var c in typed)
        {
            if (char.IsWhiteSpace(c) || IsSeparator(c))
            {
                continue;
            }

            if (length == Length || Letter(c) is not { } letter)
            {
                return null;
            }

            code[length++] = letter;
        }

        return length == Length ? new string(code) : null;
    }

    /// <summary>The code in groups that the eye can keep: five of four, one of six.</summary>
    public static IReadOnlyList<string> Groups(string code)
    {
        var upper = code.ToUpperInvariant();
        return [.. Enumerable.Range(0, 5).Select(i => upper.Substring(i * 4, 4)), upper[20..]];
    }

    private static bool IsSeparator(char c) =>
        c is '-' or '_' or '.' or '·' or '\u2010' or '\u2011' or '\u2013' or '\u2014' or '\u200b';

    private static char? Letter(char c) =>
        c switch
        {
            >= 'a' and <= 'z' => c,
            >= 'A' and <= 'Z' => (char)(c + 32),
            >= '2' and <= '7' => c,
            '0' => 'o',
            '1' => 'i',
            '8' => 'b',
            _ => null,
        };
}
