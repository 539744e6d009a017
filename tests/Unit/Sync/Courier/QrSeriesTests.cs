using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync.Courier;

/// <summary>A set as QR codes and back, whatever order, words or scissors came between.</summary>
public sealed class QrSeriesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(577)]
    [InlineData(578)]
    [InlineData(579)]
    [InlineData(5000)]
    [InlineData(QrSeries.MaxSet)]
    public void A_series_brings_its_set_back_from_any_order(int length)
    {
        var set = new SeededEntropy(1).Bytes(length);
        var codes = QrSeries.Split(set);
        Assert.InRange(codes.Count, 1, QrSeries.MaxParts);
        Assert.All(codes, c => Assert.InRange(c.Length, 1, QrSeries.MaxPart));
        var read = Assert.Single(QrSeries.Read(string.Join(" and then ", codes.Reverse().Concat(codes.Take(3)))));
        Assert.Equal(set, read.Set);
        Assert.Empty(read.Missing);
    }

    [Fact]
    public void Codes_use_only_the_alphanumeric_mode()
    {
        foreach (var code in QrSeries.Split(new SeededEntropy(2).Bytes(2000)))
            Assert.False(code.AsSpan().ContainsAnyExcept("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"));
    }

    [Fact]
    public void An_unfinished_series_names_the_codes_still_to_scan_and_gives_nothing()
    {
        var codes = QrSeries.Split(new SeededEntropy(3).Bytes(4000));
        var read = Assert.Single(QrSeries.Read(string.Join('\n', codes.Where((_, i) => i is not (1 or 4)))));
        Assert.Null(read.Set);
        Assert.Equal([2, 5], read.Missing);
    }

    [Fact]
    public void Two_series_in_one_text_do_not_mix()
    {
        var (one, other) = (new SeededEntropy(4).Bytes(3000), new SeededEntropy(5).Bytes(3000));
        var mixed = QrSeries.Split(one).Zip(QrSeries.Split(other)).SelectMany(p => new[] { p.First, p.Second });
        var read = QrSeries.Read(string.Join('\n', mixed));
        Assert.Equal([one, other], read.Select(r => r.Set!));
    }

    [Fact]
    public void A_changed_code_spoils_its_series_and_is_noticed()
    {
        var codes = QrSeries.Split(new SeededEntropy(6).Bytes(3000)).ToArray();
        codes[2] = codes[2][..^1] + (codes[2][^1] == 'A' ? 'Q' : 'A');
        var read = Assert.Single(QrSeries.Read(string.Join('\n', codes)));
        Assert.Null(read.Set);
        Assert.Empty(read.Missing);
    }

    [Theory]
    [InlineData("")]
    [InlineData("EN1/ABCDEFGH/0/1/AAAA")]
    [InlineData("EN1/ABCDEFGH/2/1/AAAA")]
    [InlineData("EN1/ABCDEFGH/1/201/AAAA")]
    [InlineData("EN1/ABCDEFGH/1/999/AAAA")]
    [InlineData("EN1/ABCDEFGH/1/1/A")]
    [InlineData("EN1/abcdefgh/1/1/AAAA")]
    [InlineData("EN2/ABCDEFGH/1/1/AAAA")]
    public void What_is_no_code_of_ours_is_passed_over(string text) => Assert.Empty(QrSeries.Read(text));

    [Fact]
    public void Ten_thousand_mutated_texts_give_a_set_only_when_it_is_the_right_one()
    {
        var entropy = new SeededEntropy(7);
        var set = entropy.Bytes(1500);
        var text = string.Join('\n', QrSeries.Split(set));
        for (var i = 0; i < 10_000; i++)
        {
            foreach (var read in QrSeries.Read(Mutate(text, entropy)))
                Assert.True(read.Set is null || read.Set.AsSpan().SequenceEqual(set));
        }
    }

    static string Mutate(string text, SeededEntropy entropy)
    {
        var chars = text.ToCharArray().ToList();
        for (var times = 1 + entropy.Below(4); times > 0; times--)
        {
            var at = entropy.Below(chars.Count);
            var way = entropy.Below(3);
            if (way == 0)
                chars[at] = (char)(32 + entropy.Below(96));
            else if (way == 1)
                chars.RemoveRange(at, Math.Min(entropy.Below(30), chars.Count - at));
            else
                chars.InsertRange(at, chars.GetRange(0, Math.Min(at, entropy.Below(30))));
        }
        return new string([.. chars]);
    }
}
