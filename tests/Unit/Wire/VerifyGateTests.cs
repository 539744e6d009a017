using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Wire;

/// <summary>Everything from outside passes the gate: signature first, meaning after.</summary>
public sealed class VerifyGateTests : IDisposable
{
    private static readonly Moment Now = new(1_772_352_000_000);
    private const string Contract = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";

    private readonly P256 _p256 = new();
    private readonly NodeKey _key;
    private readonly NodeKey _otherKey;
    private readonly Did _mill;
    private readonly Did _hill;
    private readonly VerifyGate _gate;
    private long _hlc = Now.Ms << 16;

    public VerifyGateTests()
    {
        var entropy = new SeededEntropy(11);
        _key = NodeKey.Create(entropy);
        _otherKey = NodeKey.Create(entropy);
        _mill = Identity.CreateNode(_key, entropy.Bytes(32), entropy).Did;
        _hill = Identity.CreateNode(_otherKey, entropy.Bytes(32), entropy).Did;
        _gate = new VerifyGate(_hill, _p256, (did, key) => did == _mill && key == _key.PublicKey);
    }

    public void Dispose()
    {
        _key.Dispose();
        _otherKey.Dispose();
        _p256.Dispose();
    }

    [Fact]
    public void A_sound_statement_passes()
    {
        var (statement, verdict) = _gate.Check(Sound().Raw, Now);
        Assert.True(verdict.IsAccepted);
        Assert.Equal(Sound().Kind, statement!.Kind);
    }

    [Fact]
    public void A_bit_changed_anywhere_is_noticed()
    {
        var raw = Sound().Raw.ToArray();
        for (var at = 0; at < raw.Length; at++)
        {
            var spoiled = (byte[])raw.Clone();
            spoiled[at] ^= 0x10;
            Assert.False(_gate.Check(spoiled, Now).Verdict.IsAccepted, $"byte {at} of {raw.Length}");
        }
    }

    [Fact]
    public void What_was_foreseen_is_judged_like_what_was_not()
    {
        using var elsewhere = new P256();
        var sound = Sound();
        var forged = sound.Raw.ToArray();
        forged[^1] ^= 1;
        var header = Header(Id(sound), Id(sound));
        var bundle = Bundle.Join(header, [sound.Raw.ToArray(), forged]);
        var spoiled = (byte[])bundle.Clone();
        spoiled[header.Length - 1] ^= 1;
        var other = Bundle.Join(Header(Id(sound)), [sound.Raw.ToArray()]);
        foreach (var raw in new[] { bundle, spoiled, other, bundle[..^1], [] })
        {
            var plain = _gate.CheckBundle(raw, _mill);
            var foreseen = _gate.CheckBundle(raw, _mill, VerifyGate.Foresee(raw, elsewhere));
            Assert.Equal(plain.Code, foreseen.Code);
            Assert.Equal(plain.Bundle?.Id, foreseen.Bundle?.Id);
            Assert.Equal(Verdicts(plain.Bundle), Verdicts(foreseen.Bundle));
        }
        Assert.Equal(
            [Verdict.Accepted, Verdict.Refused("statement.signature")],
            Verdicts(_gate.CheckBundle(bundle, _mill).Bundle)
        );
        // What was seen in other bytes counts for nothing.
        Assert.Equal("bundle.signature", _gate.CheckBundle(spoiled, _mill, VerifyGate.Foresee(bundle, elsewhere)).Code);
    }

    private static string Id(Statement statement) => statement.Id;

    private byte[] Header(params string[] ids) =>
        Bundle.SignHeader(new Signer(_mill, _key, 1, () => ++_hlc), _hill, 2, 1, "", ids);

    private List<Verdict> Verdicts(Bundle? bundle) => [.. (bundle?.Read ?? []).Select(s => _gate.Check(s, Now).Verdict)];

