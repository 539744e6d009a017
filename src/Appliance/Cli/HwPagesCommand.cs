using System.CommandLine;
using EdgeNode.Hardware.Bom;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw wiring</c> and <c>edgenode hw shopping</c>: pages to print for whoever builds the cabinet.</summary>
internal static class HwPagesCommand
{
    public static CliCommand Wiring() =>
        Page(
            "wiring",
            """
            Writes the wiring page of a bill of materials: header drawing, every wire, networks, what can hurt. One HTML file to print.

            Example: edgenode hw wiring --bom hw-bom/indoor-grid.json --out wiring.html
            """,
            (bill, _) => BuilderPages.Wiring(bill)
        );

    public static CliCommand Shopping() =>
        Page(
            "shopping",
            """
            Writes the shopping list of a bill of materials: parts, spares, substitutes, energy. One HTML file to print; a name that ends in .csv gives a table.

            Example: edgenode hw shopping --bom hw-bom/indoor-grid.json --out shopping.html
            """,
            (bill, path) =>
                path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? BuilderPages.Csv(bill) : BuilderPages.Shopping(bill)
        );

    private static CliCommand Page(string name, string help, Func<Bill, string, string> make)
    {
        var bom = new Option<string>("--bom") { Description = "The bill of materials.", Required = true };
        var page = new Option<string>("--out") { Description = "The file to write.", Required = true };
        var command = new CliCommand(name, help) { bom, page };
        command.SetAction(parsed =>
            HwBillFile.Guarded(() =>
            {
                var path = parsed.GetValue(page)!;
                File.WriteAllText(path, make(HwBillFile.Load(parsed.GetValue(bom)!), path));
                Console.WriteLine($"{path} is written.");
                return 0;
            })
        );
        return command;
    }
}
