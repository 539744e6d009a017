using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeNode.Hardware.Bom;

/// <summary>A bill of materials, as <c>hw-bom/*.json</c> holds it (schema in <c>hw-bom/schema/bom.schema.json</c>).</summary>
/// <param name="Schema"><see cref="Bill.Version"/>.</param>
/// <param name="Tier">A short name for files and pages.</param>
/// <param name="Title">What is built, in a few words.</param>
/// <param name="Net">Networks and their numbers; <see cref="VlanPlan.Known"/> says what each is for.</param>
/// <param name="Safety">What can hurt a person or burn a house; printed on both pages.</param>
public sealed record Bill(
    string Schema,
    string Tier,
    string Title,
    string Revision,
    IReadOnlyList<BillLine> Lines,
    BillBudget Budget,
    BillNet Net,
    IReadOnlyList<string> Safety
)
{
    public const string Version = "edgenode-bom/1";

    /// <summary>A bill is a few dozen kilobytes; more is another file.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>Reads a bill. Unknown names are refused, so that a slip does not silently leave something out.</summary>
    /// <exception cref="BillException">The text is no bill; the message says where.</exception>
    public static Bill Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MostBytes)
            throw new BillException($"a bill has at most {MostBytes} bytes");
        try
        {
            var bill = JsonSerializer.Deserialize(json, BomJson.Default.Bill) ?? throw new BillException("the file is empty");
            if (bill.Schema != Version)
                throw new BillException($"its schema is '{bill.Schema}'; this program knows '{Version}'");
            return bill.Missing() is { } missing ? throw new BillException(missing) : bill;
        }
        catch (JsonException e)
        {
            throw new BillException($"{e.Path ?? "$"}: {e.Message}", e);
        }
    }

    /// <summary>The first name that must be there and is not; null when all are.</summary>
    private string? Missing()
    {
        if (
            Tier is null
            || Title is null
            || Revision is null
            || Lines is null
            || Budget is null
            || Net?.Vlans is null
            || Safety is null
        )
            return "it lacks one of tier, title, revision, lines, budget, net.vlans and safety";
        if (Lines.FirstOrDefault(line => line.Ref is null || line.Role is null || line.Part is null) is { } line)
            return $"line {line.Ref ?? line.Part} lacks one of ref, role and part";
        if (Interfaces.Any(i => i.Interface.Bus is null))
            return "an interface lacks its bus";
        return Lines.Any(l => l.Battery is { Chemistry: null } or { Sees: null } || l.Supply is { Kind: null })
            ? "a battery lacks chemistry or sees, or a supply its kind"
            : null;
    }

    /// <summary>The line that holds the battery; null when the bill has none.</summary>
    public BillLine? Energy => Lines.FirstOrDefault(line => line.Battery is not null);

    /// <summary>The line that says how power comes in; null when the bill has none.</summary>
    public BillSupply? Supply => Lines.FirstOrDefault(line => line.Supply is not null)?.Supply;

    public IEnumerable<(BillLine Line, BillInterface Interface)> Interfaces =>
        Lines.SelectMany(line => (line.Interface ?? []).Select(i => (line, i)));
}

/// <summary>One thing to buy.</summary>
/// <param name="Ref">Unique in the bill, such as <c>U1</c>.</param>
/// <param name="Role">What it does: compute, storage, ups, supply, panel, charger, battery, shunt, sensor, time, trust, switch, radio, box, cable, fuse.</param>
/// <param name="Mpn">The maker's part number; null where any part of the kind will do.</param>
/// <param name="MpnSource">Where the part number can be checked; null = nobody has, and every page says "to check".</param>
/// <param name="Price">Of one, with its source; null = to be asked.</param>
/// <param name="Qty">How many a cabinet needs.</param>
/// <param name="Spare">What to keep in reserve; null only with <paramref name="SpareNote"/>.</param>
/// <param name="SpareNote">Why none is kept.</param>
/// <param name="LoadW">Watts drawn.</param>
/// <param name="Board">A board whose own lines are known to the program, such as <c>x1206</c>.</param>
public sealed record BillLine(
    string Ref,
    string Role,
    string Part,
    string? Mfr,
    string? Mpn,
    string? MpnSource,
    BillPrice? Price,
    int Qty,
    BillSpare? Spare,
    string? SpareNote,
    BillLoad? LoadW,
    string? Board,
    IReadOnlyList<BillInterface>? Interface,
    BillBattery? Battery,
    BillSupply? Supply,
    IReadOnlyList<BillSubstitute>? Substitutes,
    IReadOnlyList<string>? Safety
);

