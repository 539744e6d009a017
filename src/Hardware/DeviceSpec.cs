namespace EdgeNode.Hardware;

/// <summary>
/// One thing that is wired to the cabinet, as a bill of materials or the settings name it. The hardware thread opens it, and every
/// channel of it becomes a sensor <c>Name.channel</c>.
/// </summary>
/// <param name="Name">Unique in the cabinet: letters, digits and hyphens, such as <c>ups</c> or <c>box-air</c>.</param>
public abstract record DeviceSpec(string Name);

/// <summary>Who talks to a chip: the program itself over <c>/dev/i2c-N</c>, or the kernel's driver through sysfs.</summary>
public enum BusOwner
{
    /// <summary>The kernel's driver if one is bound to the address, else our own binding. Chosen at start and shown.</summary>
    Either,

    /// <summary>Our own binding only.</summary>
    Own,

    /// <summary>The kernel's driver only.</summary>
    Kernel,
}

/// <summary>A chip on an I2C bus.</summary>
/// <param name="Model">What <see cref="Devices.Models.I2c"/> knows, such as <c>max17043</c> or <c>ina226</c>.</param>
/// <param name="Path">The bus, such as <c>/dev/i2c-1</c>.</param>
/// <param name="Address">7 bits.</param>
/// <param name="ShuntMicroOhm">For current monitors: the shunt's resistance, negative to turn the sign; null when nobody knows it, and the current is then unverified.</param>
/// <param name="Cells">Lithium cells in series behind the chip; 0 for a 12 to 48 V battery with a wide plausibility window.</param>
public sealed record I2cSpec(
    string Name,
    string Model,
    string Path,
    byte Address,
    BusOwner Owner = BusOwner.Either,
    int? ShuntMicroOhm = null,
    int Cells = 1
) : DeviceSpec(Name);

/// <summary>A device on a serial line.</summary>
/// <param name="Model">What <see cref="Devices.Models.Serial"/> knows, such as <c>vedirect</c>, <c>epever</c>, <c>daly-bms</c>.</param>
/// <param name="Path">The line, best by its stable name: <c>/dev/serial/by-id/...</c>.</param>
/// <param name="Unit">Address on the line (Modbus, RS-485).</param>
/// <param name="Baud">Null for what the model usually speaks.</param>
public sealed record SerialSpec(string Name, string Model, string Path, byte Unit = 1, int? Baud = null) : DeviceSpec(Name);

/// <summary>Something only the kernel's driver reads: 1-Wire, hwmon, iio, a power supply.</summary>
/// <param name="Model">What <see cref="Devices.Models.Kernel"/> knows, such as <c>ds18b20</c>.</param>
/// <param name="Id">Which one, when there can be several (a 1-Wire id such as <c>28-0316a2795bff</c>); null for the first.</param>
public sealed record KernelSpec(string Name, string Model, string? Id = null) : DeviceSpec(Name);

/// <summary>What a GPIO line is for.</summary>
public enum LineSignal
{
    /// <summary>In: power comes in from outside.</summary>
    AcOk,

    /// <summary>In: the supply says that its battery is low.</summary>
    BatteryLow,

    /// <summary>In: door loop.</summary>
    Door,

    /// <summary>In: leak rope.</summary>
    Leak,

    /// <summary>In: tamper loop.</summary>
    Tamper,

    /// <summary>In: the household's button.</summary>
    Button,

    /// <summary>Out: keeps the charger from charging.</summary>
    ChargeInhibit,

    /// <summary>Out: status lamp.</summary>
    StatusLamp,

    /// <summary>Out: fan.</summary>
    Fan,

    /// <summary>Out: tells the supply to cut its output. Never set while anything is mounted.</summary>
    PowerCut,

    /// <summary>Out: tells the supply that the machine runs.</summary>
    Running,
}

/// <summary>The resistor that holds an open line.</summary>
public enum LineBias
{
    AsIs,
    PullUp,
    PullDown,
    None,
}

/// <summary>One GPIO line.</summary>
/// <param name="ChipLabels">Labels any of which is the chip (<c>pinctrl-rp1</c>, <c>pinctrl-bcm2711</c>): never a number, those move between kernels.</param>
/// <param name="Line">Offset on that chip; on a Raspberry Pi the BCM number.</param>
/// <param name="Signal">What it is for.</param>
/// <param name="ActiveHigh">Whether the signal is true when the line is high. Differs between HATs of one vendor; proved by "unplug now".</param>
/// <param name="DebounceUs">Microseconds during which the kernel ignores bounces; inputs only.</param>
/// <param name="Initial">For outputs: the state set at the request.</param>
public sealed record LineSpec(
    string Name,
    LineSignal Signal,
    IReadOnlyList<string> ChipLabels,
    int Line,
    bool ActiveHigh = true,
    LineBias Bias = LineBias.PullUp,
    int DebounceUs = 10_000,
    bool Initial = false
) : DeviceSpec(Name)
{
    public bool IsOutput => Signal >= LineSignal.ChargeInhibit;

    /// <summary>What an input's readings are; meaningless for an output.</summary>
    public SensorKind Kind =>
        Signal switch
        {
            LineSignal.AcOk => SensorKind.Mains,
            LineSignal.BatteryLow => SensorKind.BatteryLow,
            LineSignal.Door => SensorKind.Door,
            LineSignal.Leak => SensorKind.Leak,
            LineSignal.Tamper => SensorKind.Tamper,
            _ => SensorKind.Button,
        };
}
