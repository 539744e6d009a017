using System.Globalization;
using EdgeNode.Hardware.Devices;

namespace EdgeNode.Hardware.Io;

/// <summary>
/// A bus of <c>/dev/i2c-N</c>. Opened once and used by one thread. An address that a kernel driver owns answers Busy and stays the
/// kernel's: I2C_SLAVE_FORCE is never used.
/// </summary>
public sealed unsafe class I2cBus : IDisposable
{
    /// <summary>How long the adapter may hold a transfer, in units of 10 ms: 50 ms is what a stuck bus may cost.</summary>
    public const int TimeoutTens = 5;

    private const int BadDescriptor = 9;

    private int _descriptor = -1;

    /// <param name="path">Such as <c>/dev/i2c-1</c>. A bus that is not there yet answers Gone until <see cref="Reopen"/> finds it.</param>
    public I2cBus(string path)
    {
        Path = path;
        Reopen();
    }

    public string Path { get; }

    /// <summary>What the adapter can do (I2C_FUNC bits).</summary>
    public ulong Functions { get; private set; }

    public bool IsOpen => _descriptor >= 0;

    /// <summary>Opens anew, for an adapter that went away or came late. False when there is none.</summary>
    public bool Reopen()
    {
        Dispose();
        _descriptor = Libc.Open(Path, Flag.ReadWrite | Flag.CloseOnExec);
        ulong functions;
        if (IsOpen && Libc.Control(_descriptor, Request.I2cFunctions, &functions) >= 0)
        {
            Functions = functions;
            _ = Libc.Control(_descriptor, Request.I2cTimeout, TimeoutTens);
            _ = Libc.Control(_descriptor, Request.I2cRetries, 1);
            return true;
        }
        Dispose();
        return false;
    }

    /// <summary>N of <c>/dev/i2c-N</c>, as sysfs counts; null for another name.</summary>
    public static int? Number(string path) =>
        int.TryParse(path.AsSpan(path.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>
    /// Turns to an address. Busy when the kernel's driver has it; asked before every transfer, because the kernel checks only here and a
    /// driver can be bound at any time.
    /// </summary>
    internal BusFault Turn(byte address)
    {
        if (!IsOpen)
            return BusFault.Gone;
        return Libc.Control(_descriptor, Request.I2cSlave, address) < 0 ? Fault(Libc.LastError) : BusFault.None;
    }

    internal BusFault Smbus(byte address, bool read, byte command, uint size, ref SmbusData data)
    {
        var fault = Turn(address);
        if (fault != BusFault.None)
            return fault;
        fixed (SmbusData* p = &data)
        {
            var transfer = new SmbusTransfer
            {
                Reads = (byte)(read ? 1 : 0),
                Command = command,
                Size = size,
                Data = p,
            };
            return Libc.Control(_descriptor, Request.I2cSmbus, &transfer) < 0 ? Fault(Libc.LastError) : BusFault.None;
        }
    }

    /// <summary>One or two messages with a repeated start between them.</summary>
    internal BusFault Combined(byte address, ReadOnlySpan<byte> write, Span<byte> read)
    {
        var fault = Turn(address);
        if (fault != BusFault.None)
            return fault;
        if ((Functions & Flag.I2cFunctionality) == 0)
            return BusFault.Unsupported;
        fixed (byte* w = write)
        fixed (byte* r = read)
        {
            var messages = stackalloc I2cMessage[2];
            var count = 0u;
            if (write.Length > 0)
                messages[count++] = new()
                {
                    Address = address,
                    Length = (ushort)write.Length,
                    Buffer = w,
                };
            if (read.Length > 0)
            {
                messages[count++] = new()
                {
                    Address = address,
                    Flags = Flag.I2cRead,
                    Length = (ushort)read.Length,
                    Buffer = r,
                };
            }
            var transfer = new I2cTransfer { Messages = messages, Count = count };
            return Libc.Control(_descriptor, Request.I2cTransfer, &transfer) < 0 ? Fault(Libc.LastError) : BusFault.None;
        }
    }

    /// <summary>
    /// ENODEV comes from an adapter that is gone and, of the kernel's stub, from an address without a chip; both are no answer here, and
    /// a bus that is really gone gives ENODEV or EBADF at the next open.
    /// </summary>
    private static BusFault Fault(int error) =>
        error switch
        {
            Errno.Busy => BusFault.Busy,
            Errno.TimedOut => BusFault.TimedOut,
            Errno.NotSupported => BusFault.Unsupported,
            BadDescriptor => BusFault.Gone,
            _ => BusFault.NoAnswer,
        };

    public void Dispose()
    {
        if (_descriptor >= 0)
            _ = Libc.Close(_descriptor);
        _descriptor = -1;
    }
}

/// <summary>One address of a bus. Words and bytes go by SMBus, which every adapter and the kernel's stub can; blocks by SMBus's I2C block.</summary>
public sealed class I2cChip(I2cBus bus, byte address) : IRegisterBus
{
    /// <summary>SMBus moves at most 32 bytes at once.</summary>
    public const int LongestBlock = 32;

    private SmbusData _data;

    public BusFault ReadByte(byte register, out byte value)
    {
        var fault = bus.Smbus(address, read: true, register, Flag.SmbusByte, ref _data);
        value = _data[0];
        return fault;
    }

    public BusFault ReadWord(byte register, out ushort value)
    {
        var fault = bus.Smbus(address, read: true, register, Flag.SmbusWord, ref _data);
        value = (ushort)(_data[0] | (_data[1] << 8));
        return fault;
    }

    public BusFault WriteByte(byte register, byte value)
    {
        _data[0] = value;
        return bus.Smbus(address, read: false, register, Flag.SmbusByte, ref _data);
    }

    public BusFault WriteWord(byte register, ushort value)
    {
        (_data[0], _data[1]) = ((byte)(value & 0xFF), (byte)(value >> 8));
        return bus.Smbus(address, read: false, register, Flag.SmbusWord, ref _data);
    }

    public BusFault ReadBlock(byte register, Span<byte> into)
    {
        if (into.Length > LongestBlock)
            return BusFault.Unsupported;
        _data[0] = (byte)into.Length;
        var fault = bus.Smbus(address, read: true, register, Flag.SmbusI2cBlock, ref _data);
        if (fault != BusFault.None)
            return fault;
        if (_data[0] != into.Length)
            return BusFault.Garbled;
        ((ReadOnlySpan<byte>)_data).Slice(1, into.Length).CopyTo(into);
        return BusFault.None;
    }

    public BusFault Transfer(ReadOnlySpan<byte> write, Span<byte> read) => bus.Combined(address, write, read);
}