/// <param name="Currency">ISO 4217.</param>
/// <param name="Source">Where and when it was seen.</param>
public sealed record BillPrice(double Amount, string Currency, string Source);

/// <summary><paramref name="Qty"/> for every <paramref name="PerNodes"/> cabinets; older than <paramref name="MaxAgeMonths"/> it no longer counts.</summary>
public sealed record BillSpare(int Qty, int PerNodes, int? MaxAgeMonths);

/// <param name="Source">Where the figures come from; null = estimated.</param>
public sealed record BillLoad(double? Idle, double? Typ, double? Max, string? Source);

/// <param name="SameInterface">It is wired and read as the original is.</param>
public sealed record BillSubstitute(string Part, bool SameInterface, string? Note);

/// <summary>How a part is wired and read.</summary>
/// <param name="Bus">i2c, gpio, serial or kernel.</param>
/// <param name="Name">How its sensors are called; null = made of ref and model.</param>
/// <param name="Path">The bus's device file, such as <c>/dev/i2c-1</c>.</param>
/// <param name="Addr">I2C address, such as <c>0x36</c>.</param>
/// <param name="Model">How the program calls the device.</param>
/// <param name="Owner">either, own or kernel.</param>
/// <param name="Unit">Address on a serial line.</param>
/// <param name="ShuntUohm">Shunt in micro-ohm.</param>
/// <param name="ChipLabel">Labels any of which is the GPIO chip.</param>
/// <param name="Line">Line on that chip; on a Raspberry Pi the BCM number.</param>
/// <param name="Signal">AC_OK, BATT_LOW, DOOR, LEAK, TAMPER, BUTTON, CHARGE_INHIBIT, STATUS_LED, FAN, POWER_CUT or RUNNING.</param>
/// <param name="Active">high or low.</param>
/// <param name="Bias">pull-up, pull-down, none or as-is.</param>
/// <param name="PolarityTest">"required" for lines whose meaning has to be proved by unplugging.</param>
/// <param name="Verified">False while nobody has seen the device's registers confirmed; then it never arms a stop.</param>
/// <param name="Note">For the wiring page.</param>
/// <param name="Dir">in or out.</param>
/// <param name="Default">State of an output at the start.</param>
public sealed record BillInterface(
    string Bus,
    string? Name,
    string? Path,
    string? Addr,
    string? Model,
    string? Owner,
    string? Id,
    int? Unit,
    int? Baud,
    int? Cells,
    int? ShuntUohm,
    IReadOnlyList<string>? ChipLabel,
    int? Line,
    string? Signal,
    string? Dir,
    int? Default,
    string? Active,
    string? Bias,
    int? DebounceUs,
    string? PolarityTest,
    bool? Verified,
    string? Note
);

/// <param name="Chemistry">li-ion, lifepo4 or lead-acid.</param>
/// <param name="Wh">What the label says.</param>
/// <param name="Usable">Fraction from full to stop.</param>
/// <param name="LowCutHwV">Voltage at which the pack's own protection cuts; null = it has none, and only the program keeps the cells from harm.</param>
/// <param name="ChargeW">Most that goes in.</param>
/// <param name="Sees">What is measured: any of volts, percent, amps, counter.</param>
public sealed record BillBattery(
    string Chemistry,
    int Series,
    double Wh,
    double Usable,
    double? LowCutHwV,
    double FloorV,
    double HardFloorV,
    double ChargeW,
    IReadOnlyList<string> Sees
);

/// <param name="Kind">grid or solar.</param>
/// <param name="Watts">Most it gives; of a panel its peak.</param>
/// <param name="SunHours">Hours of full sun on an average day of the worst month.</param>
/// <param name="Nut">A UPS that Debian's upsd reads, as <c>ups@host:port</c>; null = none.</param>
/// <param name="WakesOnMains">It starts the machine when mains returns.</param>
public sealed record BillSupply(string Kind, double Watts, double? SunHours, bool WakesOnMains, string? Nut);

/// <summary>Watts by state, and the hours on battery that the place needs.</summary>
public sealed record BillBudget(double TypW, double ConserveW, double SurviveW, double OffW, double AutonomyHRequired);

public sealed record BillNet(IReadOnlyDictionary<string, int> Vlans);

/// <summary>The text is no bill of materials.</summary>
public sealed class BillException(string message, Exception? inner = null) : Exception(message, inner);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(Bill))]
[JsonSerializable(typeof(StockList))]
internal sealed partial class BomJson : JsonSerializerContext;
