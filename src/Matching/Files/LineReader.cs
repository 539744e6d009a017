using System.Text;

namespace EdgeNode.Matching;

/// <summary>Reads a stream line by line into one buffer that grows up to a bound. Lines end in LF or CR LF.</summary>
internal sealed class LineReader(string file, Stream stream) : IDisposable
{
    /// <summary>Longest line, in bytes.</summary>
    public const int MaxLine = 4 << 20;

    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private int _lineStart;
    private int _lineEnd;
    private bool _last;

    public string File { get; } = file;

    /// <summary>Number of the current line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The current line without its end.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, _lineEnd - _lineStart);

    /// <summary>Fields of the current line, apart by white space.</summary>
    public LineFields Fields => new(Line);

    /// <summary>Goes to the next line; false at the end of the stream.</summary>
    public bool Next()
    {
        var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        while (at < 0 && !_last)
        {
            var seen = _end - _start;
            Fill();
            at = _buffer.AsSpan(_start + seen, _end - _start - seen).IndexOf((byte)'\n');
            at = at < 0 ? -1 : at + seen;
        }
        if (at < 0 && _start == _end)
            return false;
        (_lineStart, _lineEnd) = (_start, at < 0 ? _end : _start + at);
        _start = at < 0 ? _end : _lineEnd + 1;
        if (_lineEnd > _lineStart && _buffer[_lineEnd - 1] == '\r')
            _lineEnd--;
        if (Number++ == 0 && Line.StartsWith(Encoding.UTF8.Preamble))
            _lineStart += Encoding.UTF8.Preamble.Length;
        return true;
    }

    /// <summary>Goes to the next line that is not blank.</summary>
    public bool NextFilled()
    {
        while (Next())
            if (Line.IndexOfAnyExcept(" \t"u8) >= 0)
                return true;
        return false;
    }

    public InstanceException Malformed(string expected) => new(File, Math.Max(1, Number), expected);

    public void Expect(bool met, string expected)
    {
        if (!met)
            throw Malformed(expected);
    }

    public void Dispose() => stream.Dispose();

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_end >= MaxLine)
                throw new InstanceException(File, Number + 1, $"a line of at most {MaxLine:N0} bytes");
            Array.Resize(ref _buffer, 2 * _end);
        }
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _last = read == 0;
    }
}

/// <summary>The fields of a line one after the other.</summary>
internal ref struct LineFields(ReadOnlySpan<byte> line, byte separator = (byte)' ')
{
    private ReadOnlySpan<byte> _rest = line;

    /// <summary>Whether nothing but white space is left.</summary>
    public readonly bool AtEnd => _rest.IndexOfAnyExcept(" \t"u8) < 0;

    /// <summary>The next field without white space around it; empty at the end.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (separator != ' ')
            return NextSeparated();
        _rest = _rest.TrimStart(" \t"u8);
        var end = _rest.IndexOfAny((byte)' ', (byte)'\t');
        return Cut(end, end);
    }

    public bool Whole(out int number) => Numbers.TryWhole(Next(), out number);

    private ReadOnlySpan<byte> NextSeparated()
    {
        var end = _rest.IndexOf(separator);
        return Cut(end, end + 1).Trim(" \t"u8);
    }

    private ReadOnlySpan<byte> Cut(int end, int next)
    {
        var field = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[next..];
        return field;
    }
}
