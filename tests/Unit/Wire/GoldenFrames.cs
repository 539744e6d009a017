using EdgeNode.Tests.Unit.Tidy;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Unit.Wire;

/// <summary>
/// One frame of every kind, from two cabinets and a resident whose keys a seed decides. Two runs make the same signed bytes; only ECDSA
/// signatures differ, and what embeds another frame takes it from its golden file.
/// </summary>
internal sealed class GoldenFrames : IDisposable
{
    public const string Folder = "tests/golden/wire";

    /// <summary>Set to write the files that are missing; a file that is there is never written again.</summary>
    public const string WriteVariable = "EDGENODE_WRITE_GOLDEN";

    public static readonly Moment Now = new(1_767_225_600_000);
    static readonly Moment Expires = Now + TimeSpan.FromDays(20);
    const string Contract = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";
    const string Chain = "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730";
    const string Offered = "01890a5d-ac96-774b-bcce-b302099a8057";
    const string Needed = "01890a5d-ac96-774b-bcce-b302099a8058";

    readonly SeededEntropy _entropy = new(1, "golden");
    readonly byte[] _personSeed;
    readonly NodeKey _millKey;
    readonly NodeKey _hillKey;
    readonly Signer _signer;
    long _hlc = Now.Ms << 16;

    public GoldenFrames()
    {
        _millKey = NodeKey.Create(_entropy);
        _hillKey = NodeKey.Create(_entropy);
        _personSeed = _entropy.Bytes(32);
        Mill = Identity.CreateNode(_millKey, _entropy.Bytes(32), _entropy);
        Hill = Identity.CreateNode(_hillKey, _entropy.Bytes(32), _entropy);
        Resident = Identity.CreatePerson(_personSeed, _entropy);
        _signer = new Signer(Mill.Did, _millKey, epoch: 1, () => ++_hlc);
    }

    public Identity Mill { get; }
    public Identity Hill { get; }
    public Identity Resident { get; }

    public void Dispose()
    {
        _millKey.Dispose();
        _hillKey.Dispose();
    }

    /// <summary>What Hill holds against everything that Mill sends.</summary>
    public VerifyGate GateOfHill(P256 p256) => new(Hill.Did, p256, (did, key) => did == Mill.Did && key == _millKey.PublicKey);

    /// <summary>The golden file of a kind; made and written when it is missing and <see cref="WriteVariable"/> is set.</summary>
    public byte[] Golden(string kind) => Kept($"{kind}.bin", () => Make(kind));

