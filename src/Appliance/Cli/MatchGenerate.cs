using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeNode.Matching;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode match generate</c>: made-up markets by seed, to try the solver on.</summary>
internal static class MatchGenerate
{
    private sealed record Request(
        int Residents,
        uint Seed,
        MarketDensity Density,
        decimal? Sparse,
        bool Unit,
        int Altruists,
        string? Ndds,
        string? Out,
        bool Json
    );

    private static readonly Argument<int> Residents = new("residents") { Description = "How many residents or vertices." };
    private static readonly Option<uint> Seed = new("--seed")
    {
        Description = "The same seed makes the same bytes.",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<MarketDensity> Density = new("--deg")
    {
        Description = "low, mid or high: about 2, 5 or 19 arcs a resident.",
        DefaultValueFactory = _ => MarketDensity.Mid,
    };
    private static readonly Option<decimal?> Sparse = new("--sparse")
    {
        Description = "Instead of a market a uniformly random graph: the chance of an arc in percent.",
        CustomParser = argument =>
            decimal.TryParse(
                argument.Tokens[0].Value,
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var percent
            ) && percent is > 0 and <= 100
                ? percent
                : MatchFiles.Wrong<decimal?>(argument, "--sparse is a percentage above 0, at most 100."),
    };
    private static readonly Option<bool> Unit = new("--unit") { Description = "With --sparse: all weights are 1." };
    private static readonly Option<int> Altruists = MatchFiles.RangeOption(
        "--altruists",
        "With --sparse: how many altruists.",
        0,
        0,
        SparseGenerator.MaxVertices
    );
    private static readonly Option<string?> Ndds = new("--ndds") { Description = "Where the altruists' arcs go." };
    private static readonly Option<string?> Out = new("--out") { Description = "File to write (default: standard output)." };
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "With --out: print size and SHA-256 of the file as one JSON object.",
    };

    public static CliCommand Create()
    {
        var command = new CliCommand(
            "generate",
            """
            Writes a made-up market or random graph. The same numbers make the same file.

            Example: edgenode match generate 1000 --seed 1 --deg mid --out market.txt
            """
        )
        {
            Residents,
            Seed,
            Density,
            Sparse,
            Unit,
            Altruists,
            Ndds,
            Out,
            Json,
        };
        command.SetAction(parsed => Run(Read(parsed)));
        return command;
    }

    private static Request Read(ParseResult parsed) =>
        new(
            parsed.GetValue(Residents),
            parsed.GetValue(Seed),
            parsed.GetValue(Density),
            parsed.GetValue(Sparse),
            parsed.GetValue(Unit),
            parsed.GetValue(Altruists),
            parsed.GetValue(Ndds),
            parsed.GetValue(Out),
            parsed.GetValue(Json)
        );

    private static int Run(Request request)
    {
        var most = request.Sparse is null ? MarketGenerator.MaxResidents : SparseGenerator.MaxVertices;
        if (request.Residents < 1 || request.Residents > most)
            return MatchFiles.UsedWrongly($"the number of residents is 1 to {most}.");
        if (request.Altruists > 0 && (request.Ndds is null || request.Sparse is null))
            return MatchFiles.UsedWrongly("--altruists goes with --sparse and needs --ndds FILE.");
        if (request.Json && request.Out is null)
            return MatchFiles.UsedWrongly("--json goes with --out: standard output holds the market otherwise.");
        return MatchFiles.Guarded(() =>
        {
            using (
                var to = new StreamWriter(request.Out is null ? Console.OpenStandardOutput() : File.Create(request.Out), Plain)
            )
                Write(request, to);
            if (request.Json)
                Report(request.Out!);
            return 0;
        });
    }

    private static UTF8Encoding Plain => new(encoderShouldEmitUTF8Identifier: false);

    private static void Write(Request request, StreamWriter to)
    {
        if (request.Sparse is not { } percent)
        {
            MarketGenerator.Write(request.Residents, request.Seed, request.Density, to);
            return;
        }
        using var ndds = request.Altruists == 0 ? null : new StreamWriter(File.Create(request.Ndds!), Plain);
        SparseGenerator.Write(request.Residents, percent, request.Seed, request.Unit, to, request.Altruists, ndds);
    }

    private static void Report(string path)
    {
        using var file = File.OpenRead(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        MatchFiles.PrintJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("file", path);
            json.WriteNumber("bytes", new FileInfo(path).Length);
            json.WriteString("sha256", hash);
            json.WriteEndObject();
        });
    }
}
