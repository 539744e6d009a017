using System.Security.Cryptography;
using System.Text;
using EdgeNode.Sync;
using EdgeNode.Tests.System.Hostile;
using EdgeNode.Wire;
using Xunit.Abstractions;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>One cabinet and one peer of another make that its steward has accepted.</summary>
public sealed class LiedTo : IAsyncLifetime
{
    private CabinetProcess? _cabinet;
    private CabinetVisitor? _steward;
    private ForeignPeer? _liar;

    internal CabinetProcess Cabinet => _cabinet!;
    internal CabinetVisitor Steward => _steward!;
    internal ForeignPeer Liar => _liar!;

    /// <summary>A person of the liar's whom the cabinet knows.</summary>
    internal string Person { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _cabinet = await CabinetProcess.StartNewAsync();
        _steward = await CabinetVisitor.StewardAsync(_cabinet);
        _liar = await ForeignPeer.EnrolAsync(_cabinet, _steward, "Liar");
        var (person, introduction) = _liar.NewPerson();
        Person = person;
        Assert.Empty(await _liar.DeliverAsync(0, _liar.Bundle(0, [introduction])));
    }

    public async Task DisposeAsync()
    {
        if (_liar is not null)
            await _liar.DisposeAsync();
        _steward?.Dispose();
        if (_cabinet is not null)
            await _cabinet.DisposeAsync();
    }

    /// <summary>How often the steward sees this code counted against the liar.</summary>
    internal async Task<long> CountAsync(string code)
    {
        var refused = (await Steward.GetAsync("api/steward/wire")).Json!["refused"]!.AsArray();
        return (long?)refused.FirstOrDefault(r => (string?)r!["code"] == code)?["count"] ?? 0;
    }

    /// <summary>Offerings of the liar's people that stand in the cabinet.</summary>
    internal async Task<int> OfferingsAsync()
    {
        var entries = (await Steward.GetAsync("api/steward/entries")).Json!.AsArray();
        return (int?)entries.FirstOrDefault(e => (string?)e!["node"] == Liar.Did.Value)?["offerings"] ?? 0;
    }

    internal byte[] Offering(string title = "A true thing") =>
        Liar.Statement(Kinds.Offering, ForeignPeer.OfferingBody(Person, title));

    /// <summary>The queue moves on: a good bundle is receipted without exception and does what it says.</summary>
    internal async Task GoesOnAsync()
    {
        var before = await OfferingsAsync();
        Assert.Empty(await Liar.DeliverAsync(2, Liar.Bundle(2, [Offering()])));
        Assert.Equal(before + 1, await OfferingsAsync());
    }
}

/// <summary>
/// A peer with a valid certificate that sends garbage, too much, or a wrong signature: refused with a code, counted where the steward sees it, and the
/// queue moves on. Each lie is told on the same link, one after another.
/// </summary>
public sealed class ForeignPeerTests(LiedTo world, ITestOutputHelper output) : IClassFixture<LiedTo>
{
    private ForeignPeer Liar => world.Liar;

    /// <summary>Lies in a bundle's own bytes and header: the bundle is not taken, its number stays free.</summary>
    internal static readonly Dictionary<string, (string Code, Func<LiedTo, byte[]> Tell)> BundleLies = new()
    {
        ["random bytes"] = ("bundle.malformed", _ => RandomNumberGenerator.GetBytes(700)),
        ["two bytes"] = ("bundle.malformed", _ => [0xff, 0xff]),
        ["64 KiB of nothing"] = ("bundle.malformed", _ => new byte[64 * 1024]),
        ["a bundle cut in the middle"] = ("bundle.malformed", w => Good(w)[..^40]),
        ["a bundle with a tail"] = ("bundle.malformed", w => [.. Good(w), 1, 2, 3]),
        ["a length beyond the end"] = ("bundle.malformed", w => Spoil(Good(w), 0, 0x7f)),
        ["a header that is not JSON"] = ("bundle.malformed", w => Spoil(Good(w), 2, (byte)'[')),
        ["a header that is not UTF-8"] = ("bundle.malformed", w => Spoil(Good(w), 20, 0xff)),
        ["a number beyond all bounds"] = ("bundle.malformed", w => Told(w, h => h with { Seq = 1L << 53 })),
        ["a stream that does not exist"] = ("bundle.malformed", w => Told(w, h => h with { Stream = 8 })),
        ["more statements than it has"] = ("bundle.malformed", w => Told(w, h => h with { Count = 2 })),
        ["too many hops"] = ("bundle.malformed", w => Told(w, h => h with { Hops = 4 })),
        ["another version"] = ("bundle.malformed", w => Told(w, h => h with { V = 2 })),
        ["from somebody else"] = ("bundle.address", w => Told(w, h => h with { From = Stranger() })),
        ["to somebody else"] = ("bundle.address", w => Told(w, h => h with { To = Stranger() })),
        ["signed by another key"] = ("bundle.key", SignedByAnother),
        ["a wrong signature"] = ("bundle.signature", w => SpoilSignature(w, 63)),
        ["a header changed after signing"] = ("bundle.signature", Reworded),
        ["a signature in its other form"] = ("bundle.signature", HighS),
        ["another story of the bundle before"] = ("bundle.prev", w => Told(w, h => h with { Prev = Sha.Hex([1]) })),
        ["a second story under an old number"] = (
            "bundle.equivocation",
            w => Told(w, h => h with { Seq = h.Seq - 1, Prev = "" })
        ),
    };

