using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeNode.Hardware.Io;

namespace EdgeNode.Tests.Unit.Hardware.Io;

/// <summary>The structures declared by hand against the C compiler's, and against what it said once for each machine we ship for.</summary>
public sealed class LayoutTests : IDisposable
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-layout").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("x64", Architecture.X64)]
    [InlineData("arm64", Architecture.Arm64)]
    public void Every_layout_and_number_is_what_the_c_compiler_said_for(string machine, Architecture architecture) =>
        Compare(File.ReadAllLines(Golden(machine)), Ours(architecture));

    [Fact]
    public void The_compiler_of_this_machine_says_the_same() =>
        Compare(
            Printed(
                Compiler("clang", "gcc", "cc")
                    ?? throw new InvalidOperationException("No C compiler is here; ./test installs clang."),
                []
            ),
            Ours(RuntimeInformation.ProcessArchitecture)
        );

    /// <summary>Where Debian's cross compiler and qemu-user-static are installed, what is recorded for arm64 is asked for anew.</summary>
    [Fact]
    public void What_is_recorded_for_arm64_is_what_its_compiler_says_where_that_is_installed()
    {
        var recorded = File.ReadAllLines(Golden("arm64"));
        Assert.Equal(File.ReadAllLines(Golden("x64")).Length, recorded.Length);
        if (Compiler("aarch64-linux-gnu-gcc") is { } compiler && Compiler("qemu-aarch64-static") is { } emulator)
            Assert.Equal(recorded, Printed(compiler, ["-static"], emulator));
    }

    private static void Compare(IEnumerable<string> theirs, Dictionary<string, ulong> ours)
    {
        var said = theirs.ToDictionary(
            line => line[..line.LastIndexOf(' ')],
            line => ulong.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)
        );
        Assert.Equal(said.Keys.Order(StringComparer.Ordinal), ours.Keys.Order(StringComparer.Ordinal));
        Assert.All(
            ours,
            our => Assert.True(said[our.Key] == our.Value, $"{our.Key}: ours {our.Value}, the compiler's {said[our.Key]}")
        );
    }

    private static string Golden(string machine) => Tidy.Tree.PathOf($"tests/golden/hardware/layout-{machine}.txt");

    private static string? Compiler(params string[] names) =>
        names
            .SelectMany(n =>
                (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, n))
            )
            .FirstOrDefault(File.Exists);

    private string[] Printed(string compiler, string[] options, string? emulator = null)
    {
        var program = Path.Combine(_folder, "sizes");
        Run(compiler, [.. options, "-O1", "-o", program, Tidy.Tree.PathOf("tests/Unit/Hardware/Io/sizes.c")]);
        var output = emulator is null ? Run(program, []) : Run(emulator, [program]);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        using var deadline = new CancellationTokenSource(LongestRun);
        using var _ = deadline.Token.Register(() => process.Kill());
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private static unsafe Dictionary<string, ulong> Ours(Architecture architecture)
    {
        var chip = default(GpioChipInfo);
        var attribute = default(GpioLineAttribute);
        var configAttribute = default(GpioLineConfigAttribute);
        var config = default(GpioLineConfig);
        var request = default(GpioLineRequest);
        var values = default(GpioLineValues);
        var happening = default(GpioLineEvent);
        var message = default(I2cMessage);
        var transfer = default(I2cTransfer);
        var smbus = default(SmbusTransfer);
        var terminal = default(Termios);
        var timer = default(TimerSpec);
        var (eventSize, eventData) = Poller.LayoutOf(architecture);
        return new()
        {
            ["struct gpiochip_info"] = Size<GpioChipInfo>(),
            ["struct gpiochip_info.label"] = At(&chip, &chip.Label),
            ["struct gpiochip_info.lines"] = At(&chip, &chip.Lines),
            ["struct gpio_v2_line_attribute"] = Size<GpioLineAttribute>(),
            ["struct gpio_v2_line_attribute.flags"] = At(&attribute, &attribute.Value),
            ["struct gpio_v2_line_config_attribute"] = Size<GpioLineConfigAttribute>(),
            ["struct gpio_v2_line_config_attribute.mask"] = At(&configAttribute, &configAttribute.Mask),
            ["struct gpio_v2_line_config"] = Size<GpioLineConfig>(),
            ["struct gpio_v2_line_config.num_attrs"] = At(&config, &config.Attributes),
            ["struct gpio_v2_line_config.attrs"] = At(&config, &config.Attribute),
            ["struct gpio_v2_line_request"] = Size<GpioLineRequest>(),
            ["struct gpio_v2_line_request.consumer"] = At(&request, &request.Consumer),
            ["struct gpio_v2_line_request.config"] = At(&request, &request.Config),
            ["struct gpio_v2_line_request.num_lines"] = At(&request, &request.Lines),
            ["struct gpio_v2_line_request.event_buffer_size"] = At(&request, &request.EventBufferSize),
            ["struct gpio_v2_line_request.fd"] = At(&request, &request.Descriptor),
            ["struct gpio_v2_line_values"] = Size<GpioLineValues>(),
            ["struct gpio_v2_line_values.mask"] = At(&values, &values.Mask),
            ["struct gpio_v2_line_event"] = Size<GpioLineEvent>(),
            ["struct gpio_v2_line_event.id"] = At(&happening, &happening.Id),
            ["struct gpio_v2_line_event.line_seqno"] = At(&happening, &happening.LineSequence),
            ["struct i2c_msg"] = Size<I2cMessage>(),
            ["struct i2c_msg.len"] = At(&message, &message.Length),
            ["struct i2c_msg.buf"] = At(&message, &message.Buffer),
            ["struct i2c_rdwr_ioctl_data"] = Size<I2cTransfer>(),
            ["struct i2c_rdwr_ioctl_data.nmsgs"] = At(&transfer, &transfer.Count),
            ["struct i2c_smbus_ioctl_data"] = Size<SmbusTransfer>(),
            ["struct i2c_smbus_ioctl_data.size"] = At(&smbus, &smbus.Size),
            ["struct i2c_smbus_ioctl_data.data"] = At(&smbus, &smbus.Data),
            ["union i2c_smbus_data"] = Size<SmbusData>(),
            ["struct termios"] = Size<Termios>(),
            ["struct termios.c_cc"] = At(&terminal, &terminal.Control),
            ["struct termios.c_ispeed"] = At(&terminal, &terminal.InputSpeed),
            ["struct itimerspec"] = Size<TimerSpec>(),
            ["struct itimerspec.it_value"] = At(&timer, &timer.Seconds),
            ["struct epoll_event"] = (ulong)eventSize,
            ["struct epoll_event.data"] = (ulong)eventData,
            ["GPIO_GET_CHIPINFO_IOCTL"] = Request.GpioChipInfo,
            ["GPIO_V2_GET_LINE_IOCTL"] = Request.GpioGetLine,
            ["GPIO_V2_LINE_GET_VALUES_IOCTL"] = Request.GpioGetValues,
            ["GPIO_V2_LINE_SET_VALUES_IOCTL"] = Request.GpioSetValues,
            ["I2C_RETRIES"] = Request.I2cRetries,
            ["I2C_TIMEOUT"] = Request.I2cTimeout,
            ["I2C_SLAVE"] = Request.I2cSlave,
            ["I2C_FUNCS"] = Request.I2cFunctions,
            ["I2C_RDWR"] = Request.I2cTransfer,
            ["I2C_SMBUS"] = Request.I2cSmbus,
            ["WDIOC_SETTIMEOUT"] = Request.WatchdogSetTimeout,
            ["WDIOC_KEEPALIVE"] = Request.WatchdogKeepAlive,
            ["TIOCEXCL"] = Request.TerminalExclusive,
            ["GPIO_V2_LINE_FLAG_ACTIVE_LOW"] = Flag.GpioActiveLow,
            ["GPIO_V2_LINE_FLAG_INPUT"] = Flag.GpioInput,
            ["GPIO_V2_LINE_FLAG_OUTPUT"] = Flag.GpioOutput,
            ["GPIO_V2_LINE_FLAG_EDGE_RISING"] = Flag.GpioRising,
            ["GPIO_V2_LINE_FLAG_EDGE_FALLING"] = Flag.GpioFalling,
            ["GPIO_V2_LINE_FLAG_BIAS_PULL_UP"] = Flag.GpioPullUp,
            ["GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN"] = Flag.GpioPullDown,
            ["GPIO_V2_LINE_FLAG_BIAS_DISABLED"] = Flag.GpioBiasOff,
            ["GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES"] = Flag.GpioAttributeOutput,
            ["GPIO_V2_LINE_ATTR_ID_DEBOUNCE"] = Flag.GpioAttributeDebounce,
            ["I2C_M_RD"] = Flag.I2cRead,
            ["I2C_SMBUS_BYTE_DATA"] = Flag.SmbusByte,
            ["I2C_SMBUS_WORD_DATA"] = Flag.SmbusWord,
            ["I2C_SMBUS_I2C_BLOCK_DATA"] = Flag.SmbusI2cBlock,
            ["I2C_FUNC_I2C"] = Flag.I2cFunctionality,
            ["O_RDWR"] = Flag.ReadWrite,
            ["O_WRONLY"] = Flag.WriteOnly,
            ["O_NOCTTY"] = Flag.NoControllingTerminal,
            ["O_NONBLOCK"] = Flag.NonBlocking,
            ["O_CLOEXEC"] = Flag.CloseOnExec,
            ["F_SETFL"] = Flag.SetFileFlags,
            ["B9600"] = SerialPort.Speed(9_600)!.Value,
            ["B19200"] = SerialPort.Speed(19_200)!.Value,
            ["B115200"] = SerialPort.Speed(115_200)!.Value,
            ["CREAD"] = Flag.TerminalRead,
            ["CLOCAL"] = Flag.TerminalLocal,
            ["CS8"] = Flag.TerminalEightBits,
            ["VTIME"] = SerialPort.TimeIndex,
            ["VMIN"] = SerialPort.MinimumIndex,
            ["TCSANOW"] = SerialPort.TerminalNow,
            ["TCIOFLUSH"] = SerialPort.TerminalBothQueues,
            ["EPOLLIN"] = Flag.EpollIn,
            ["CLOCK_MONOTONIC"] = Flag.ClockMonotonic,
            ["TFD_TIMER_ABSTIME"] = Flag.TimerAbsolute,
        };
    }

    private static ulong Size<T>()
        where T : struct => (ulong)Unsafe.SizeOf<T>();

    private static unsafe ulong At(void* whole, void* part) => (ulong)((byte*)part - (byte*)whole);
}
