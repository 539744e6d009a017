using System.Text;

namespace EdgeNode.Wire;

/// <summary>
/// Words that people read: names, titles, codes. What a reader cannot see, or what makes them read something else than stands there, has no place in them.
/// </summary>
public static class PlainText
{
    /// <summary>
    /// False for control characters, line and paragraph separators, half characters, and what turns the direction of the text behind it (Unicode Standard Annex 9, sections 2.1 to 2.5: embeddings,
    /// overrides and isolates). The marks and joiners that languages need are allowed.
    /// </summary>
    public static bool Is(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var used) != System.Buffers.OperationStatus.Done)
                return false;
            if (Rune.IsControl(rune) || rune.Value is (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069))
                return false;
            text = text[used..];
        }
        return true;
    }
}