    /// <summary>Lies in a statement: the bundle is taken, its receipt names the statement and the code.</summary>
    internal static readonly Dictionary<string, (string Code, Func<LiedTo, byte[]> Tell)> StatementLies = new()
    {
        ["a wrong signature"] = ("statement.signature", w => SpoilEnd(w.Offering())),
        ["an origin nobody knows"] = ("statement.unknown_origin", w => Item(w, h => h with { From = Stranger() })),
        ["a key that is not the origin's"] = ("statement.unknown_origin", SignedByNobody),
        ["a name that one must understand"] = ("statement.crit", w => Item(w, h => h with { Crit = ["new-physics"] })),
        ["a kind nobody knows"] = ("statement.kind", w => Item(w, h => h with { Kind = "gossip" })),
        ["a kind that is no statement"] = ("statement.kind", w => Item(w, h => h with { Kind = Kinds.Receipt })),
        ["public though it is shared"] = ("statement.class", w => Item(w, h => h with { Class = "public" })),
        ["for somebody else"] = ("statement.audience", w => Item(w, h => h with { Audience = [Stranger()] })),
        ["without an end"] = ("statement.expiry", w => Item(w, h => h with { Expires = null })),
        ["past its end"] = ("statement.expired", w => Item(w, h => h with { Expires = "2024-01-01T00:00:00.000Z" })),
        ["another version"] = ("statement.version", w => Item(w, h => h with { V = 9 })),
        ["an offering longer than allowed"] = ("statement.size", w => Offered(w, new string('x', 5000))),
        ["an offering that is not one"] = ("offering.malformed", w => w.Liar.Statement(Kinds.Offering, "{}"u8.ToArray())),
        ["a body that is not JSON"] = ("offering.malformed", w => w.Liar.Statement(Kinds.Offering, [0xc3, 0x28])),
        ["a body with a key twice"] = ("withdrawal.malformed", KeyTwice),
        ["a body nested too deep"] = ("offering.malformed", Deep),
        ["a thing of nobody's"] = (
            "item.unknown_participant",
            w => w.Liar.Statement(Kinds.Offering, ForeignPeer.OfferingBody(Stranger(), "Thing"))
        ),
        ["an identity without a genesis"] = ("identity.signature", w => Introduced(w, RandomNumberGenerator.GetBytes(300))),
        ["a node as a person"] = ("identity.signature", w => Introduced(w, w.Liar.Identity.Genesis)),
        ["a proposal that is not one"] = (
            "chain.malformed",
            w => w.Liar.Statement(Kinds.ChainProposal, "{\"participants\":[]}"u8.ToArray())
        ),
    };

    /// <summary>Lies on the topics of receipts and haves.</summary>
    internal static readonly Dictionary<string, (string Code, TopicKind Kind, Func<LiedTo, byte[]> Tell)> ControlLies = new()
    {
        ["a receipt of random bytes"] = ("receipt.signature", TopicKind.Receipt, _ => RandomNumberGenerator.GetBytes(200)),
        ["a receipt with a wrong signature"] = (
            "receipt.signature",
            TopicKind.Receipt,
            w => SpoilEnd(Control.Sign(w.Liar.Signer, Kinds.Receipt, w.Liar.Node, ReceiptOf(1)))
        ),
        ["a have in a receipt's place"] = ("receipt.signature", TopicKind.Receipt, w => w.Liar.Have()),
        ["a receipt that says nothing"] = (
            "receipt.malformed",
            TopicKind.Receipt,
            w => Control.Sign(w.Liar.Signer, Kinds.Receipt, w.Liar.Node, "[]"u8.ToArray())
        ),
        ["a have for somebody else"] = (
            "have.signature",
            TopicKind.Have,
            w => Control.Sign(w.Liar.Signer, Kinds.Have, new Did(Stranger()), "{}"u8.ToArray())
        ),
        ["a have that says nothing"] = (
            "have.malformed",
            TopicKind.Have,
            w => Control.Sign(w.Liar.Signer, Kinds.Have, w.Liar.Node, "{}"u8.ToArray())
        ),
        ["a bundle in a have's place"] = ("have.signature", TopicKind.Have, Good),
    };