    [Fact]
    public void The_mirrored_signature_is_refused()
    {
        // With (r, s) also (r, n - s) is a valid ECDSA signature; only the low one is ours, so nobody can make a second form of a statement.
        var raw = Sound().Raw.ToArray();
        var n = new System.Numerics.BigInteger(
            Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
            isUnsigned: true,
            isBigEndian: true
        );
        var s = new System.Numerics.BigInteger(raw.AsSpan(^32..), isUnsigned: true, isBigEndian: true);
        var mirrored = (n - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        mirrored.CopyTo(raw.AsSpan(raw.Length - mirrored.Length));
        Assert.Equal("statement.signature", _gate.Check(raw, Now).Verdict.Code);
    }

    [Fact]
    public void A_key_that_is_not_the_origins_is_refused() =>
        Assert.Equal("statement.unknown_origin", Code(Signed(new Signer(_mill, _otherKey, 1, () => ++_hlc), [_hill])));

    [Fact]
    public void An_origin_that_nobody_knows_is_refused() =>
        Assert.Equal("statement.unknown_origin", Code(Signed(new Signer(_hill, _otherKey, 1, () => ++_hlc), [_hill])));

    [Fact]
    public void What_is_for_others_is_refused() =>
        Assert.Equal("statement.audience", Code(Signed(Mill(), [new Did("did:edge:" + new string('a', 52))])));

    [Fact]
    public void What_has_expired_is_expired_unless_the_clock_was_never_set()
    {
        var statement = Sound();
        Assert.Equal(Verdict.Expired, _gate.Check(statement.Raw, Now + TimeSpan.FromDays(40)).Verdict);
        Assert.True(_gate.Check(statement.Raw, new Moment(1_000_000)).Verdict.IsAccepted);
    }

    [Theory]
    [InlineData("v", 2, "statement.version")]
    [InlineData("crit", new[] { "unheard-of" }, "statement.crit")]
    [InlineData("class", "public", "statement.class")]
    [InlineData("class", "local-only", "statement.malformed")]
    [InlineData("class", "LOCAL-ONLY", "statement.malformed")]
    [InlineData("kind", "rumour", "statement.kind")]
    [InlineData("expires", null, "statement.expiry")]
    [InlineData("expires", "tomorrow", "statement.malformed")]
    [InlineData("hlc", "8000000000000000", "statement.malformed")]
    [InlineData("epoch", -1L, "statement.malformed")]
    [InlineData("from", "did:edge:short", "statement.malformed")]
    public void A_header_that_is_signed_and_wrong_is_refused_with_its_reason(string field, object? value, string code)
    {
        var header = WireJson.Read(Sound().Frame.Header.Span, WireJson.Default.StatementHeader)!;
        var changed = field switch
        {
            "v" => header with { V = (int)value! },
            "crit" => header with { Crit = (string[])value! },
            "class" => header with { Class = (string)value! },
            "kind" => header with { Kind = (string)value! },
            "expires" => header with { Expires = (string?)value },
            "hlc" => header with { Hlc = (string)value! },
            "epoch" => header with { Epoch = (long)value! },
            _ => header with { From = (string)value! },
        };
        var raw = Frame.Encode(changed.Kind, WireJson.Write(changed, WireJson.Default.StatementHeader), Sound().Body, _key.Sign);
        Assert.Equal(code, _gate.Check(raw, Now).Verdict.Code);
    }

    [Fact]
    public void No_statement_of_class_local_only_can_be_made()
    {
        foreach (var rule in DataMap.KindRules)
        {
            var draft = new StatementDraft(rule.Kind, DataClass.LocalOnly, [_hill], [], Now, Contract);
            Assert.Throws<InvariantException>(() => Statement.Sign(draft, Mill()));
        }
        Assert.Throws<InvalidOperationException>(() => DataClass.LocalOnly.ToWire());
        Assert.False(DataClasses.TryParse("local-only", out _));
    }

    [Fact]
    public void No_kind_is_sent_in_another_class_than_its_own()
    {
        foreach (var rule in DataMap.KindRules)
        foreach (var cls in Enum.GetValues<DataClass>().Where(c => c != rule.Class))
        {
            var draft = new StatementDraft(rule.Kind, cls, [_hill], [], Now, Contract);
            Assert.Throws<InvariantException>(() => Statement.Sign(draft, Mill()));
        }
    }

    [Fact]
    public void A_kind_that_the_data_map_does_not_name_cannot_be_made() =>
        Assert.Throws<InvariantException>(() =>
            Statement.Sign(new StatementDraft("rumour", DataClass.Shared, [_hill], [], Now, Contract), Mill())
        );

    [Fact]
    public void A_body_beyond_its_bound_cannot_be_made()
    {
        var draft = new StatementDraft(Kinds.Withdrawal, DataClass.Shared, [_hill], new byte[513], Now, Contract);
        Assert.Throws<InvariantException>(() => Statement.Sign(draft, Mill()));
    }

    [Fact]
    public void An_id_never_covers_a_signature()
    {
        var statement = Sound();
        var again = Frame.Encode(statement.Kind, statement.Frame.Header.Span, statement.Body, _key.Sign);
        Assert.NotEqual(statement.Raw.ToArray(), again);
        Assert.Equal(statement.Id, Statement.TryRead(again)!.Id);
    }

    [Fact]
    public void A_control_frame_counts_only_between_the_two_it_names_and_as_what_it_is()
    {
        var frame = Control.Sign(Mill(), Kinds.Have, _hill, [1, 2, 3]);
        Assert.NotNull(_gate.CheckControl(Kinds.Have, frame, _mill));
        Assert.Null(_gate.CheckControl(Kinds.Receipt, frame, _mill));
        Assert.Null(_gate.CheckControl(Kinds.Have, frame, _hill));
        Assert.Null(_gate.CheckControl(Kinds.Have, Control.Sign(Mill(), Kinds.Have, _mill, [1]), _mill));
        Assert.Null(_gate.CheckControl(Kinds.Have, frame.AsMemory(0, frame.Length - 1), _mill));
    }

    private Signer Mill() => new(_mill, _key, 1, () => ++_hlc);

    private Statement Sound() => Signed(Mill(), [_hill]);

    private string Code(Statement statement) => _gate.Check(statement.Raw, Now).Verdict.Code;

    private static Statement Signed(Signer signer, Did[] audience)
    {
        var body = WireJson.Write(new WithdrawalBody("01890a5d-ac96-774b-bcce-b302099a8057", 2), WireJson.Default.WithdrawalBody);
        var draft = new StatementDraft(Kinds.Withdrawal, DataClass.Shared, audience, body, Now + TimeSpan.FromDays(30), Contract);
        return Statement.Sign(draft, signer);
    }
}
