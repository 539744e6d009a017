using System.Security.Cryptography;
using System.Text;
using EdgeNode.Sync;
using EdgeNode.Tests.System.Hosts;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.System.Hostile;

/// <summary>
/// Lies inside one frame, beyond those beside their tests: bounds, forms of JSON that mean two things, signatures under another meaning, words in
/// somebody else's name. Each is signed with the liar's own key, so that nothing but its content can give it away.
/// </summary>
internal static class FrameLies
{
    private const string Malformed = "bundle.malformed";

    /// <summary>The bundle is not taken, its number stays free.</summary>
    public static readonly Dictionary<string, (string Code, Func<LiedTo, byte[]> Tell)> OfBundles = new()
    {
        ["a number of nought"] = (Malformed, w => Told(w, h => h with { Seq = 0 })),
        ["a negative number"] = (Malformed, w => Told(w, h => h with { Seq = -1 })),
        ["a negative stream"] = (Malformed, w => Told(w, h => h with { Stream = -1 })),
        ["no statement at all"] = (Malformed, w => Told(w, h => h with { Count = 0 })),
        ["a negative count"] = (Malformed, w => Told(w, h => h with { Count = -1 })),
        ["100,000 statements"] = (Malformed, w => Told(w, h => h with { Count = 100_000 })),
        ["a hash that is none"] = (Malformed, w => Told(w, h => h with { Prev = "zz" })),
        ["a name that runs backwards"] = (Malformed, w => Told(w, h => h with { From = "did:edge:\u202e" + h.From[10..] })),
        ["a header with a key twice"] = (Malformed, w => Raw(w, "\"seq\":1,\"seq\":2,")),
        ["a header nested too deep"] = (Malformed, w => Raw(w, $"\"x\":{new string('[', 700)}{new string(']', 700)},")),
        ["a header with half a character"] = (Malformed, w => Raw(w, "\"x\":\"\\ud800\",", "\"hlc\":\"", "\"hlc\":\"\\ud800")),
        ["a number of a thousand digits"] = (Malformed, w => Raw(w, "", "\"seq\":", "\"seq\":" + new string('9', 1000))),
        ["a number with a fraction"] = (Malformed, w => Raw(w, "", "\"count\":1", "\"count\":1.5")),
        ["a header without a sender"] = (Malformed, w => Raw(w, "", "\"from\":", "\"von\":")),
        ["a header longer than any may be"] = (Malformed, LongHeader),
        ["a body where none belongs"] = (Malformed, w => Signed(w, Kinds.Bundle, HeaderOf(w), "{}"u8)),
        ["a statement longer than any may be"] = (Malformed, w => Filled(w, 49 * 1024, null)),
        ["a length of four gigabytes"] = (Malformed, w => Filled(w, 1000, uint.MaxValue)),
        ["a bundle signed as a have"] = ("bundle.signature", w => Signed(w, Kinds.Have, HeaderOf(w), [])),
        ["a signature of nought"] = ("bundle.signature", NoSignature),
    };

