using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation;

public sealed class CardLockTests
{
    private static readonly Did Alice = new(Rings.Alice);
    private readonly byte[] _seed = new SeededEntropy(5).Bytes(32);
    private readonly CardLock.NewCard _card;
    private readonly byte[] _secret;

    public CardLockTests()
    {
        _card = CardLock.Create(new SeededEntropy(6), _seed, Alice);
        Assert.True(CardLock.TryParse(_card.Code, out _secret));
    }

    [Fact]
    public void The_card_opens_the_key_it_was_made_for() =>
        Assert.Equal(_seed, CardLock.Open(_secret, _card.Nonce, _card.Wrapped, Alice));

    [Fact]
    public void A_card_that_differs_in_one_bit_opens_nothing()
    {
        for (var bit = 0; bit < 128; bit++)
        {
            var other = (byte[])_secret.Clone();
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(CardLock.Open(other, _card.Nonce, _card.Wrapped, Alice));
            Assert.NotEqual(_card.CardId, CardLock.IdOf(other));
        }
    }

    [Fact]
    public void A_key_moved_to_another_resident_does_not_open() =>
        Assert.Null(CardLock.Open(_secret, _card.Nonce, _card.Wrapped, new Did(Rings.Bob)));

    [Fact]
    public void A_changed_key_does_not_open()
    {
        var changed = (byte[])_card.Wrapped.Clone();
        changed[3] ^= 1;
        Assert.Null(CardLock.Open(_secret, _card.Nonce, changed, Alice));
        Assert.Null(CardLock.Open(_secret, _card.Nonce, changed[..8], Alice));
    }

    [Fact]
    public void The_node_keeps_nothing_that_tells_the_secret()
    {
        var kept = Convert.ToHexString(_card.Wrapped) + Convert.ToHexString(_card.Nonce) + _card.CardId.ToUpperInvariant();
        Assert.DoesNotContain(Convert.ToHexString(_secret), kept, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(_seed), kept, StringComparison.Ordinal);
        Assert.Equal(_card.CardId, CardLock.IdOf(_secret));
    }

    [Fact]
    public void A_code_is_read_however_it_is_typed()
    {
        Assert.Equal(CardLock.CodeLength, _card.Code.Length);
        string[] ways =
        [
            _card.Code.ToUpperInvariant(),
            string.Join('-', _card.Code.Chunk(5).Select(c => new string(c))),
            "  " + string.Join(' ', _card.Code.Chunk(4).Select(c => new string(c))) + "\n",
            _card.Code.Replace('o', '0').Replace('i', '1').Replace('b', '8'),
        ];
        foreach (var typed in ways)
        {
            Assert.True(CardLock.TryParse(typed, out var read), typed);
            Assert.Equal(_secret, read);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaa9")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaa\u00e4")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void What_is_no_code_is_not_read(string? typed) => Assert.False(CardLock.TryParse(typed, out _));

    [Fact]
    public void A_flood_of_characters_is_not_read() =>
        Assert.False(CardLock.TryParse(new string('-', 100_000) + _card.Code, out _));

    [Fact]
    public void The_stewards_code_opens_however_it_is_typed_and_no_other_does()
    {
        var (code, salt, stored) = StewardLock.Create(new SeededEntropy(7));
        Assert.True(StewardLock.Opens(code, salt, stored));
        Assert.True(StewardLock.Opens($" {code[..4].ToUpperInvariant()}-{code[4..]} ", salt, stored));
        Assert.False(StewardLock.Opens(code[1..], salt, stored));
        Assert.False(StewardLock.Opens(code + "a", salt, stored));
        Assert.False(StewardLock.Opens(null, salt, stored));
        Assert.False(StewardLock.Opens(code, [.. salt.Select(b => (byte)(b ^ 1))], stored));
    }
}
