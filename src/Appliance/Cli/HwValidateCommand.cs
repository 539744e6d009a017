using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeNode.Appliance.Io;
using EdgeNode.Hardware.Bom;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw validate</c>: what is wrong with a bill of materials, before money is spent on it.</summary>
internal static class HwValidateCommand
{
    public static CliCommand Create()
    {
        var bom = new Option<string>("--bom") { Description = "The bill of materials.", Required = true };
        var config = new Option<string?>("--config")
        {
            Description = "A cabinet's settings, to check its wiring against the bill.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new CliCommand(
            "validate",
            """
            Checks a bill of materials: pins and addresses used once, chips by label, floors above what harms the cells, energy for the hours the place needs,
            spares. With --config also whether the commissioning test has proved the mains line. Exit code 0 when there is no fault.

            Example: edgenode hw validate --bom hw-bom/indoor-grid.json
            """
        )
        {
            bom,
            config,
            json,
        };
        command.SetAction(parsed =>
            HwBillFile.Guarded(() => Run(parsed.GetValue(bom)!, parsed.GetValue(config), parsed.GetValue(json)))
        );
        return command;
    }

    private static int Run(string bom, string? config, bool json)
    {
        var bill = HwBillFile.Load(bom);
        var findings = Validator.Check(bill, config is null ? null : Facts(SettingsFile.Load(config)));
        var good = findings.All(f => f.Level != FindingLevel.Fault);
        if (json)
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new ValidateReport(good, bill.Tier, bill.AutonomyHours(), [.. findings.Select(FindingLine.Of)]),
                    HwBomJson.Default.ValidateReport
                )
            );
        else
            Print(bill, findings);
        return good ? 0 : 1;
    }

    private static WiringFacts Facts(Settings settings) => new(settings.MainsActive, settings.Commissioned);

    private static void Print(Bill bill, IReadOnlyList<BillFinding> findings)
    {
        foreach (var finding in findings)
            Console.WriteLine($"{Word(finding.Level), -11} {finding.Says}");
        Console.WriteLine($"{bill.Title}: {findings.Count(f => f.Level == FindingLevel.Fault)} faults.");
    }

    internal static string Word(FindingLevel level) =>
        level switch
        {
            FindingLevel.Fault => "fault",
            FindingLevel.Attention => "attention",
            _ => "not_checked",
        };
}

/// <param name="Level">fault, attention or not_checked.</param>
internal sealed record FindingLine(string Level, string Code, string Says)
{
    public static FindingLine Of(BillFinding finding) => new(HwValidateCommand.Word(finding.Level), finding.Code, finding.Says);
}

/// <param name="Good">There is no fault.</param>
/// <param name="AutonomyHours">By the budget; null without a battery.</param>
internal sealed record ValidateReport(bool Good, string Tier, double? AutonomyHours, IReadOnlyList<FindingLine> Findings);

/// <param name="Good">Nothing is missing.</param>
internal sealed record StockReport(bool Good, int Nodes, IReadOnlyList<StockRow> Rows);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ValidateReport))]
[JsonSerializable(typeof(StockReport))]
[JsonSerializable(typeof(EdgeNode.Hardware.Rehearsal.RehearsalReport))]
internal sealed partial class HwBomJson : JsonSerializerContext;
