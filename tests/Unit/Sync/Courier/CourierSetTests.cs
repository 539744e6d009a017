using System.Text;
using EdgeNode.Sync;
using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync.Courier;

/// <summary>What somebody hands in, as bytes: sets, single files, text, and what is none of them.</summary>
public sealed class CourierSetTests
{
    static readonly List<byte[]> Files =
    [
        [1],
        new SeededEntropy(1).Bytes(300),
        new SeededEntropy(2).Bytes(CourierSet.MaxFile),
    ];

    [Fact]
    public void A_set_brings_its_files_back() => Assert.Equal(Files, CourierSet.TryUnpack(CourierSet.Pack(Files)));

    [Fact]
    public void A_set_that_was_cut_off_gives_nothing()
    {
        var set = CourierSet.Pack(Files);
        foreach (var length in new[] { 0, 5, CourierSet.EmptySize + 2, CourierSet.EmptySize + 4, set.Length - 1 })
            Assert.Null(CourierSet.TryUnpack(set.AsSpan(0, length)));
        Assert.Empty(CourierSet.TryUnpack(set.AsSpan(0, CourierSet.EmptySize))!);
    }

    [Fact]
    public void Bounds_are_kept()
    {
        Assert.Null(CourierSet.TryUnpack(CourierSet.Pack([new byte[CourierSet.MaxFile + 1]])));
        Assert.Null(
            CourierSet.TryUnpack(
                CourierSet.Pack([
                    [],
                ])
            )
        );
        Assert.Null(CourierSet.TryUnpack(CourierSet.Pack([.. Enumerable.Repeat(new byte[] { 1 }, CourierSet.MaxFiles + 1)])));
        Assert.Null(CourierSet.TryUnpack(CourierSet.Pack([.. Enumerable.Repeat(new byte[60_000], 16)])));
    }

    [Fact]
    public void Whatever_is_handed_in_is_read_by_what_it_is()
    {
        var set = CourierSet.Pack(Files[..2]);
        Assert.Equal(Files[..2], Brought.Of(set).Files);
        Assert.Equal(
            Files[..2],
            Brought.Of(Encoding.ASCII.GetBytes("<pre>" + string.Join('\n', QrSeries.Split(set)) + "</pre>")).Files
        );
        var age = Encoding.ASCII.GetBytes("age-encryption.org/v1\nwhatever");
        Assert.Equal([age], Brought.Of(age).Files);
        Assert.Equal((0, false), (Brought.Of("a holiday picture"u8).Files.Count, Brought.Of("a holiday picture"u8).Spoiled));
        Assert.True(Brought.Of(set.AsSpan(0, set.Length - 1)).Spoiled);
    }

    [Fact]
    public void Twenty_thousand_mutated_sets_never_break_the_reader()
    {
        var (entropy, set) = (new SeededEntropy(3), CourierSet.Pack(Files[..2]));
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])set.Clone();
            for (var times = 1 + entropy.Below(4); times > 0; times--)
                bytes[entropy.Below(bytes.Length)] = (byte)entropy.Below(256);
            var read = Brought.Of(bytes.AsSpan(0, entropy.Below(4) == 0 ? entropy.Below(bytes.Length) : bytes.Length));
            Assert.True(read.Files.Sum(f => f.Length) <= bytes.Length);
        }
    }

    [Theory]
    [InlineData("0-1.age", true)]
    [InlineData("7-9007199254740991.age", true)]
    [InlineData("have.age", true)]
    [InlineData("receipt-2-17.age", true)]
    [InlineData("8-1.age", false)]
    [InlineData("0-1.age.new", false)]
    [InlineData("../0-1.age", false)]
    [InlineData("0-1.age\n", false)]
    [InlineData("0-12345678901234567.age", false)]
    [InlineData("from", false)]
    public void Only_names_of_our_own_form_are_read_or_removed(string name, bool ours) =>
        Assert.Equal(ours, CourierNames.IsOurs(name));

    [Fact]
    public void Bundles_are_handed_over_in_their_order_before_receipts()
    {
        string[] names = ["have.age", "receipt-0-3.age", "2-10.age", "2-9.age", "0-3.age"];
        Assert.Equal(["0-3.age", "2-9.age", "2-10.age", "receipt-0-3.age", "have.age"], names.OrderBy(CourierNames.OrderOf));
        Assert.Equal("2-10.age", CourierNames.FileOf(TopicKind.Data, 2, 10));
        Assert.True(CourierNames.IsFor("abcdefghijklm", "abcdefghijklm"));
        Assert.True(CourierNames.IsFor("abcdefghijklm-nopqrstuvwxyz", "abcdefghijklm"));
        Assert.False(CourierNames.IsFor("abcdefghijklmn", "abcdefghijklm"));
    }
}
