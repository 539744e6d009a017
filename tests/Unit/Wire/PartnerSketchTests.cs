using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Wire;

public sealed class PartnerSketchTests
{
    [Fact]
    public void A_sketch_reads_back_as_it_was_packed()
    {
        var sketch = new PartnerSketch([new(7, 1, 2), new(9, ushort.MaxValue, 0)], [new(7, 9), new(9, 9), new(9, 7)]);

        var (categories, moves) = sketch.Pack();
        var read = PartnerSketch.Unpack(categories, moves)!;

        Assert.Equal(sketch.Categories, read.Categories);
        Assert.Equal(sketch.Moves.OrderBy(m => m.Needs).ThenBy(m => m.Offers), read.Moves);
    }

    [Theory]
    [InlineData("AAAA", "")] // no whole category
    [InlineData("", "AAAA")] // no whole move
    [InlineData("", "AAAAAA==")] // a move between categories that are not there
    [InlineData("AAAAAQAAAAAAAAABAAAAAA==", "")] // one mark twice
    [InlineData("not base64!", "")]
    public void What_is_no_sketch_is_refused(string categories, string moves) =>
        Assert.Null(PartnerSketch.Unpack(categories, moves));

    [Fact]
    public void A_sketch_beyond_its_bound_is_refused()
    {
        var categories = Enumerable.Range(0, PartnerSummaryBody.MaxSketch / 8 + 1).Select(i => new SketchCategory((uint)i, 1, 1));
        var (packed, _) = new PartnerSketch([.. categories], []).Pack();

        Assert.Null(PartnerSketch.Unpack(packed, ""));
    }

    [Fact]
    public void Marks_are_packed_ascending_and_each_once()
    {
        Assert.Equal([1u, 5u, 9u], CategoryMarks.Unpack(CategoryMarks.Pack([9, 1, 5, 1]), 3)!);
        Assert.Null(CategoryMarks.Unpack(CategoryMarks.Pack([9, 1, 5]), 2));
        Assert.Null(CategoryMarks.Unpack("AAAAAgAAAAE=", 5)); // 2, 1
        Assert.Null(CategoryMarks.Unpack("AAA=", 5));
        Assert.Empty(CategoryMarks.Unpack("", 5)!);
    }

    [Fact]
    public void The_mark_of_a_category_never_changes() => Assert.Equal(0x2CF24DBAu, CategoryMarks.Of("hello"));
}
