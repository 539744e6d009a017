using System.Globalization;
using System.Text.Json;

namespace EdgeNode.Hardware.Bom;

/// <summary>What lies on the shelf (<c>hw-bom/stock/*.json</c>).</summary>
public sealed record StockList(string Schema, IReadOnlyList<StockItem> Items)
{
    public const string Version = "edgenode-stock/1";

    /// <exception cref="BillException">The text is no stock list.</exception>
    public static StockList Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var list =
                JsonSerializer.Deserialize(json, BomJson.Default.StockList) ?? throw new BillException("the file is empty");
            return list.Schema == Version
                ? list
                : throw new BillException($"its schema is '{list.Schema}'; this program knows '{Version}'");
        }
        catch (JsonException e)
        {
            throw new BillException($"{e.Path ?? "$"}: {e.Message}", e);
        }
    }
}

/// <param name="Ref">The line of the bill it can replace.</param>
/// <param name="Bought">yyyy-MM-dd.</param>
/// <param name="Tested">yyyy-MM-dd of the last test; null = never.</param>
public sealed record StockItem(string Ref, string Part, int Qty, string Place, string Bought, string? Tested);

/// <summary>One row of the replacement inventory.</summary>
/// <param name="Needed">Spares that the bill asks for.</param>
/// <param name="Usable">Of what is there, what is not too old.</param>
/// <param name="AgeMonths">Of the oldest piece; null when there is none.</param>
/// <param name="Says">What to do; empty when nothing.</param>
public sealed record StockRow(string Ref, string Part, int Needed, int Usable, int? AgeMonths, string Says);

/// <summary>Compares a shelf with the spares a bill asks for.</summary>
public static class Stock
{
    /// <param name="nodes">How many cabinets the shelf serves.</param>
    /// <param name="today">For ages.</param>
    public static IReadOnlyList<StockRow> Compare(Bill bill, StockList stock, int nodes, DateOnly today) =>
        [.. bill.Lines.Where(line => line.Spare is not null).Select(line => Row(line, stock, nodes, today))];

    private static StockRow Row(BillLine line, StockList stock, int nodes, DateOnly today)
    {
        var spare = line.Spare!;
        var needed = (int)Math.Ceiling(nodes / (double)spare.PerNodes) * spare.Qty;
        var here = stock.Items.Where(item => item.Ref == line.Ref).ToArray();
        var ages = here.Select(item => (item.Qty, Age: Months(item.Bought, today))).ToArray();
        var fresh = ages.Where(a => a.Age is { } age && (spare.MaxAgeMonths is not { } most || age <= most)).Sum(a => a.Qty);
        var old = here.Sum(item => item.Qty) - fresh;
        var says =
            fresh >= needed ? ""
            : old > 0 ? $"Buy {needed - fresh}; {old} on the shelf are older than {spare.MaxAgeMonths} months or of unknown age."
            : $"Buy {needed - fresh}.";
        return new StockRow(line.Ref, line.Part, needed, fresh, ages.Max(a => a.Age), says);
    }

    /// <summary>Whole months; null for what is no date or lies ahead.</summary>
    private static int? Months(string date, DateOnly today) =>
        DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day <= today
            ? ((today.Year - day.Year) * 12) + today.Month - day.Month - (today.Day < day.Day ? 1 : 0)
            : null;
}
