namespace EdgeNode.Hardware.Bom;

/// <summary>A board that takes lines of the header for itself, whether or not a bill wires them.</summary>
/// <param name="Name">As a bill's <c>board</c> names it.</param>
/// <param name="Lines">BCM numbers.</param>
/// <param name="Addresses">I2C addresses.</param>
/// <param name="MainsIsHigh">What its maker says of the mains line; null = it has none or nobody says.</param>
public sealed record Board(string Name, IReadOnlyList<int> Lines, IReadOnlyList<byte> Addresses, bool? MainsIsHigh);

/// <summary>
/// What is known of boards (makers' sample programs geekworm-com/x728 and suptronics/x120x, read for docs/hardware.md). Two boards of one maker give the mains
/// line opposite meanings on the same pin.
/// </summary>
public static class Boards
{
    public static IReadOnlyList<Board> Known { get; } =
    [
        new("x1200", [6, 16], [0x36], true),
        new("x1201", [6, 16], [0x36], true),
        new("x1202", [6, 16], [0x36], true),
        new("x1206", [6, 16], [0x36], true),
        new("x728-v1", [5, 6, 12, 13, 20], [0x36, 0x68], false),
        new("x728-v2", [5, 6, 12, 20, 26], [0x36, 0x68], false),
        new("waveshare-ups-b", [], [0x42], null),
        new("waveshare-ups-d", [], [0x43], null),
        new("waveshare-ups-e", [], [0x2d], null),
        new("pisugar-3", [], [0x57], null),
        new("pijuice", [], [0x14], null),
    ];

    public static Board? Find(string? name) => Known.FirstOrDefault(board => board.Name == name);
}

/// <summary>The 40-pin header of a Raspberry Pi: what each pin is.</summary>
public static class Header
{
    public const int Pins = 40;

    private static readonly Dictionary<int, int> PinOfLine = new()
    {
        [2] = 3,
        [3] = 5,
        [4] = 7,
        [14] = 8,
        [15] = 10,
        [17] = 11,
        [18] = 12,
        [27] = 13,
        [22] = 15,
        [23] = 16,
        [24] = 18,
        [10] = 19,
        [9] = 21,
        [25] = 22,
        [11] = 23,
        [8] = 24,
        [7] = 26,
        [0] = 27,
        [1] = 28,
        [5] = 29,
        [6] = 31,
        [12] = 32,
        [13] = 33,
        [19] = 35,
        [16] = 36,
        [26] = 37,
        [20] = 38,
        [21] = 40,
    };

    private static readonly Dictionary<int, string> Fixed = new()
    {
        [1] = "3.3 V",
        [2] = "5 V",
        [4] = "5 V",
        [6] = "GND",
        [9] = "GND",
        [14] = "GND",
        [17] = "3.3 V",
        [20] = "GND",
        [25] = "GND",
        [30] = "GND",
        [34] = "GND",
        [39] = "GND",
    };

    /// <summary>The pin of a BCM line; null when the header does not carry it.</summary>
    public static int? PinOf(int line) => PinOfLine.TryGetValue(line, out var pin) ? pin : null;

    /// <summary>The BCM line on a pin; null for power and ground.</summary>
    public static int? LineOn(int pin) => PinOfLine.Where(p => p.Value == pin).Select(p => (int?)p.Key).FirstOrDefault();

    /// <summary>Power and ground pins by name.</summary>
    public static string? FixedName(int pin) => Fixed.GetValueOrDefault(pin);

    /// <summary>Lines that a bus takes, by its device file; empty for a bus that is not on the header.</summary>
    public static IReadOnlyList<(int Line, string Name)> LinesOfBus(string? path) =>
        path switch
        {
            "/dev/i2c-1" => [(2, "I2C data"), (3, "I2C clock")],
            "/dev/serial0" or "/dev/ttyAMA0" or "/dev/ttyS0" => [(14, "UART out"), (15, "UART in")],
            "w1" => [(4, "1-Wire")],
            _ => [],
        };
}

/// <summary>The networks of a cabinet and who may use them.</summary>
public static class VlanPlan
{
    public static IReadOnlyList<(string Name, string What)> Known { get; } =
    [
        ("mgmt", "stewards' https, NUT (3493), the switch itself; SSH only where a steward adds it"),
        ("residents", "pages (80 and 443), DNS, DHCP, .local; the last network to be shed"),
        ("peers", "neighbour cabinets: mDNS and MQTT over TLS"),
        ("guest", "captive page only, isolated from each other"),
        ("ot", "UPS by SNMP and sensors; no way out"),
    ];
}
