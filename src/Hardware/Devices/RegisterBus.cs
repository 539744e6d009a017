namespace EdgeNode.Hardware.Devices;

/// <summary>How a transfer on a bus ended.</summary>
public enum BusFault
{
    None,

    /// <summary>Nobody answered at the address, or a byte was not acknowledged.</summary>
    NoAnswer,

    /// <summary>The bus was held too long.</summary>
    TimedOut,

    /// <summary>The kernel's driver owns the address. It is never taken by force.</summary>
    Busy,

    /// <summary>The bus itself is gone.</summary>
    Gone,

    /// <summary>The adapter cannot do such a transfer.</summary>
    Unsupported,

    /// <summary>An answer came and cannot be right: a bad checksum, another chip's identity.</summary>
    Garbled,
}

/// <summary>
/// One chip's registers on a bus. Two real implementations: the kernel's <c>/dev/i2c-N</c> (<see cref="Io.I2cChip"/>) and the tests'
/// register file with a plan of faults. Nothing here waits longer than the bus's own time-out.
/// </summary>
public interface IRegisterBus
{
    BusFault ReadByte(byte register, out byte value);

    /// <summary>An SMBus word: the first byte on the wire is the low one. <see cref="Registers.Big"/> turns it for chips that send the high one first.</summary>
    BusFault ReadWord(byte register, out ushort value);

    BusFault WriteWord(byte register, ushort value);

    BusFault WriteByte(byte register, byte value);

    /// <summary>Fills <paramref name="into"/> from consecutive bytes, at most 32.</summary>
    BusFault ReadBlock(byte register, Span<byte> into);

    /// <summary>A combined transfer: writes, then reads after a repeated start. Either part may be empty.</summary>
    BusFault Transfer(ReadOnlySpan<byte> write, Span<byte> read);
}

/// <summary>Reads of chips that send the high byte first.</summary>
public static class Registers
{
    public static BusFault Big(IRegisterBus bus, byte register, out ushort value)
    {
        var fault = bus.ReadWord(register, out var little);
        value = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(little);
        return fault;
    }

    public static BusFault WriteBig(IRegisterBus bus, byte register, ushort value) =>
        bus.WriteWord(register, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value));

    /// <summary>Two's complement of a 16-bit register. The wrap-around is the register's own.</summary>
    public static short Signed(ushort value) => unchecked((short)value);

    /// <summary>Two's complement of 8 bits.</summary>
    public static sbyte Signed(byte value) => unchecked((sbyte)value);
}

/// <summary>A chip on I2C: which registers it has and what they mean. It keeps no bus and does no I/O of its own.</summary>
public abstract class I2cDevice
{
    /// <summary>What it tells; the values of a poll stand in this order.</summary>
    public abstract IReadOnlyList<Channel> Channels { get; }

    /// <summary>Sets the chip up and makes sure that it is the chip; called before the first poll and again after a fault.</summary>
    public virtual BusFault Begin(IRegisterBus bus) => BusFault.None;

    /// <summary>Reads everything once. What was not told stays <see cref="Channel.NotTold"/>. The first fault ends the poll.</summary>
    public abstract BusFault Poll(IRegisterBus bus, Span<long> micro);
}
