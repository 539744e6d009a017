namespace EdgeNode.Hardware.Bom;

/// <summary>How bad a finding is.</summary>
public enum FindingLevel
{
    /// <summary>It will not work, or it can hurt.</summary>
    Fault,

    /// <summary>Look at it before you buy.</summary>
    Attention,

    /// <summary>It cannot be told from what was given.</summary>
    NotChecked,
}

/// <summary>One thing the validator says.</summary>
/// <param name="Code">For programs, such as <c>pin.twice</c>.</param>
/// <param name="Says">For the builder: what, where, and what to do.</param>
public sealed record BillFinding(FindingLevel Level, string Code, string Says);

/// <summary>What a cabinet's settings say about its wiring; all null without settings.</summary>
/// <param name="MainsActive">high or low, as the commissioning test measured it.</param>
/// <param name="Commissioned">The day the test was passed.</param>
public sealed record WiringFacts(string? MainsActive, string? Commissioned);

/// <summary>Checks a bill of materials against itself, the program, and a cabinet's settings. It opens nothing.</summary>
public static class Validator
{
    /// <summary>A board header's lines.</summary>
    private const int MostLine = 27;

    private static readonly string[] NeedSpares =
    [
        "compute",
        "storage",
        "ups",
        "supply",
        "charger",
        "battery",
        "shunt",
        "sensor",
        "time",
        "fuse",
    ];

    /// <param name="facts">Null when no settings were given: then polarity and wiring are "not checked", not faults.</param>
    public static IReadOnlyList<BillFinding> Check(Bill bill, WiringFacts? facts)
    {
        var findings = new List<BillFinding>();
        findings.AddRange(Lines(bill));
        findings.AddRange(bill.Interfaces.SelectMany(i => InterfaceShape(i.Line, i.Interface)));
        findings.AddRange(Addresses(bill));
        findings.AddRange(Pins(bill));
        findings.AddRange(Energy(bill));
        findings.AddRange(Spares(bill));
        findings.AddRange(Net(bill));
        findings.AddRange(Polarity(bill, facts));
        return [.. findings.OrderBy(f => f.Level)];
    }

    private static IEnumerable<BillFinding> Lines(Bill bill)
    {
        foreach (var twice in bill.Lines.GroupBy(line => line.Ref).Where(g => g.Count() > 1))
            yield return Fault("ref.twice", $"Two lines are called {twice.Key}; give each its own.");
        foreach (var line in bill.Lines)
        {
            if (line.Qty < 1)
                yield return Fault("qty.none", $"{line.Ref}: a quantity of {line.Qty} is not a part of the cabinet.");
            if (line.Mpn is not null && line.MpnSource is null)
                yield return Attention(
                    "mpn.unverified",
                    $"{line.Ref}: part number {line.Mpn} has no source; check it before you order."
                );
            if (line.Board is { } board && Boards.Find(board) is null)
                yield return Fault("board.unknown", $"{line.Ref}: the program knows no board '{board}'.");
        }
    }

    private static IEnumerable<BillFinding> InterfaceShape(BillLine line, BillInterface i)
    {
        switch (i.Bus)
        {
            case "i2c" when i.Path is null || BillParts.AddressOf(i.Addr) is null:
                yield return Fault(
                    "i2c.shape",
                    $"{line.Ref}: an i2c interface needs path and addr, such as /dev/i2c-1 and 0x36."
                );
                break;
            case "i2c" when !Devices.Models.I2c.Contains(i.Model):
                yield return Fault("model.unknown", $"{line.Ref}: the program reads no i2c device '{i.Model}'.");
                break;
            case "serial" when i.Path is null || !Devices.Models.Serial.Contains(i.Model):
                yield return Fault(
                    "model.unknown",
                    $"{line.Ref}: a serial interface needs path and a model the program reads, not '{i.Model}'."
                );
                break;
            case "kernel" when !Devices.Models.Kernel.Contains(i.Model):
                yield return Fault("model.unknown", $"{line.Ref}: the program reads no kernel device '{i.Model}'.");
                break;
            case "gpio" when i.Line is not (>= 0 and <= MostLine) || (i.Signal is null || Wiring.Signal(i.Signal) is null):
                yield return Fault(
                    "gpio.shape",
                    $"{line.Ref}: a gpio interface needs line (0 to {MostLine}) and a signal, such as AC_OK."
                );
                break;
            case "gpio" when i.ChipLabel is not { Count: > 0 }:
                yield return Fault(
                    "gpio.label",
                    $"{line.Ref}: line {i.Line} names no chip by its label; chip numbers move between kernels."
                );
                break;
            case "gpio" when i.Active is not ("high" or "low"):
                yield return Fault(
                    "gpio.active",
                    $"{line.Ref}: line {i.Line} does not say whether high or low means {i.Signal}."
                );
                break;
            case "i2c" or "serial" or "kernel" or "gpio":
                break;
            default:
                yield return Fault("bus.unknown", $"{line.Ref}: there is no bus '{i.Bus}'.");
                break;
        }
        if (i.Verified == false)
            yield return Attention(
                "device.unverified",
                $"{line.Ref}: nobody has confirmed how {i.Model} is read; it is shown, and never stops the cabinet."
            );
    }

