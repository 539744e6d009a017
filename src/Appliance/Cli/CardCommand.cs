using System.CommandLine;
using System.Text.Json.Serialization;
using EdgeNode.Appliance.Web.Api;
using EdgeNode.Appliance.Web.Pages;
using EdgeNode.Store.Io;
using EdgeNode.Wire;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode card export|import</c>: cabinet cards, with the cabinet running.</summary>
internal static class CardCommand
{
    public static CliCommand Create() =>
        new("card", "Cabinet cards: who a cabinet is and where it answers, to hand over where discovery does not reach.")
        {
            Export(),
            Import(),
        };

    private static CliCommand Export()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "Where to write it (default: standard output).",
            DefaultValueFactory = _ => null,
        };
        var addresses = new Option<string[]>("--address")
        {
            Description = "IP address at which others reach this cabinet, up to four (default: its own).",
            DefaultValueFactory = _ => [],
        };
        var days = new Option<int>("--days")
        {
            Description = "How long the card holds, 1 to 366.",
            DefaultValueFactory = _ => ManifestCardPages.UsualDays,
        };
        var command = new CliCommand(
            "export",
            """
            Makes a card of this cabinet, signed and with an end. It is public and grants nothing: with it another steward can ask for a peering.

            Example: edgenode card export --data /var/lib/edgenode --address 10.20.0.4 mill.card
            """
        )
        {
            file,
            addresses,
            days,
            StewardOptions.Data,
            StewardOptions.Config,
            StewardOptions.CodeFile,
            StewardOptions.Json,
        };
        command.SetAction(
            (parsed, token) =>
                Run(
                    parsed,
                    door => ExportAsync(door, parsed.GetValue(file), parsed.GetValue(addresses)!, parsed.GetValue(days), token),
                    token
                )
        );
        return command;
    }

    private static CliCommand Import()
    {
        var file = new Argument<string>("FILE") { Description = "A card, or a text that holds one." };
        var ask = new Option<bool>("--ask") { Description = "Ask that cabinet for a peering; without it nothing is done." };
        var command = new CliCommand(
            "import",
            """
            Says whose card this is, when its signature holds. With --ask, asks that cabinet for a peering; its stewards still have to accept. Of a peer, the card
            says where it is now.

            Example: edgenode card import --data /var/lib/edgenode mill.card --ask
            """
        )
        {
            file,
            ask,
            StewardOptions.Data,
            StewardOptions.Config,
            StewardOptions.CodeFile,
            StewardOptions.Json,
        };
        command.SetAction(
            (parsed, token) => Run(parsed, door => ImportAsync(door, parsed.GetValue(file)!, parsed.GetValue(ask), token), token)
        );
        return command;
    }

    private static async Task<CardReport> ExportAsync(
        StewardClient door,
        string? file,
        string[] addresses,
        int days,
        CancellationToken token
    )
    {
        var made = await door.PostAsync(
                "api/steward/card",
                new CardMakeRequest(addresses, days),
                WebJson.Safe.CardMakeRequest,
                WebJson.Safe.CardTextJson,
                token
            )
            .ConfigureAwait(false);
        if (file is not null)
            DurableFile.Write(Path.GetFullPath(file), System.Text.Encoding.ASCII.GetBytes(made.Card + "\n"));
        return new CardReport
        {
            Good = true,
            Says = file is null ? made.Card : $"The card is in {file}.",
            Card = made.Card,
        };
    }

    private static async Task<CardReport> ImportAsync(StewardClient door, string file, bool ask, CancellationToken token)
    {
        using var reader = new StreamReader(file);
        var text = new char[ManifestCard.MaxText];
        var read = await reader.ReadBlockAsync(text, token).ConfigureAwait(false);
        var body = new CardTextJson(new string(text, 0, read));
        var card = await door.PostAsync("api/steward/card/read", body, WebJson.Safe.CardTextJson, WebJson.Safe.CardJson, token)
            .ConfigureAwait(false);
        if (ask)
            await door.PostAsync("api/steward/card/request", body, WebJson.Safe.CardTextJson, token).ConfigureAwait(false);
        return new CardReport
        {
            Good = true,
            Says =
                $"{card.Name} ({card.Did}) at {string.Join(", ", card.Addresses)}, until {card.Expires:yyyy-MM-dd}. {Outcome(card, ask)}",
            Did = card.Did,
            Name = card.Name,
            Addresses = card.Addresses,
            Expires = card.Expires,
            Asked = ask,
        };
    }

    private static string Outcome(CardJson card, bool ask) =>
        (ask, card.IsPeer) switch
        {
            (true, true) => "This peer is looked for there from now on.",
            (true, false) => "The request is on its way; its stewards have to accept.",
            _ => "Compare the identity with its stewards, then use --ask.",
        };

    private static Task<int> Run(ParseResult parsed, Func<StewardClient, Task<CardReport>> act, CancellationToken token) =>
        StewardOptions.RunAsync(
            parsed,
            act,
            new ReportForm<CardReport>(
                CardReportJson.Default.CardReport,
                (code, says) =>
                    new CardReport
                    {
                        Good = false,
                        Code = code,
                        Says = says,
                    },
                "card.unreadable"
            ),
            token
        );
}

/// <summary>What a card command did.</summary>
public sealed record CardReport : IReport
{
    public required bool Good { get; init; }
    public string Code { get; init; } = "";

    /// <summary>What is printed without --json: the card itself, or a sentence.</summary>
    public required string Says { get; init; }

    /// <summary>The card's text, when one was made.</summary>
    public string? Card { get; init; }
    public string? Did { get; init; }
    public string? Name { get; init; }
    public IReadOnlyList<string> Addresses { get; init; } = [];
    public DateTimeOffset? Expires { get; init; }

    /// <summary>A peering was asked for.</summary>
    public bool Asked { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CardReport))]
internal sealed partial class CardReportJson : JsonSerializerContext;
