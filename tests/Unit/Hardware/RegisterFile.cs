using EdgeNode.Hardware.Devices;

namespace EdgeNode.Tests.Unit.Hardware;

/// <summary>A chip on a bus: registers, and a plan of faults by the number of the transfer.</summary>
public sealed class RegisterFile : IRegisterBus
{
    private readonly byte[] _bytes = new byte[512];
    private readonly Dictionary<int, BusFault> _plan = [];

    /// <summary>Transfers so far.</summary>
    public int Transfers { get; private set; }

    /// <summary>Every transfer ends so, when set.</summary>
    public BusFault Always { get; set; }

    /// <summary>What a raw transfer answers, by what was written.</summary>
    public Func<byte[], byte[]?>? Answer { get; set; }

    public List<(byte Register, ushort Value)> Written { get; } = [];

    /// <summary>A 16-bit register of a chip that sends the high byte first.</summary>
    public RegisterFile Big(byte register, int value)
    {
        (_bytes[register * 2], _bytes[(register * 2) + 1]) = ((byte)(value >> 8 & 0xFF), (byte)(value & 0xFF));
        return this;
    }

    /// <summary>Consecutive bytes from a register on, for chips with byte registers; kept apart from the words.</summary>
    public RegisterFile Bytes(byte register, params byte[] values)
    {
        _blocks[register] = values;
        return this;
    }

    private readonly Dictionary<byte, byte[]> _blocks = [];

    public RegisterFile Fail(int transfer, BusFault fault)
    {
        _plan[transfer] = fault;
        return this;
    }

    public BusFault ReadByte(byte register, out byte value)
    {
        value = 0;
        if (Next() is var fault && fault != BusFault.None)
            return fault;
        value = At(register);
        return BusFault.None;
    }

    public BusFault ReadWord(byte register, out ushort value)
    {
        value = 0;
        if (Next() is var fault && fault != BusFault.None)
            return fault;
        value = (ushort)(_bytes[register * 2] | (_bytes[(register * 2) + 1] << 8));
        return BusFault.None;
    }

    public BusFault WriteWord(byte register, ushort value)
    {
        if (Next() is var fault && fault != BusFault.None)
            return fault;
        Written.Add((register, value));
        (_bytes[register * 2], _bytes[(register * 2) + 1]) = ((byte)(value & 0xFF), (byte)(value >> 8));
        return BusFault.None;
    }

    public BusFault WriteByte(byte register, byte value)
    {
        if (Next() is var fault && fault != BusFault.None)
            return fault;
        Written.Add((register, value));
        _blocks[register] = [value];
        return BusFault.None;
    }

    public BusFault ReadBlock(byte register, Span<byte> into)
    {
        if (Next() is var fault && fault != BusFault.None)
            return fault;
        // Registers of different widths: one that begins here is taken whole, else bytes follow one another.
        if (_blocks.TryGetValue(register, out var whole) && whole.Length >= into.Length)
            whole.AsSpan(0, into.Length).CopyTo(into);
        else
            for (var i = 0; i < into.Length; i++)
                into[i] = At((byte)(register + i));
        return BusFault.None;
    }

    public BusFault Transfer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        if (Next() is var fault && fault != BusFault.None)
            return fault;
        if (Answer?.Invoke(write.ToArray()) is not { } answer)
            return BusFault.NoAnswer;
        answer.AsSpan(0, read.Length).CopyTo(read);
        return BusFault.None;
    }

    private byte At(byte register)
    {
        foreach (var (first, values) in _blocks)
        {
            if (register >= first && register - first < values.Length)
                return values[register - first];
        }
        return 0;
    }

    private BusFault Next()
    {
        Transfers++;
        return Always != BusFault.None ? Always : _plan.GetValueOrDefault(Transfers);
    }
}
