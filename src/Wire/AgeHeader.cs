using System.Text;

namespace EdgeNode.Wire;

/// <summary>One recipient of an age file.</summary>
internal sealed record AgeStanza(string Type, string[] Arguments, byte[] Body);

/// <summary>
/// The text before the content of an age file: version line, stanzas, and the tag over all of it. Read strictly: what has two spellings (padding, line ends, spaces)
/// has only one that is taken.
/// </summary>
/// <param name="SignedLength">Bytes that the tag covers: everything up to and with the three dashes.</param>
/// <param name="Length">Bytes up to the content.</param>
internal sealed record AgeHeader(IReadOnlyList<AgeStanza> Stanzas, byte[] Tag, int SignedLength, int Length)
{
    private const int MaxStanzas = 20;
    private const int Columns = 64;

    public static AgeHeader? TryRead(ReadOnlySpan<byte> file)
    {
        var reader = new Lines(file[..Math.Min(file.Length, AgeFile.MaxHeader)]);
        if (reader.Next() != "age-encryption.org/v1")
            return null;
        var stanzas = new List<AgeStanza>();
        for (var line = reader.Next(); line is not null && stanzas.Count <= MaxStanzas; line = reader.Next())
        {
            if (line.StartsWith("--- ", StringComparison.Ordinal))
                return stanzas.Count > 0 && Bytes(line[4..]) is { Length: 32 } tag
                    ? new AgeHeader(stanzas, tag, reader.LineStart + 3, reader.At)
                    : null;
            if (Stanza(line, ref reader) is not { } stanza)
                return null;
            stanzas.Add(stanza);
        }
        return null;
    }

    /// <summary>Bytes of unpadded base64 in its one canonical spelling; null for anything else.</summary>
    public static byte[]? Bytes(string text)
    {
        if (text.Contains('=', StringComparison.Ordinal) || text.Length % 4 == 1)
            return null;
        var padded = text + "==="[..((4 - (text.Length % 4)) % 4)];
        var bytes = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, bytes, out var length))
            return null;
        return Convert.ToBase64String(bytes, 0, length) == padded ? bytes[..length] : null;
    }

    private static AgeStanza? Stanza(string line, ref Lines reader)
    {
        var words = line.Split(' ');
        if (words.Length < 2 || words[0] != "->" || words.Any(w => w.Length == 0))
            return null;
        var body = new StringBuilder();
        while (true)
        {
            if (reader.Next() is not { Length: <= Columns } part)
                return null;
            body.Append(part);
            if (part.Length < Columns)
                break;
        }
        return Bytes(body.ToString()) is { } bytes ? new AgeStanza(words[1], words[2..], bytes) : null;
    }

    /// <summary>Lines of printable ASCII that end with a line feed.</summary>
    private ref struct Lines(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;

        public int At { get; private set; }
        public int LineStart { get; private set; }

        public string? Next()
        {
            var length = _text[At..].IndexOf((byte)'\n');
            if (length < 0 || _text.Slice(At, length).ContainsAnyExceptInRange((byte)' ', (byte)'~'))
                return null;
            LineStart = At;
            At += length + 1;
            return Encoding.ASCII.GetString(_text.Slice(LineStart, length));
        }
    }
}
