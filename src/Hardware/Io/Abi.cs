using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNode.Hardware.Io;

// The kernel's structures and request numbers as linux/gpio.h, linux/i2c-dev.h, linux/watchdog.h, linux/rtc.h and glibc's termios.h have
// them on x86-64 and arm64. A test compares every size and offset with what the C compiler says.

[InlineArray(32)]
internal struct Name32
{
    private byte _first;
}

[InlineArray(64)]
internal struct Offsets64
{
    private uint _first;
}

[InlineArray(10)]
internal struct ConfigAttributes10
{
    private GpioLineConfigAttribute _first;
}

[InlineArray(5)]
internal struct Padding5
{
    private uint _first;
}

[InlineArray(6)]
internal struct Padding6
{
    private uint _first;
}

[InlineArray(34)]
internal struct SmbusData
{
    private byte _first;
}

[InlineArray(32)]
internal struct ControlCharacters
{
    private byte _first;
}

/// <summary>struct gpiochip_info</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioChipInfo
{
    public Name32 Name;
    public Name32 Label;
    public uint Lines;
}

/// <summary>struct gpio_v2_line_attribute: the union holds flags, output values or a debounce period.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineAttribute
{
    public uint Id;
    public uint Padding;
    public ulong Value;
}

/// <summary>struct gpio_v2_line_config_attribute</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineConfigAttribute
{
    public GpioLineAttribute Attribute;
    public ulong Mask;
}

/// <summary>struct gpio_v2_line_config</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineConfig
{
    public ulong Flags;
    public uint Attributes;
    public Padding5 Padding;
    public ConfigAttributes10 Attribute;
}

/// <summary>struct gpio_v2_line_request</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineRequest
{
    public Offsets64 Offsets;
    public Name32 Consumer;
    public GpioLineConfig Config;
    public uint Lines;
    public uint EventBufferSize;
    public Padding5 Padding;
    public int Descriptor;
}

/// <summary>struct gpio_v2_line_values</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineValues
{
    public ulong Bits;
    public ulong Mask;
}

/// <summary>struct gpio_v2_line_event</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineEvent
{
    public ulong TimestampNs;
    public uint Id;
    public uint Offset;
    public uint Sequence;
    public uint LineSequence;
    public Padding6 Padding;
}

/// <summary>struct i2c_msg</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct I2cMessage
{
    public ushort Address;
    public ushort Flags;
    public ushort Length;
    public byte* Buffer;
}

/// <summary>struct i2c_rdwr_ioctl_data</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct I2cTransfer
{
    public I2cMessage* Messages;
    public uint Count;
}

/// <summary>struct i2c_smbus_ioctl_data</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SmbusTransfer
{
    public byte Reads;
    public byte Command;
    public uint Size;
    public SmbusData* Data;
}

/// <summary>struct termios of glibc</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Termios
{
    public uint InputFlags;
    public uint OutputFlags;
    public uint ControlFlags;
    public uint LocalFlags;
    public byte Line;
    public ControlCharacters Control;
    public uint InputSpeed;
    public uint OutputSpeed;
}

/// <summary>struct itimerspec</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimerSpec
{
    public long IntervalSeconds;
    public long IntervalNs;
    public long Seconds;
    public long Ns;
}

/// <summary>Request numbers of ioctl (asm-generic: x86, arm, arm64, riscv).</summary>
internal static class Request
{
    public const nuint GpioChipInfo = 0x8044b401;
    public const nuint GpioGetLine = 0xc250b407;
    public const nuint GpioGetValues = 0xc010b40e;
    public const nuint GpioSetValues = 0xc010b40f;
    public const nuint I2cRetries = 0x701;
    public const nuint I2cTimeout = 0x702;
    public const nuint I2cSlave = 0x703;
    public const nuint I2cFunctions = 0x705;
    public const nuint I2cTransfer = 0x707;
    public const nuint I2cSmbus = 0x720;
    public const nuint WatchdogSetTimeout = 0xc0045706;
    public const nuint WatchdogKeepAlive = 0x80045705;
    public const nuint TerminalExclusive = 0x540C;
}

internal static class Flag
{
    public const ulong GpioActiveLow = 2;
    public const ulong GpioInput = 4;
    public const ulong GpioOutput = 8;
    public const ulong GpioRising = 16;
    public const ulong GpioFalling = 32;
    public const ulong GpioPullUp = 256;
    public const ulong GpioPullDown = 512;
    public const ulong GpioBiasOff = 1024;
    public const uint GpioAttributeOutput = 2;
    public const uint GpioAttributeDebounce = 3;
    public const ushort I2cRead = 1;
    public const uint SmbusByte = 2;
    public const uint SmbusWord = 3;
    public const uint SmbusI2cBlock = 8;
    public const ulong I2cFunctionality = 1;
    public const int ReadWrite = 2;
    public const int WriteOnly = 1;
    public const int NoControllingTerminal = 0x100;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int SetFileFlags = 4;
    public const uint TerminalRead = 0x80;
    public const uint TerminalLocal = 0x800;
    public const uint TerminalEightBits = 0x30;
    public const int EpollIn = 1;
    public const int EpollError = 8;
    public const int EpollHangUp = 16;
    public const int ClockMonotonic = 1;
    public const int TimerAbsolute = 1;
}

/// <summary>Numbers of errno (asm-generic).</summary>
internal static class Errno
{
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoSuchDeviceOrAddress = 6;
    public const int Again = 11;
    public const int Busy = 16;
    public const int NoDevice = 19;
    public const int NoProtocol = 71;
    public const int NotSupported = 95;
    public const int TimedOut = 110;
    public const int RemoteInputOutput = 121;
}