    /// <summary>The bundle is taken, and its receipt names the statement and the code.</summary>
    public static readonly Dictionary<string, (string Code, Func<LiedTo, byte[]> Tell)> OfStatements = new()
    {
        ["a negative quantity"] = ("offering.malformed", w => Offering(w, o => o with { Capacity = -1 })),
        ["a million pieces"] = ("offering.malformed", w => Offering(w, o => o with { Capacity = 1_000_000 })),
        ["a version of nought"] = ("offering.malformed", w => Offering(w, o => o with { Version = 0 })),
        ["an id that is none"] = ("offering.malformed", w => Offering(w, o => o with { OfferingId = "../../etc/passwd" })),
        ["a nickname without letters"] = ("offering.malformed", w => Offering(w, o => o with { Label = "" })),
        ["a nickname of a thousand letters"] = ("offering.malformed", w => Offering(w, o => o with { Label = Long(1000) })),
        ["a nickname with a line break"] = ("offering.malformed", w => Offering(w, o => o with { Label = "Ann\nSteward: yes" })),
        ["a title that runs backwards"] = ("offering.malformed", w => Offering(w, o => o with { Title = "Bike \u202egnp.exe" })),
        ["a title with a bell"] = ("offering.malformed", w => Offering(w, o => o with { Title = "Bike\a" })),
        ["a category with a blank"] = ("offering.malformed", w => Offering(w, o => o with { Category = "food bread" })),
        ["a number beyond all numbers"] = ("offering.malformed", w => Reworded(w, "\"capacity\":1", "\"capacity\":1e999")),
        ["half a character in a title"] = ("offering.malformed", w => Reworded(w, "\"title\":\"", "\"title\":\"\\ud800")),
        ["a need of nothing"] = ("need.malformed", w => Need(w, [])),
        ["a need of everything"] = ("need.malformed", w => Need(w, [.. Enumerable.Repeat("a", NeedBody.MaxAccepts + 1)])),
        ["an identity of two operations"] = ("identity.malformed", w => Introduced(w, w.Liar.Identity.Genesis, [1, 2, 3])),
        ["an identity that is no base64"] = ("identity.malformed", w => Say(w, Kinds.Identity, "{\"operations\":[\"$$\"]}")),
        ["a consent that is none"] = ("consent.malformed", w => Say(w, Kinds.ChainConsent, "{}")),
        ["a consent that says no"] = ("consent.malformed", w => Consent(w, "no")),
        ["a vote in another's name"] = ("vote.other_node", w => Vote(w, Stranger(), "yes")),
        ["a vote that is neither yes nor no"] = ("vote.malformed", w => Vote(w, w.Liar.Did.Value, "maybe")),
        ["an outcome proved by garbage"] = ("outcome.unproved", w => Outcome(w, Convert.ToBase64String(new byte[300]))),
        ["an outcome proved by an offering"] = ("outcome.unproved", w => Outcome(w, Convert.ToBase64String(w.Offering()))),
        ["an outcome that is no base64"] = ("outcome.malformed", w => Outcome(w, "not base64")),
        ["an outcome of a thousand votes"] = ("outcome.malformed", w => Outcome(w, [.. Enumerable.Repeat("AAAA", 1000)])),
        ["an answer in another's name"] = ("chain.malformed", Answered),
        ["an end in another's name"] = ("chain.malformed", Completed),
        ["a report that is none"] = ("settlement.malformed", w => Say(w, Kinds.EdgeSettled, "{\"person\":1}")),
        ["a word of power that nobody knows"] = ("power.malformed", w => Power(w, "exploding")),
        ["a question of a hundred hops"] = (
            "partner.malformed",
            w => Json(w, Kinds.PartnerQuery, new PartnerQueryBody(Hex(16), 100, "", "", ""), WireJson.Default.PartnerQueryBody)
        ),
    };

