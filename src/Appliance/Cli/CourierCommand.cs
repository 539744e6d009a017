using System.CommandLine;
using System.Text.Json.Serialization;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode courier export|import</c>: bundles on foot, by stick or by QR codes, with the cabinet running.</summary>
internal static class CourierCommand
{
    public static CliCommand Create() =>
        new("courier", "Carries bundles on foot where no link reaches: by a stick or by QR codes.") { Export(), Import() };

    private static CliCommand Export()
    {
        var to = new Option<string>("--to")
        {
            Description = "The neighbour: its name, its DID or the first 13 characters of it.",
            Required = true,
        };
        var folder = new Argument<string?>("DIR") { Description = "The mounted stick.", DefaultValueFactory = _ => null };
        var qr = new Option<string?>("--qr") { Description = "Write a page of QR codes to this file instead." };
        var most = new Option<int>("--max-mb") { Description = "Most MB on the stick.", DefaultValueFactory = _ => 256 };
        var command = new CliCommand(
            "export",
            """
            Writes what waits for a neighbour, sealed so that only it can read it. Nothing leaves this cabinet's custody before the receipts have come back, by stick
            or by any link; exporting again and delivering twice do no harm.

            Example: edgenode courier export --data /var/lib/edgenode --to "Hill cabinet" /media/stick
            """
        )
        {
            to,
            folder,
            qr,
            most,
            StewardOptions.Data,
            StewardOptions.Config,
            StewardOptions.CodeFile,
            StewardOptions.Json,
        };
        command.SetAction(
            (parsed, token) =>
            {
                var (stick, page) = (parsed.GetValue(folder), parsed.GetValue(qr));
                if (stick is null == page is null)
                    return Wrong("Name either a folder for a stick or a file with --qr.");
                var bound = Math.Clamp(parsed.GetValue(most), 1, 4096) * 1_000_000L;
                return Run(
                    parsed,
                    door =>
                        page is null
                            ? CourierExport.ToStick(door, parsed.GetValue(to)!, stick!, bound, token)
                            : CourierExport.ToCodes(door, parsed.GetValue(to)!, page, token),
                    token
                );
            }
        );
        return command;
    }

    private static CliCommand Import()
    {
        var path = new Argument<string>("PATH")
        {
            Description = "A mounted stick, a sealed file, or a text with scanned QR codes.",
        };
        var command = new CliCommand(
            "import",
            """
            Takes over what a courier brought for this cabinet. Every byte is verified as if it had come over a link; importing the same again does no harm. Then export
            to the sender, so that the receipts travel back.

            Example: edgenode courier import --data /var/lib/edgenode /media/stick
            """
        )
        {
            path,
            StewardOptions.Data,
            StewardOptions.Config,
            StewardOptions.CodeFile,
            StewardOptions.Json,
        };
        command.SetAction((parsed, token) => Run(parsed, door => CourierImport.From(door, parsed.GetValue(path)!, token), token));
        return command;
    }

    private static Task<int> Wrong(string sentence)
    {
        Console.Error.WriteLine($"edgenode: {sentence}");
        return Task.FromResult(2);
    }

    private static Task<int> Run(ParseResult parsed, Func<StewardClient, Task<CourierReport>> act, CancellationToken token) =>
        StewardOptions.RunAsync(
            parsed,
            act,
            new ReportForm<CourierReport>(
                CourierJson.Default.CourierReport,
                (code, says) =>
                    new CourierReport
                    {
                        Good = false,
                        Code = code,
                        Says = says,
                    },
                "courier.unwritable"
            ),
            token
        );
}

/// <summary>What a courier command did.</summary>
public sealed record CourierReport : IReport
{
    /// <summary>Everything that was there could be carried.</summary>
    public required bool Good { get; init; }
    public string Code { get; init; } = "";

    /// <summary>The sentences that are printed without --json.</summary>
    public required string Says { get; init; }

    /// <summary>Sealed files written or read.</summary>
    public int Files { get; init; }
    public long Bytes { get; init; }

    /// <summary>QR codes written.</summary>
    public int Codes { get; init; }

    /// <summary>Files of an earlier export that were not needed any more.</summary>
    public int Removed { get; init; }
    public int Taken { get; init; }
    public int Known { get; init; }
    public int Early { get; init; }
    public int Words { get; init; }
    public int Foreign { get; init; }
    public int Broken { get; init; }
    public int Refused { get; init; }

    /// <summary>Numbers of the codes that are still to be scanned.</summary>
    public IReadOnlyList<int> Missing { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CourierReport))]
internal sealed partial class CourierJson : JsonSerializerContext;
