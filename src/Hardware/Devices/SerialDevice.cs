namespace EdgeNode.Hardware.Devices;

/// <summary>
/// A device on a serial line: what to ask it and what its bytes mean. It is fed whatever came, in pieces of any size, does no I/O and
/// allocates nothing after it was made. A block counts only when its checksum holds.
/// </summary>
public abstract class SerialDevice
{
    public abstract IReadOnlyList<Channel> Channels { get; }

    public abstract int Baud { get; }

    /// <summary>How many questions make one round; 0 for a device that speaks by itself.</summary>
    public virtual int Turns => 0;

    /// <summary>The bytes of one question. What came before is forgotten: an answer to an older question must not count.</summary>
    public virtual ReadOnlySpan<byte> Ask(int turn) => [];

    /// <summary>Takes what came. True when at least one whole good block was in it; its values are then in <paramref name="micro"/>.</summary>
    public abstract bool Take(ReadOnlySpan<byte> bytes, Span<long> micro);

    /// <summary>Blocks refused for their checksum or form since the start.</summary>
    public long Refused { get; protected set; }
}

/// <summary>A device whose blocks have a head that tells their length. Bytes that begin no block are skipped one by one.</summary>
/// <param name="longest">Longest block, in bytes; what claims to be longer is no block.</param>
public abstract class FramedDevice(int longest) : SerialDevice
{
    private readonly byte[] _buffer = new byte[longest * 2];
    private int _from;
    private int _to;

    /// <summary>More bytes are needed before anything can be said.</summary>
    protected const int More = 0;

    /// <summary>No block begins here.</summary>
    protected const int Skip = -1;

    /// <summary>Looks at bytes that begin at a possible head: the length of the whole good block, <see cref="More"/> or <see cref="Skip"/>.</summary>
    protected abstract int Judge(ReadOnlySpan<byte> head);

    /// <summary>Reads a good block. False when it holds no values for us, such as the answer to another question.</summary>
    protected abstract bool Read(ReadOnlySpan<byte> block, Span<long> micro);

    public override bool Take(ReadOnlySpan<byte> bytes, Span<long> micro)
    {
        var told = false;
        while (bytes.Length > 0)
        {
            Compact();
            var part = Math.Min(bytes.Length, _buffer.Length - _to);
            bytes[..part].CopyTo(_buffer.AsSpan(_to));
            _to += part;
            bytes = bytes[part..];
            told |= Drain(micro);
        }
        return told;
    }

    protected void Forget() => (_from, _to) = (0, 0);

    private bool Drain(Span<long> micro)
    {
        var told = false;
        while (_from < _to)
        {
            var length = Judge(_buffer.AsSpan(_from, _to - _from));
            if (length == More && _to - _from < longest)
                break;
            if (length > 0)
                told |= Read(_buffer.AsSpan(_from, length), micro);
            _from += Math.Max(1, length);
        }
        return told;
    }

    /// <summary>After a drain at most one unfinished block is left, so half of the buffer is always free.</summary>
    private void Compact()
    {
        _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
        (_from, _to) = (0, _to - _from);
    }
}