    public static TheoryData<string> BundleLieNames => [.. BundleLies.Keys, .. FrameLies.OfBundles.Keys];
    public static TheoryData<string> StatementLieNames => [.. StatementLies.Keys, .. FrameLies.OfStatements.Keys];
    public static TheoryData<string> ControlLieNames => [.. ControlLies.Keys, .. FrameLies.OfControls.Keys];

    [Theory]
    [MemberData(nameof(BundleLieNames))]
    public async Task A_lie_in_a_bundle_is_refused_with_a_code_and_the_queue_moves_on(string name)
    {
        var (code, tell) = BundleLies.GetValueOrDefault(name, FrameLies.OfBundles.GetValueOrDefault(name));
        await world.GoesOnAsync(); // so that there is a bundle before this one
        await ToldAndCountedAsync(code, TopicKind.Data, "shared", tell(world));
    }

    [Theory]
    [MemberData(nameof(ControlLieNames))]
    public async Task A_lie_in_a_receipt_or_have_is_refused_with_a_code_and_the_queue_moves_on(string name)
    {
        var (code, kind, tell) = ControlLies.GetValueOrDefault(name, FrameLies.OfControls.GetValueOrDefault(name));
        await ToldAndCountedAsync(code, kind, "control", tell(world));
    }

    [Theory]
    [MemberData(nameof(StatementLieNames))]
    public async Task A_lie_beside_a_true_statement_is_refused_alone(string name)
    {
        var (code, tell) = StatementLies.GetValueOrDefault(name, FrameLies.OfStatements.GetValueOrDefault(name));
        var (offerings, counted) = (await world.OfferingsAsync(), await world.CountAsync(code));
        var bundle = Liar.Bundle(2, [world.Offering("Before"), tell(world), world.Offering("After")]);
        var exception = Assert.Single(await Liar.DeliverAsync(2, bundle));
        Assert.Equal(code, exception.Code);
        Assert.Equal(name == "past its end" ? "expired" : "refused", exception.Disposition);
        Assert.Equal(offerings + 2, await world.OfferingsAsync());
        Assert.Equal(counted + 1, await world.CountAsync(code));
        await world.GoesOnAsync();
    }

    [Fact]
    public async Task A_bundle_with_other_statements_than_it_signs_is_refused_whole_and_receipted()
    {
        var (offerings, counted) = (await world.OfferingsAsync(), await world.CountAsync("bundle.digest"));
        var bundle = Liar.Bundle(2, [world.Offering()], h => h with { Digest = Sha.Hex([7]) });
        var exception = Assert.Single(await Liar.DeliverAsync(2, bundle));
        Assert.Equal(("bundle.digest", "refused", ""), (exception.Code, exception.Disposition, exception.Statement));
        Assert.Equal(offerings, await world.OfferingsAsync());
        Assert.Equal(counted + 1, await world.CountAsync("bundle.digest"));
        await world.GoesOnAsync();
    }

    [Fact]
    public async Task A_replayed_bundle_is_receipted_again_and_does_nothing()
    {
        var bundle = Liar.Bundle(2, [world.Offering("Once")]);
        Assert.Empty(await Liar.DeliverAsync(2, bundle));
        var offerings = await world.OfferingsAsync();
        for (var again = 0; again < 3; again++)
            Assert.Empty(await Liar.DeliverAsync(2, bundle));
        Assert.Equal(offerings, await world.OfferingsAsync());
        await world.GoesOnAsync();
    }

    [Fact]
    public async Task A_replayed_statement_in_a_new_bundle_does_nothing_again()
    {
        var statement = world.Offering("Once only");
        Assert.Empty(await Liar.DeliverAsync(2, Liar.Bundle(2, [statement])));
        var offerings = await world.OfferingsAsync();
        Assert.Empty(await Liar.DeliverAsync(2, Liar.Bundle(2, [statement, statement])));
        Assert.Equal(offerings, await world.OfferingsAsync());
        await world.GoesOnAsync();
    }

