using System.Text;

namespace EdgeNode.Hardware.Nut.Io;

/// <summary>Lines of a connection, each at most a little longer than the protocol allows.</summary>
internal sealed class NutLines(Stream stream)
{
    private readonly byte[] _buffer = new byte[4 * NutLine.Longest];
    private int _start;
    private int _end;

    /// <summary>
    /// The next line without its end; null at the end of the stream. A line that is too long comes in pieces, of which the first already is refused.
    /// </summary>
    /// <exception cref="OperationCanceledException">Nothing came in time.</exception>
    public async Task<string?> ReadAsync(TimeSpan within, CancellationToken token)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
        deadline.CancelAfter(within);
        while (true)
        {
            if (Cut() is { } line)
                return line;
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), deadline.Token).ConfigureAwait(false);
            if (read == 0)
                return null;
            _end += read;
        }
    }

    private string? Cut()
    {
        var waiting = _buffer.AsSpan(_start, _end - _start);
        var at = waiting.IndexOf((byte)'\n');
        if (at < 0 && waiting.Length <= 2 * NutLine.Longest)
        {
            waiting.CopyTo(_buffer);
            (_start, _end) = (0, waiting.Length);
            return null;
        }
        var line = Encoding.UTF8.GetString(at < 0 ? waiting : waiting[..at]).TrimEnd('\r');
        _start = at < 0 ? _end : _start + at + 1;
        return line;
    }
}