    /// <summary>Receipts and haves.</summary>
    public static readonly Dictionary<string, (string Code, TopicKind Kind, Func<LiedTo, byte[]> Tell)> OfControls = new()
    {
        ["a receipt longer than any may be"] = ("receipt.signature", TopicKind.Receipt, w => Receipt(w, Long(33 * 1024))),
        ["a receipt with a key twice"] = (
            "receipt.malformed",
            TopicKind.Receipt,
            w => Receipt(w, "{\"stream\":2,\"stream\":2,\"first\":1,\"last\":1,\"exceptions\":[]}")
        ),
        ["a receipt without its exceptions"] = (
            "receipt.malformed",
            TopicKind.Receipt,
            w => Receipt(w, "{\"stream\":2,\"first\":1,\"last\":1}")
        ),
        ["a receipt with numbers beyond all bounds"] = (
            "receipt.malformed",
            TopicKind.Receipt,
            w => Receipt(w, "{\"stream\":2,\"first\":1,\"last\":99999999999999999999,\"exceptions\":[]}")
        ),
        ["a receipt signed by another key"] = ("receipt.signature", TopicKind.Receipt, ForeignReceipt),
        ["a have nested too deep"] = (
            "have.malformed",
            TopicKind.Have,
            w => Control.Sign(w.Liar.Signer, Kinds.Have, w.Liar.Node, Encoding.ASCII.GetBytes(Deep(5000)))
        ),
        ["a have of a thousand streams"] = (
            "have.malformed",
            TopicKind.Have,
            w => Have(w, [.. Enumerable.Range(0, 1000).Select(n => new HaveStream(n, 1))])
        ),
        ["a have of a stream that does not exist"] = ("have.malformed", TopicKind.Have, w => Have(w, [new(8, 1)])),
        ["a have signed as a receipt"] = (
            "have.signature",
            TopicKind.Have,
            w => Control.Sign(w.Liar.Signer, Kinds.Receipt, w.Liar.Node, "{}"u8.ToArray())
        ),
    };

    private static byte[] Told(LiedTo w, Func<BundleHeader, BundleHeader> lie) => w.Liar.Bundle(2, [w.Offering()], lie);

    private static byte[] HeaderOf(LiedTo w) => Frame.TryRead(Told(w, h => h), 0, out _)!.Header.ToArray();

    /// <summary>A bundle whose header text begins with more, or says something else; the signature is good.</summary>
    private static byte[] Raw(LiedTo w, string first, string from = "\"v\":", string to = "\"v\":")
    {
        var text = Encoding.UTF8.GetString(HeaderOf(w)).Replace(from, to, StringComparison.Ordinal);
        return Signed(w, Kinds.Bundle, Encoding.UTF8.GetBytes("{" + first + text[1..]), []);
    }

    /// <summary>Longer than the frame's own bound, so it is put together by hand.</summary>
    private static byte[] LongHeader(LiedTo w)
    {
        var header = Encoding.ASCII.GetBytes("{\"x\":\"" + Long(4000) + "\"," + Encoding.UTF8.GetString(HeaderOf(w))[1..]);
        byte[] head = [(byte)(header.Length >> 8), (byte)(header.Length & 0xff), .. header, 0, 0, 0, 0];
        return [.. head, .. w.Liar.Key.Sign(Frame.SignedBytes(Kinds.Bundle, head)), 0, 0, 0, 1, 0];
    }

    private static byte[] Signed(LiedTo w, string kind, byte[] header, ReadOnlySpan<byte> body) =>
        EdgeNode.Wire.Bundle.Join(Frame.Encode(kind, header, body, w.Liar.Key.Sign), [w.Offering()]);