    static byte[] Kept(string name, Func<byte[]> make)
    {
        var path = Tree.PathOf($"{Folder}/{name}");
        if (!File.Exists(path) && Environment.GetEnvironmentVariable(WriteVariable) is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, make());
        }
        Assert.True(
            File.Exists(path),
            $"{Folder}/{name} is missing: set {WriteVariable}=1 once, and keep what it writes for ever."
        );
        return File.ReadAllBytes(path);
    }

    /// <summary>A frame as today's code makes it. Each has a clock of its own, so that the order of making does not matter.</summary>
    public byte[] Make(string kind)
    {
        var outer = _hlc;
        _hlc = Now.Ms << 16;
        var made = kind switch
        {
            Kinds.Genesis => Mill.Genesis,
            Kinds.Bundle => MakeBundle(),
            Kinds.Receipt or Kinds.Have => Control.Sign(_signer, kind, Hill.Did, BodyOf(kind)),
            Kinds.ManifestCard => ManifestCard.Sign(_signer, Manifest(), Now, Expires)!,
            _ when IsPairing(kind) => PairingMessage.Sign(_signer, kind, Hill.Did.Value, Pairing(), new SeededEntropy(2, kind)),
            _ => MakeStatement(kind),
        };
        _hlc = outer;
        return made;
    }

    public static bool IsPairing(string kind) => kind.StartsWith("pairing-", StringComparison.Ordinal);

    public static bool IsStatement(string kind) => DataMap.RuleOf(kind) is not null;

    byte[] MakeStatement(string kind)
    {
        var rule = DataMap.RuleOf(kind)!;
        Moment? expires = rule.Lifetime is null ? null : Expires;
        var draft = new StatementDraft(kind, rule.Class, [Mill.Did, Hill.Did], BodyOf(kind), expires, Contract);
        return Statement.Sign(draft, _signer).Raw.ToArray();
    }

    byte[] MakeBundle()
    {
        byte[][] statements = [Golden(Kinds.Offering), Golden(Kinds.Need)];
        var ids = statements.Select(s => Statement.FromStore(s).Id).ToArray();
        return Bundle.Join(Bundle.SignHeader(_signer, Hill.Did, DataMap.SharedStream, 7, Chain, ids), statements);
    }

    byte[] BodyOf(string kind) =>
        kind switch
        {
            Kinds.Identity => WireJson.Write(
                new IdentityBody([Convert.ToBase64String(Resident.Genesis)]),
                WireJson.Default.IdentityBody
            ),
            Kinds.Offering => WireJson.Write(Offering(), WireJson.Default.OfferingBody),
            Kinds.Need => WireJson.Write(Need(), WireJson.Default.NeedBody),
            Kinds.PowerNotice => WireJson.Write(
                new PowerNoticeBody(PowerNoticeBody.Going, "mains", Now.ToRfc3339(), (Now + TimeSpan.FromHours(2)).ToRfc3339()),
                WireJson.Default.PowerNoticeBody
            ),
            Kinds.Picture => WireJson.Write(
                new PictureBody(Offered, 1, Contract, 204_800, "image/jpeg"),
                WireJson.Default.PictureBody
            ),
            Kinds.BlobReceipt => WireJson.Write(new BlobReceiptBody(Contract, 204_800), WireJson.Default.BlobReceiptBody),
            Kinds.Withdrawal => WireJson.Write(new WithdrawalBody(Offered, 2), WireJson.Default.WithdrawalBody),
            Kinds.Receipt => WireJson.Write(Receipt(), WireJson.Default.ReceiptBody),
            Kinds.Have => WireJson.Write(Have(), WireJson.Default.HaveBody),
            _ => ChainBodyOf(kind),
        };

    byte[] ChainBodyOf(string kind) =>
        kind switch
        {
            Kinds.ChainProposal => WireJson.Write(Proposal(), WireJson.Default.ChainProposalBody),
            Kinds.ChainResponse => WireJson.Write(
                new ChainResponseBody(Chain, Mill.Did.Value, "validated", null, Expires.ToRfc3339()),
                WireJson.Default.ChainResponseBody
            ),
            Kinds.ChainConsent => WireJson.Write(Act(Kinds.ActConsent, Consent()), WireJson.Default.PersonAct),
            Kinds.ChainVote => WireJson.Write(
                new ChainVoteBody(Chain, Mill.Did.Value, "yes", 1, null, [Contract], 2),
                WireJson.Default.ChainVoteBody
            ),
            Kinds.ChainOutcome => WireJson.Write(
                new ChainOutcomeBody(Chain, "committed", [Convert.ToBase64String(Golden(Kinds.ChainVote))]),
                WireJson.Default.ChainOutcomeBody
            ),
            Kinds.ChainVoteRequest => WireJson.Write(
                new ChainVoteRequestBody(Chain, [Hill.Did.Value], [Mill.Did.Value]),
                WireJson.Default.ChainVoteRequestBody
            ),
            Kinds.EdgeSettled => WireJson.Write(Act(Kinds.ActSettlement, Settlement()), WireJson.Default.PersonAct),
            Kinds.ChainCompleted => WireJson.Write(
                new ChainCompletedBody(Chain, Mill.Did.Value, [new ChainEdgeResult(0, "done")]),
                WireJson.Default.ChainCompletedBody
            ),
            Kinds.PartnerQuery => WireJson.Write(Query(), WireJson.Default.PartnerQueryBody),
            Kinds.PartnerAnswer => WireJson.Write(Answer(), WireJson.Default.PartnerAnswerBody),
            Kinds.PartnerSummary => WireJson.Write(Summary(), WireJson.Default.PartnerSummaryBody),
            _ => throw new ArgumentException(
                $"No golden frame is written for the kind {kind}: add it to {nameof(GoldenFrames)}."
            ),
        };

    /// <summary>Reads the body of a golden frame into its record and writes it again; null when it no longer reads.</summary>
    public static byte[]? ReadAndWrite(string kind, ReadOnlySpan<byte> body)
    {
        var json = WireJson.Default;
        return kind switch
        {
            Kinds.Identity => Again(body, json.IdentityBody),
            Kinds.Offering => Again(body, json.OfferingBody),
            Kinds.Need => Again(body, json.NeedBody),
            Kinds.Withdrawal => Again(body, json.WithdrawalBody),
            Kinds.PowerNotice => Again(body, json.PowerNoticeBody),
            Kinds.Receipt => Again(body, json.ReceiptBody),
            Kinds.Have => Again(body, json.HaveBody),
            Kinds.ChainProposal => Again(body, json.ChainProposalBody),
            Kinds.ChainResponse => Again(body, json.ChainResponseBody),
            Kinds.ChainConsent or Kinds.EdgeSettled => Again(body, json.PersonAct),
            Kinds.ChainVote => Again(body, json.ChainVoteBody),
            Kinds.ChainOutcome => Again(body, json.ChainOutcomeBody),
            Kinds.ChainVoteRequest => Again(body, json.ChainVoteRequestBody),
            Kinds.ChainCompleted => Again(body, json.ChainCompletedBody),
            Kinds.PartnerQuery => Again(body, json.PartnerQueryBody),
            Kinds.PartnerAnswer => Again(body, json.PartnerAnswerBody),
            Kinds.PartnerSummary => Again(body, json.PartnerSummaryBody),
            Kinds.Picture => Again(body, json.PictureBody),
            Kinds.BlobReceipt => Again(body, json.BlobReceiptBody),
            Kinds.Genesis or Kinds.Bundle => body.ToArray(),
            Kinds.ManifestCard => Again(body, json.ManifestBody),
            _ => Again(body, json.PairingBody),
        };
    }

    static byte[]? Again<T>(ReadOnlySpan<byte> body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class => WireJson.Read(body, type) is { } value ? WireJson.Write(value, type) : null;

    OfferingBody Offering() => new(Offered, 1, Resident.Did.Value, "Zoë", "food/bread", "Rye bread, \"dark\" — 1 kg", 2);

    NeedBody Need() => new(Needed, 1, Resident.Did.Value, "Zoë", "Bicycle repair", ["repair/bicycle", "repair/tools"], 1);

    static PartnerQueryBody Query() =>
        new(
            "00112233445566778899aabbccddeeff",
            2,
            CategoryMarks.Pack([CategoryMarks.Of("food/bread"), CategoryMarks.Of("repair/bicycle")]),
            CategoryMarks.Pack([CategoryMarks.Of("repair/tools")]),
            ""
        );

    PartnerAnswerBody Answer() =>
        new(
            "00112233445566778899aabbccddeeff",
            0,
            1,
            true,
            [Hill.Did.Value],
            [
                new PartnerPerson(
                    Resident.Did.Value,
                    Resident.Head,
                    [new PartnerOffering(Offered, 1, "food/bread", 2, [0])],
                    [new PartnerNeed(Needed, 1, ["repair/bicycle", "repair/tools"], 1, [0])]
                ),
            ]
        );

    PartnerSummaryBody Summary()
    {
        var (bread, repair) = (CategoryMarks.Of("food/bread"), CategoryMarks.Of("repair/bicycle"));
        var sketch = new PartnerSketch([new(bread, 2, 0), new(repair, 0, 1)], [new(repair, bread)]);
        var (categories, moves) = sketch.Pack();
        return new("00112233445566778899aabbccddeeff", 0, 1, true, [Hill.Did.Value], categories, moves);
    }

    static ReceiptBody Receipt() =>
        new(DataMap.SharedStream, 5, 7, [new ReceiptException(6, Contract, "refused", "statement.signature")]);

    static HaveBody Have() =>
        new("00112233445566778899aabbccddeeff", "1", "0.1.0", true, [new HaveStream(0, 12), new HaveStream(2, 7)], []);

    ConsentContent Consent() =>
        new(
            Chain,
            Resident.Did.Value,
            "yes",
            "You give bread to Omar, you get a repair from Ida.",
            "en",
            Contract,
            Now.ToRfc3339()
        );

    SettlementContent Settlement() => new(Chain, 0, Resident.Did.Value, "giver", "done", null, Now.ToRfc3339());

    PersonAct Act(string act, ConsentContent content) => Act(act, WireJson.WriteText(content, WireJson.Default.ConsentContent));

    PersonAct Act(string act, SettlementContent content) =>
        Act(act, WireJson.WriteText(content, WireJson.Default.SettlementContent));

    PersonAct Act(string act, string content)
    {
        var signature = Sodium.Ed25519Sign(_personSeed, VerifyGate.ActBytes(act, content));
        return new PersonAct(Resident.Did.Value, Resident.Key, act, content, Convert.ToHexStringLower(signature));
    }

    ChainProposalBody Proposal() =>
        new(
            Chain,
            Contract,
            Mill.Did.Value,
            [new ChainParticipant(Resident.Did.Value, Mill.Did.Value, "both", Offered, Needed, Resident.Head)],
            [Edge()],
            new ChainTimeline(Now.ToRfc3339(), Now.ToRfc3339(), Expires.ToRfc3339()),
            [new ChainHome(Mill.Did.Value, Mill.Head), new ChainHome(Hill.Did.Value, Hill.Head)],
            new ChainNorms("1", Contract),
            null,
            "00112233445566778899aabbccddeeff",
            Contract
        );

    ChainEdge Edge() =>
        new(
            Resident.Did.Value,
            Resident.Did.Value,
            100,
            Offered,
            1,
            Needed,
            1,
            1,
            "piece",
            "the cabinet",
            Now.ToRfc3339(),
            Expires.ToRfc3339()
        );

    ManifestBody Manifest() =>
        new(
            "Mill cabinet",
            Convert.ToBase64String(Golden(Kinds.Genesis)),
            "the stewards of Mill",
            "0.1.0",
            "1",
            Contract,
            1,
            1,
            [new(ManifestEndpoint.Ip, "192.168.4.1", 8883, 8444), new("onion", "mill", 1, 2)]
        );

    PairingBody Pairing() =>
        new(
            "Mill cabinet",
            Convert.ToBase64String(Golden(Kinds.Genesis)),
            Convert.ToBase64String(Certificate()),
            "1",
            Contract,
            1,
            1,
            "0.1.0",
            "the stewards of Mill",
            "127.0.0.11",
            8883,
            8444,
            "We keep what we promise.",
            null
        );

    /// <summary>A self-signed certificate over Mill's key. Its signature differs each time, so it is kept like a golden frame.</summary>
    byte[] Certificate() =>
        Kept(
            "certificate.der",
            () =>
            {
                using var made = NodeCertificate.Create(_millKey.Ecdsa, Mill.Did.Value);
                return made.RawData;
            }
        );
}
