using System.Security.Cryptography;
using System.Text;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>The generators make the bytes that the reference generators (CPython 3.11) made.</summary>
public sealed class GeneratorTests
{
    [Theory]
    [InlineData(100, MarketDensity.Mid, "markets/m_100_mid.txt")]
    [InlineData(1000, MarketDensity.Low, "markets/m_1000_low.txt")]
    [InlineData(1000, MarketDensity.Mid, "markets/m_1000_mid.txt")]
    [InlineData(1000, MarketDensity.High, "markets/m_1000_high.txt")]
    public void A_market_is_the_same_to_the_byte(int residents, MarketDensity density, string file) =>
        Assert.Equal(MatchingFiles.Data(file), Bytes(to => MarketGenerator.Write(residents, 1, density, to)));

    [Theory]
    [InlineData(MarketDensity.Mid, "e678ff7cb03cc13ec120101946e7d0d241075de39170f6d2411ed837ad70353c")]
    [InlineData(MarketDensity.High, "1c8b034e73790e2b8eeb47ebc0901d901a62b5e612f2e11a42d40b7e395e9682")]
    public void A_market_of_ten_thousand_has_the_known_hash(MarketDensity density, string sha256) =>
        Assert.Equal(
            sha256,
            Convert.ToHexStringLower(SHA256.HashData(Bytes(to => MarketGenerator.Write(10_000, 1, density, to))))
        );

    [Theory]
    [InlineData(50, 10, true, 0, "sparse/s_50_u.input")]
    [InlineData(50, 10, false, 0, "sparse/s_50_w.input")]
    [InlineData(200, 10, false, 0, "sparse/s_200_w.input")]
    [InlineData(100, 8, false, 5, "sparse/s_100_w_a5.input")]
    public void A_sparse_graph_is_the_same_to_the_byte(int vertices, int percent, bool unit, int altruists, string file)
    {
        var ndds = new StringWriter();
        var bytes = Bytes(to => SparseGenerator.Write(vertices, percent, 1, unit, to, altruists, altruists > 0 ? ndds : null));
        Assert.Equal(MatchingFiles.Data(file), bytes);
        if (altruists > 0)
            Assert.Equal(Encoding.UTF8.GetString(MatchingFiles.Data(Path.ChangeExtension(file, ".ndds"))), ndds.ToString());
    }

    [Fact]
    public void Another_seed_makes_another_market() =>
        Assert.NotEqual(
            Bytes(to => MarketGenerator.Write(100, 1, MarketDensity.Mid, to)),
            Bytes(to => MarketGenerator.Write(100, 2, MarketDensity.Mid, to))
        );

    private static byte[] Bytes(Action<TextWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var to = new StreamWriter(bytes, new UTF8Encoding(false)))
            write(to);
        return bytes.ToArray();
    }
}