    /// <summary>Zeros in the place of a statement, with their length or another.</summary>
    private static byte[] Filled(LiedTo w, int bytes, uint? says)
    {
        var bundle = w.Liar.Bundle(2, [new byte[bytes]]);
        if (says is { } length)
            global::System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bundle.AsSpan(bundle.Length - bytes - 4), length);
        return bundle;
    }

    private static byte[] NoSignature(LiedTo w)
    {
        var bundle = Told(w, h => h);
        _ = Frame.TryRead(bundle, 0, out var used);
        bundle.AsSpan(used - Frame.SignatureLength, Frame.SignatureLength).Clear();
        return bundle;
    }

    private static byte[] Offering(LiedTo w, Func<OfferingBody, OfferingBody> lie) =>
        Json(w, Kinds.Offering, lie(Honest(w)), WireJson.Default.OfferingBody);

    private static OfferingBody Honest(LiedTo w) =>
        WireJson.Read(ForeignPeer.OfferingBody(w.Person, "Bike"), WireJson.Default.OfferingBody)!;

    private static byte[] Reworded(LiedTo w, string from, string to) =>
        Say(
            w,
            Kinds.Offering,
            Encoding.UTF8.GetString(ForeignPeer.OfferingBody(w.Person, "Bike")).Replace(from, to, StringComparison.Ordinal)
        );

    private static byte[] Need(LiedTo w, string[] accepts) =>
        Json(
            w,
            Kinds.Need,
            new NeedBody(SystemEntropy.Instance.Uuid7(ForeignPeer.Now), 1, w.Person, "Liam", "Bread", accepts, 1),
            WireJson.Default.NeedBody
        );

    private static byte[] Introduced(LiedTo w, params byte[][] operations) =>
        Json(w, Kinds.Identity, new IdentityBody([.. operations.Select(Convert.ToBase64String)]), WireJson.Default.IdentityBody);

    private static byte[] Consent(LiedTo w, string value)
    {
        var content = new ConsentContent(Hex(32), w.Person, value, "I give.", "en", Hex(32), ForeignPeer.Now.ToRfc3339());
        var text = WireJson.WriteText(content, WireJson.Default.ConsentContent);
        return Json(w, Kinds.ChainConsent, new PersonAct(w.Person, "", Kinds.ActConsent, text, ""), WireJson.Default.PersonAct);
    }

    private static byte[] Vote(LiedTo w, string node, string vote) =>
        Json(w, Kinds.ChainVote, new ChainVoteBody(Hex(32), node, vote, 0, null, [], 0), WireJson.Default.ChainVoteBody);

    private static byte[] Outcome(LiedTo w, params string[] votes) =>
        Json(w, Kinds.ChainOutcome, new ChainOutcomeBody(Hex(32), "committed", votes), WireJson.Default.ChainOutcomeBody);

    private static byte[] Answered(LiedTo w) =>
        Json(
            w,
            Kinds.ChainResponse,
            new ChainResponseBody(Hex(32), Stranger(), "rejected", "because", null),
            WireJson.Default.ChainResponseBody
        );

    private static byte[] Completed(LiedTo w) =>
        Json(w, Kinds.ChainCompleted, new ChainCompletedBody(Hex(32), Stranger(), []), WireJson.Default.ChainCompletedBody);

    private static byte[] Power(LiedTo w, string word) =>
        Json(
            w,
            Kinds.PowerNotice,
            new PowerNoticeBody(word, "mains", ForeignPeer.Now.ToRfc3339(), null),
            WireJson.Default.PowerNoticeBody
        );

    private static byte[] Have(LiedTo w, HaveStream[] streams) =>
        Control.Sign(
            w.Liar.Signer,
            Kinds.Have,
            w.Liar.Node,
            WireJson.Write(new HaveBody("liar", "1", "liar 1", false, streams, []), WireJson.Default.HaveBody)
        );

    private static byte[] Receipt(LiedTo w, string body) =>
        Control.Sign(w.Liar.Signer, Kinds.Receipt, w.Liar.Node, Encoding.ASCII.GetBytes(body));

    private static byte[] ForeignReceipt(LiedTo w)
    {
        using var other = NodeKey.Create(SystemEntropy.Instance);
        var signer = new Signer(w.Liar.Did, other, 0, () => ForeignPeer.Now.Ms << 16);
        var body = WireJson.Write(new ReceiptBody(2, 1, 1, []), WireJson.Default.ReceiptBody);
        return Control.Sign(signer, Kinds.Receipt, w.Liar.Node, body);
    }

    private static byte[] Json<T>(
        LiedTo w,
        string kind,
        T body,
        global::System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type
    ) => w.Liar.Statement(kind, WireJson.Write(body, type));

    private static byte[] Say(LiedTo w, string kind, string body) => w.Liar.Statement(kind, Encoding.UTF8.GetBytes(body));

    private static string Deep(int levels) => new string('[', levels) + new string(']', levels);

    private static string Long(int letters) => new('x', letters);

    private static string Hex(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));

    private static string Stranger() => Did.FromGenesis(RandomNumberGenerator.GetBytes(32)).Value;
}