    [Fact]
    public async Task A_bundle_ahead_of_its_turn_is_answered_with_what_is_here()
    {
        var offerings = await world.OfferingsAsync();
        Liar.Drain();
        Liar.SendBundle(Liar.Bundle(2, [world.Offering()], h => h with { Seq = h.Seq + 5 }));
        var have = Frame.TryReadWhole(await Liar.HearAsync(TopicKind.Have, TimeSpan.FromSeconds(60)), Control.MaxBody)!;
        Assert.NotNull(WireJson.Read(have.Body.Span, WireJson.Default.HaveBody));
        Assert.Equal(offerings, await world.OfferingsAsync());
        await world.GoesOnAsync();
    }

    [Fact]
    public async Task Receipts_and_haves_about_what_never_was_change_nothing()
    {
        HaveStream[] wild = [new(0, 999), new(2, long.MaxValue), new(-7, -1)];
        var have = WireJson.Write(new HaveBody("other", "1", "x", true, wild, wild), WireJson.Default.HaveBody);
        Liar.Send(TopicKind.Have, "control", Control.Sign(Liar.Signer, Kinds.Have, Liar.Node, have));
        foreach (var seq in (long[])[1, 999, long.MaxValue, -1])
            Liar.Send(TopicKind.Receipt, "control", Control.Sign(Liar.Signer, Kinds.Receipt, Liar.Node, ReceiptOf(seq)));
        await world.GoesOnAsync();
        Assert.Equal("enrolled", await Liar.StateAsync(world.Steward));
    }

    [Fact]
    public async Task A_message_too_large_for_the_broker_ends_the_connection_and_nothing_else()
    {
        Liar.SendBundle(new byte[100 * 1024]);
        await Until.HoldsAsync(() => !Liar.IsConnected, "the broker cuts the connection");
        await Liar.ConnectAsync();
        await world.GoesOnAsync();
    }

    [Fact]
    public async Task Nobody_speaks_under_another_name()
    {
        await using var other = await ForeignPeer.EnrolAsync(world.Cabinet, world.Steward, "Other");
        var (_, introduction) = other.NewPerson();
        var bundle = other.Bundle(0, [introduction]);
        // The liar sends what the other has signed, under the other's name: the broker lets nobody do that.
        Liar.SendTo(new Topic(Liar.Node.Value, other.Did.Value, TopicKind.Data, "shared").ToString(), bundle);
        await world.GoesOnAsync();
        var wire = await world.Steward.GetAsync("api/steward/wire");
        Assert.DoesNotContain("Other", wire.Text, StringComparison.Ordinal);
        // Under its own name it may not either: the bundle says who it is from.
        await ToldAndCountedAsync("bundle.address", TopicKind.Data, "shared", bundle);
        Assert.Empty(await other.DeliverAsync(0, bundle));
    }

    [Fact]
    public async Task Who_goes_on_flooding_is_cut_counted_and_suspended_and_goes_on_when_a_steward_resumes_it()
    {
        // Small waves: what still waits in the broker when the peering is resumed must not count as another flood.
        const int Wave = 4_000;
        const int Most = 1_000;
        var (before, refused) = (await world.CountAsync("peer.flood"), await world.CountAsync("bundle.malformed"));
        var waves = 0;
        while (await Liar.StateAsync(world.Steward) == "enrolled" && waves++ < Most)
            await Liar.TryFloodAsync(Wave);
        Assert.Equal("suspended", await Liar.StateAsync(world.Steward));
        var (cut, passed) = (await world.CountAsync("peer.flood") - before, await world.CountAsync("bundle.malformed") - refused);
        output.WriteLine($"{waves} waves of {Wave} messages: {cut} cut unseen, {passed} looked at and refused");
        Assert.True(cut > 0, "a flood is cut, and the steward sees how much");
        Assert.True(passed > 0, "what passed before the flood was cut is refused");
        await Liar.TryFloodAsync(Wave);
        Assert.Equal(refused + passed, await world.CountAsync("bundle.malformed"));
        Assert.True((await world.Steward.PostAsync($"api/steward/peerings/{Liar.Did}/resume", [])).IsDone);
        await Liar.ConnectAsync();
        await world.GoesOnAsync();
    }

    [Fact]
    public async Task Garbage_at_the_pairing_door_is_refused_with_a_word()
    {
        var garbage = await Liar.PostAsync(RandomNumberGenerator.GetBytes(500));
        Assert.Equal((409, "pairing.malformed"), (garbage.Status, Encoding.ASCII.GetString(garbage.Bytes)));
        var tooMuch = await Liar.PostAsync(new byte[PairingMessage.MaxSize + 1]);
        Assert.InRange(tooMuch.Status, 400, 499);
        Assert.Equal("enrolled", await Liar.StateAsync(world.Steward));
        await world.GoesOnAsync();
    }