    private static IEnumerable<BillFinding> Addresses(Bill bill) =>
        from i in bill.Interfaces
        where i.Interface.Bus == "i2c" && BillParts.AddressOf(i.Interface.Addr) is not null
        group i.Line.Ref by (i.Interface.Path, i.Interface.Addr) into same
        where same.Distinct().Count() > 1
        select Fault(
            "address.twice",
            $"{string.Join(" and ", same.Distinct())} both answer at {same.Key.Addr} on {same.Key.Path}; one must move."
        );

    /// <summary>Lines by who uses them: what a bill wires, what its buses take, and what a board takes for itself.</summary>
    public static IEnumerable<(int Line, string Ref, string Use)> Uses(Bill bill)
    {
        foreach (var (line, i) in bill.Interfaces)
        {
            if (i.Bus == "gpio" && i.Line is { } number)
                yield return (number, line.Ref, i.Signal ?? "?");
        }
        foreach (var bus in bill.Interfaces.SelectMany(i => Header.LinesOfBus(i.Interface.Path)).Distinct())
            yield return (bus.Line, "bus", bus.Name);
        foreach (var line in bill.Lines)
        foreach (var number in Boards.Find(line.Board)?.Lines ?? [])
        {
            if (!bill.Interfaces.Any(i => i.Line.Ref == line.Ref && i.Interface.Line == number))
                yield return (number, line.Ref, $"taken by {line.Board}");
        }
    }

    private static IEnumerable<BillFinding> Pins(Bill bill) =>
        from use in Uses(bill)
        group use by use.Line into same
        where same.Count() > 1
        select Fault(
            "pin.twice",
            $"Line {same.Key} is used by {string.Join(" and ", same.Select(u => $"{u.Ref} ({u.Use})"))}; move one of them."
        );

    private static IEnumerable<BillFinding> Energy(Bill bill)
    {
        if (bill.Energy?.Battery is not { } battery)
        {
            yield return Fault("battery.none", "No line has a battery: the first power cut is the end of every run.");
            yield break;
        }
        if (bill.Pack() is not { } pack)
        {
            yield return Fault(
                "battery.chemistry",
                $"'{battery.Chemistry}' with {battery.Series} cells is no chemistry the policy knows: li-ion, lifepo4 or lead-acid."
            );
            yield break;
        }
        foreach (var finding in Floors(battery, pack).Concat(Budget(bill, battery)))
            yield return finding;
        if (bill.Supply is { WakesOnMains: true })
            yield return Attention(
                "supply.wakes",
                "The supply starts the machine whenever mains returns: flickering mains on an empty battery starts it more than twice an hour. Let its clock wake it."
            );
    }

    private static IEnumerable<BillFinding> Floors(BillBattery battery, Power.Pack pack)
    {
        var (down, hard) = (pack.Cell.Down * pack.Series, pack.Cell.Hard * pack.Series);
        if (battery.HardFloorV < hard - 0.001)
            yield return Fault(
                "floor.low",
                $"The hard floor of {battery.HardFloorV:0.00} V would harm the cells; {battery.Chemistry} needs {hard:0.00} V."
            );
        if (battery.FloorV < down - 0.001)
            yield return Fault(
                "floor.low",
                $"The floor of {battery.FloorV:0.00} V is under the {down:0.00} V at which the policy stops."
            );
        if (battery.FloorV <= battery.HardFloorV)
            yield return Fault(
                "floor.order",
                "The floor must stand above the hard floor, or there is no time left for a clean stop."
            );
        if (battery.LowCutHwV is { } cut && cut >= battery.HardFloorV)
            yield return Fault(
                "floor.cut",
                $"The pack cuts off at {cut:0.00} V, before the hard floor of {battery.HardFloorV:0.00} V can stop the cabinet."
            );
        if (battery.LowCutHwV is null)
            yield return Attention(
                "floor.no_cut",
                "The pack has no protection of its own: only the program keeps its cells from harm, so the commissioning test is a must."
            );
        if (!battery.Sees.Contains("volts"))
            yield return Fault("battery.unseen", "Nothing measures the pack's voltage; the policy would be blind.");
    }

