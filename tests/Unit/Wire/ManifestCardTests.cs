using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Wire;

/// <summary>A card is read only when everything on it fits together, whoever brought it.</summary>
public sealed class ManifestCardTests : IDisposable
{
    private static readonly Moment Now = new(1_772_352_000_000);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private readonly P256 _p256 = new();
    private readonly NodeKey _key;
    private readonly NodeKey _otherKey;
    private readonly Identity _mill;
    private readonly Identity _hill;
    private readonly VerifyGate _gate;

    public ManifestCardTests()
    {
        var entropy = new SeededEntropy(12);
        _key = NodeKey.Create(entropy);
        _otherKey = NodeKey.Create(entropy);
        _mill = Identity.CreateNode(_key, entropy.Bytes(32), entropy);
        _hill = Identity.CreateNode(_otherKey, entropy.Bytes(32), entropy);
        _gate = new VerifyGate(_hill.Did, _p256, (_, _) => false);
    }

    public void Dispose()
    {
        _key.Dispose();
        _otherKey.Dispose();
        _p256.Dispose();
    }

    [Fact]
    public void A_stranger_s_card_names_who_made_it_and_where_it_answers()
    {
        var (card, code) = _gate.CheckCard(Sound(), Now);

        Assert.Equal("", code);
        Assert.Equal((_mill.Did, _key.PublicKey), (card!.Identity.Did, card.Identity.Key));
        Assert.Equal((Now, Now + Month), (card.Issued, card.Expires));
        Assert.Equal("192.168.4.1", card.Body.Endpoints[0].Address);
    }

    [Fact]
    public void A_bit_changed_anywhere_is_noticed()
    {
        var raw = Sound();
        for (var at = 0; at < raw.Length; at++)
        {
            var spoiled = (byte[])raw.Clone();
            spoiled[at] ^= 0x08;
            Assert.Equal("card.malformed", _gate.CheckCard(spoiled, Now).Code);
        }
    }

    [Fact]
    public void A_card_that_has_run_out_is_refused_unless_our_clock_was_never_set()
    {
        var raw = Sound();
        Assert.Equal("", _gate.CheckCard(raw, Now + Month).Code);
        Assert.Equal("card.expired", _gate.CheckCard(raw, Now + Month + TimeSpan.FromSeconds(1)).Code);
        Assert.Equal("", _gate.CheckCard(raw, new Moment(0)).Code);
    }

    [Fact]
    public void Our_own_card_is_not_a_neighbour_s()
    {
        var gate = new VerifyGate(_mill.Did, _p256, (_, _) => true);
        Assert.Equal("card.own", gate.CheckCard(Sound(), Now).Code);
    }

    [Fact]
    public void A_card_under_another_s_identity_is_refused()
    {
        // Hill signs, with its own key, that it is Mill.
        var forged = ManifestCard.Sign(SignerOf(_hill.Did, _otherKey), Body(), Now, Now + Month)!;
        Assert.Equal("card.malformed", _gate.CheckCard(forged, Now).Code);
        var mixed = ManifestCard.Sign(SignerOf(_mill.Did, _otherKey), Body(), Now, Now + Month)!;
        Assert.Equal("card.malformed", _gate.CheckCard(mixed, Now).Code);
    }

    [Fact]
    public void A_person_s_identity_makes_no_cabinet()
    {
        var person = Identity.CreatePerson(new byte[32], new SeededEntropy(3));
        var forged = ManifestCard.Sign(
            SignerOf(person.Did, _key),
            Body() with
            {
                Genesis = Convert.ToBase64String(person.Genesis),
            },
            Now,
            Now + Month
        )!;
        Assert.Equal("card.malformed", _gate.CheckCard(forged, Now).Code);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("hill.example")]
    public void An_address_of_no_one_host_stands_on_no_card(string address) =>
        Assert.Throws<InvariantException>(() => ManifestCard.Sign(SignerOf(_mill.Did, _key), Body(address), Now, Now + Month));

    [Fact]
    public void The_text_of_a_card_survives_line_ends_capitals_and_words_around_it()
    {
        var raw = Sound();
        var text = ManifestCard.ToText(raw);
        Assert.Matches("^ENC1/[A-Z2-7]+$", text);
        var careless =
            "Our card:\r\n" + string.Join("\r\n  ", text.ToLowerInvariant().Chunk(60).Select(c => new string(c))) + "\r\n-- \r\n";

        Assert.Equal(raw, ManifestCard.FromText(text));
        Assert.Equal(raw, ManifestCard.FromText(careless));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ENC1")]
    [InlineData("ENC1/A")]
    [InlineData("ENC1/ABC")]
    [InlineData("EN1/ABCDEFGH/1/1/ABCD")]
    public void A_text_without_a_card_has_none(string text) => Assert.Null(ManifestCard.FromText(text));

    [Fact]
    public void The_largest_card_still_fits_one_code_and_a_larger_one_is_not_made()
    {
        var wide = Body() with { Operator = new string('ö', 200), Name = new string('ä', 80) };
        var raw = ManifestCard.Sign(SignerOf(_mill.Did, _key), wide, Now, Now + Month);
        Assert.NotNull(raw);
        // ISO/IEC 18004: 3,391 alphanumeric characters in the largest code of correction level M.
        Assert.InRange(ManifestCard.ToText(new byte[ManifestCard.MaxSize]).Length, raw.Length, 3_391);

        var over = wide with
        {
            Operator = new string('\u4e2d', 200),
            Name = new string('\u4e2d', 80),
            Endpoints = [.. Enumerable.Repeat(Long, 4)],
        };
        Assert.Null(ManifestCard.Sign(SignerOf(_mill.Did, _key), over, Now, Now + Month));
    }

    [Fact]
    public void No_damaged_text_makes_the_reader_throw()
    {
        var random = new Random(5);
        var text = ManifestCard.ToText(Sound());
        for (var i = 0; i < 2_000; i++)
        {
            var spoiled = text.ToCharArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                spoiled[random.Next(spoiled.Length)] = (char)random.Next(32, 128);
            }
            var cut = new string(spoiled)[..random.Next(spoiled.Length)];
            Assert.NotEqual("", _gate.CheckCard(ManifestCard.FromText(cut) ?? [], Now).Code);
        }
    }

    private static readonly ManifestEndpoint Long = new(
        ManifestEndpoint.Ip,
        "2001:db8:1111:2222:3333:4444:5555:6666",
        65_535,
        65_535
    );

    private byte[] Sound() => ManifestCard.Sign(SignerOf(_mill.Did, _key), Body(), Now, Now + Month)!;

    private ManifestBody Body(string address = "192.168.4.1") =>
        new(
            "Mill cabinet",
            Convert.ToBase64String(_mill.Genesis),
            "the stewards of Mill",
            "0.1.0",
            "1",
            new string('a', 64),
            1,
            1,
            [new(ManifestEndpoint.Ip, address, 8883, 8444)]
        );

    private static Signer SignerOf(Did did, NodeKey key) => new(did, key, 0, () => 0);
}