    private async Task ToldAndCountedAsync(string code, TopicKind kind, string dataClass, byte[] lie)
    {
        var (offerings, counted) = (await world.OfferingsAsync(), await world.CountAsync(code));
        Liar.Send(kind, dataClass, lie);
        await Until.HoldsAsync(async () => await world.CountAsync(code) == counted + 1, $"the steward sees {code} counted");
        Assert.Equal(offerings, await world.OfferingsAsync());
        await world.GoesOnAsync();
    }

    private static byte[] Good(LiedTo w) => w.Liar.Bundle(2, [w.Offering()]);

    private static byte[] Told(LiedTo w, Func<BundleHeader, BundleHeader> lie) => w.Liar.Bundle(2, [w.Offering()], lie);

    private static byte[] Item(LiedTo w, Func<StatementHeader, StatementHeader> lie) =>
        w.Liar.Statement(Kinds.Offering, ForeignPeer.OfferingBody(w.Person, "Thing"), lie);

    private static byte[] Offered(LiedTo w, string title) =>
        w.Liar.Statement(Kinds.Offering, ForeignPeer.OfferingBody(w.Person, title));

    private static byte[] Introduced(LiedTo w, byte[] genesis) =>
        w.Liar.Statement(
            Kinds.Identity,
            WireJson.Write(new IdentityBody([Convert.ToBase64String(genesis)]), WireJson.Default.IdentityBody)
        );

    private static byte[] KeyTwice(LiedTo w) =>
        w.Liar.Statement(Kinds.Withdrawal, "{\"item_id\":\"a\",\"version\":1,\"version\":2}"u8.ToArray());

    private static byte[] Deep(LiedTo w) =>
        w.Liar.Statement(Kinds.Offering, Encoding.ASCII.GetBytes(new string('[', 1000) + new string(']', 1000)));

    private static byte[] ReceiptOf(long seq) => WireJson.Write(new ReceiptBody(0, seq, seq, []), WireJson.Default.ReceiptBody);

    private static byte[] SignedByAnother(LiedTo w)
    {
        using var other = NodeKey.Create(EdgeNode.Wire.Io.SystemEntropy.Instance);
        return w.Liar.Bundle(2, [w.Offering()], key: other);
    }

    private static byte[] SignedByNobody(LiedTo w)
    {
        using var other = NodeKey.Create(EdgeNode.Wire.Io.SystemEntropy.Instance);
        return w.Liar.Statement(Kinds.Offering, ForeignPeer.OfferingBody(w.Person, "Thing"), key: other);
    }

    private static string Stranger() => Did.FromGenesis(RandomNumberGenerator.GetBytes(32)).Value;

    private static byte[] Spoil(byte[] bytes, int at, byte value)
    {
        bytes[at] = value;
        return bytes;
    }

    private static byte[] SpoilEnd(byte[] frame) => Spoil(frame, frame.Length - 1, (byte)(frame[^1] ^ 1));

    /// <summary>The signature of a bundle's header stands before its statements.</summary>
    private static byte[] SpoilSignature(LiedTo w, int at)
    {
        var bundle = Good(w);
        var end = Frame.TryRead(bundle, 0, out var used) is null ? 0 : used - Frame.SignatureLength;
        return Spoil(bundle, end + at, (byte)(bundle[end + at] ^ 1));
    }

    /// <summary>Still a well-formed header, but with another clock than was signed.</summary>
    private static byte[] Reworded(LiedTo w)
    {
        var bundle = Good(w);
        var at = bundle.AsSpan().IndexOf("\"hlc\":\""u8) + 7 + 15;
        return Spoil(bundle, at, bundle[at] == (byte)'0' ? (byte)'1' : (byte)'0');
    }

    /// <summary>(r, n - s) is as valid mathematically, but only one of the two forms is taken, so that nobody can make a second signature.</summary>
    private static byte[] HighS(LiedTo w)
    {
        var order = new global::System.Numerics.BigInteger(
            Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
            isUnsigned: true,
            isBigEndian: true
        );
        var bundle = Good(w);
        _ = Frame.TryRead(bundle, 0, out var used);
        var s = bundle.AsSpan(used - 32, 32);
        var high = (order - new global::System.Numerics.BigInteger(s, isUnsigned: true, isBigEndian: true)).ToByteArray(
            true,
            true
        );
        s.Clear();
        high.CopyTo(s[(32 - high.Length)..]);
        return bundle;
    }
}