    private static IEnumerable<BillFinding> Budget(Bill bill, BillBattery battery)
    {
        var hours = bill.AutonomyHours() ?? 0;
        if (hours < bill.Budget.AutonomyHRequired)
            yield return Fault(
                "budget.short",
                $"{battery.Wh:0} Wh x {battery.Usable:0.00} x 0.9 / {bill.Budget.TypW:0.0} W = {hours:0.0} h, and {bill.Budget.AutonomyHRequired:0.#} h are required."
            );
        if (
            !(
                bill.Budget.TypW >= bill.Budget.ConserveW
                && bill.Budget.ConserveW >= bill.Budget.SurviveW
                && bill.Budget.SurviveW > 0
            )
        )
            yield return Fault(
                "budget.order",
                "Typical, conserve and survive loads must fall in that order and be more than nothing."
            );
        if (bill.Supply is not { } supply)
            yield return Fault("supply.none", "No line says how power comes in.");
        else if (supply.Kind == "solar")
        {
            var (harvest, need) = (supply.Watts * (supply.SunHours ?? 0) * 0.7, bill.Budget.TypW * 24 / 0.9);
            if (harvest < need)
                yield return Fault(
                    "budget.sun",
                    $"{supply.Watts:0} Wp x {supply.SunHours ?? 0:0.0} h x 0.7 = {harvest:0} Wh a day in the worst month, and {need:0} Wh are needed."
                );
        }
        else if (supply.Watts < bill.Budget.TypW)
            yield return Fault("supply.weak", $"The supply gives {supply.Watts:0} W, and {bill.Budget.TypW:0.0} W are drawn.");
    }

    private static IEnumerable<BillFinding> Spares(Bill bill)
    {
        foreach (var line in bill.Lines)
        {
            if (NeedSpares.Contains(line.Role) && line.Spare is null && line.SpareNote is null)
                yield return Fault("spare.none", $"{line.Ref}: no spare is named for {line.Part}, and no reason why.");
            if (line.Spare is { } spare && (spare.Qty < 1 || spare.PerNodes < 1))
                yield return Fault("spare.none", $"{line.Ref}: a spare of {spare.Qty} for {spare.PerNodes} cabinets is none.");
            if (line.Interface is not { Count: > 0 })
                continue;
            foreach (var other in (line.Substitutes ?? []).Where(s => !s.SameInterface && string.IsNullOrEmpty(s.Note)))
                yield return Fault(
                    "substitute.interface",
                    $"{line.Ref}: {other.Part} is wired in another way, and no note says how."
                );
        }
    }

    private static IEnumerable<BillFinding> Net(Bill bill)
    {
        foreach (var (name, _) in VlanPlan.Known.Where(v => !bill.Net.Vlans.ContainsKey(v.Name)))
            yield return Fault("vlan.missing", $"The network plan has no '{name}'.");
        foreach (var same in bill.Net.Vlans.GroupBy(v => v.Value).Where(g => g.Count() > 1 || g.Key is < 1 or > 4094))
            yield return Fault(
                "vlan.number",
                $"Network number {same.Key} ({string.Join(", ", same.Select(v => v.Key))}) must be unique and from 1 to 4094."
            );
    }

    private static IEnumerable<BillFinding> Polarity(Bill bill, WiringFacts? facts)
    {
        foreach (var (line, i) in bill.Interfaces.Where(i => i.Interface.Signal == "AC_OK"))
        {
            if (Boards.Find(line.Board)?.MainsIsHigh is { } high && i.Active != (high ? "high" : "low"))
                yield return Attention(
                    "polarity.maker",
                    $"{line.Ref}: the maker's program reads the mains line of {line.Board} the other way; the commissioning test decides."
                );
            if (facts is null)
                yield return new(
                    FindingLevel.NotChecked,
                    "polarity.not_checked",
                    $"{line.Ref}: whether the mains line means what the bill says needs a cabinet's settings (--config)."
                );
            else if (facts.Commissioned is null || facts.MainsActive is null)
                yield return Fault(
                    "polarity.untested",
                    $"{line.Ref}: the commissioning test has not been passed; until then the cabinet never stops by itself."
                );
            else if (facts.MainsActive != i.Active)
                yield return Fault(
                    "polarity.wrong",
                    $"{line.Ref}: the test measured that {facts.MainsActive} means mains; the bill says {i.Active}. Correct the bill."
                );
        }
    }

    private static BillFinding Fault(string code, string says) => new(FindingLevel.Fault, code, says);

    private static BillFinding Attention(string code, string says) => new(FindingLevel.Attention, code, says);
}
