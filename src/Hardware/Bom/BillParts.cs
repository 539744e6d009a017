using System.Globalization;
using EdgeNode.Hardware.Power;
using EdgeNode.Hardware.Rehearsal;

namespace EdgeNode.Hardware.Bom;

/// <summary>What the rest of the program makes of a bill: a pack for the policy, a design for the rehearsal.</summary>
public static class BillParts
{
    public static Chemistry? ChemistryOf(string name) =>
        name switch
        {
            "li-ion" => Chemistry.LithiumIon,
            "lifepo4" => Chemistry.LithiumIronPhosphate,
            "lead-acid" => Chemistry.LeadAcid,
            _ => null,
        };

    /// <summary>A 7-bit I2C address written <c>0x36</c>; null when it is none.</summary>
    public static byte? AddressOf(string? text) =>
        text is not null
        && text.StartsWith("0x", StringComparison.Ordinal)
        && byte.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address)
        && address is >= 0x08 and <= 0x77
            ? address
            : null;

    /// <summary>The pack; null without a battery or with an unknown chemistry.</summary>
    public static Pack? Pack(this Bill bill) =>
        bill.Energy?.Battery is { } b && ChemistryOf(b.Chemistry) is { } chemistry && b.Series > 0
            ? new Pack(chemistry, b.Series, b.Wh, b.Usable) { RaisedDown = b.FloorV, RaisedHard = b.HardFloorV }
            : null;

    /// <summary>For the rehearsal; null when the bill does not say enough about energy.</summary>
    public static Design? Design(this Bill bill) =>
        bill.Pack() is { } pack && bill.Supply is { } supply
            ? new Design(
                pack,
                supply.Kind == "solar" ? SupplyKind.Solar : SupplyKind.Grid,
                supply.Watts,
                bill.Energy!.Battery!.ChargeW,
                bill.Budget.TypW,
                bill.Budget.ConserveW,
                bill.Budget.SurviveW,
                bill.Budget.OffW,
                HasMainsLine(bill),
                Sees(bill, "amps"),
                Sees(bill, "percent") || Sees(bill, "counter"),
                supply.WakesOnMains,
                supply.SunHours ?? 0
            )
            : null;

    /// <summary>There is a wire, or a UPS that says so itself.</summary>
    public static bool HasMainsLine(this Bill bill) =>
        bill.Interfaces.Any(i => i.Interface.Signal == "AC_OK") || bill.Supply?.Nut is not null;

    private static bool Sees(Bill bill, string what) => bill.Energy!.Battery!.Sees.Contains(what);

    /// <summary>Hours at typical load on what may be used of the pack, a tenth lost on the way.</summary>
    public static double? AutonomyHours(this Bill bill) =>
        bill.Pack() is { } pack && bill.Budget.TypW > 0 ? pack.WattHours * pack.Usable * 0.9 / bill.Budget.TypW : null;
}
