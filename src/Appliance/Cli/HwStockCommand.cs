using System.CommandLine;
using System.Text.Json;
using EdgeNode.Hardware.Bom;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw stock</c>: whether the spares on the shelf are enough and young enough.</summary>
internal static class HwStockCommand
{
    private const int MostNodes = 1000;

    public static CliCommand Create()
    {
        var bom = new Option<string>("--bom") { Description = "The bill of materials.", Required = true };
        var stock = new Option<string>("--stock") { Description = "What lies on the shelf.", Required = true };
        var nodes = new Option<int>("--nodes")
        {
            Description = "Cabinets the shelf serves (default: 1).",
            DefaultValueFactory = _ => 1,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new CliCommand(
            "stock",
            """
            Compares a stock list with the spares that a bill of materials asks for, with ages. Exit code 0 when nothing is missing.

            Example: edgenode hw stock --bom hw-bom/indoor-grid.json --stock hw-bom/stock/example.json
            """
        )
        {
            bom,
            stock,
            nodes,
            json,
        };
        nodes.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > MostNodes)
                given.AddError($"--nodes goes from 1 to {MostNodes}.");
        });
        command.SetAction(parsed =>
            HwBillFile.Guarded(() =>
                Run(
                    HwBillFile.Load(parsed.GetValue(bom)!),
                    HwBillFile.Stock(parsed.GetValue(stock)!),
                    parsed.GetValue(nodes),
                    parsed.GetValue(json)
                )
            )
        );
        return command;
    }

    private static int Run(Bill bill, StockList stock, int nodes, bool json)
    {
        var rows = Stock.Compare(bill, stock, nodes, DateOnly.FromDateTime(DateTime.UtcNow));
        var good = rows.All(row => row.Says.Length == 0);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(new StockReport(good, nodes, rows), HwBomJson.Default.StockReport));
        else
            foreach (var row in rows)
                Console.WriteLine(
                    $"{(row.Says.Length == 0 ? "ok" : "BUY"), -4} {row.Ref, -5} {row.Usable} of {row.Needed}  {row.Part}{(row.AgeMonths is { } age ? $", oldest {age} months" : "")}  {row.Says}"
                );
        return good ? 0 : 1;
    }
}
