using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

public sealed class DnsNameTests
{
    [Fact]
    public void Compares_ASCII_letters_without_case_and_everything_else_as_bytes()
    {
        Assert.Equal(DnsName.Of("_EdgeNode", "_TCP", "Local"), DnsName.Of("_edgenode", "_tcp", "local"));
        Assert.Equal(DnsName.Of("_EdgeNode", "local").GetHashCode(), DnsName.Of("_edgenode", "LOCAL").GetHashCode());
        Assert.NotEqual(DnsName.Of("É", "local"), DnsName.Of("é", "local"));
        Assert.NotEqual(DnsName.Of("a[", "local"), DnsName.Of("a{", "local"));
        Assert.NotEqual(DnsName.Of("a.b", "local"), DnsName.Of("a", "b", "local"));
    }

    [Fact]
    public void Escapes_dots_and_backslashes_inside_a_label()
    {
        Assert.Equal(
            @"Garden\.House \\ 7._edgenode._tcp.local",
            DnsName.Of(@"Garden.House \ 7", "_edgenode", "_tcp", "local").ToString()
        );
        Assert.Equal(".", DnsName.Of().ToString());
    }

    [Fact]
    public void A_child_is_one_label_longer_than_its_parent()
    {
        var parent = DnsName.Of("_edgenode", "_tcp", "local");
        Assert.True(parent.Under("A.B").IsChildOf(parent));
        Assert.False(parent.IsChildOf(parent));
        Assert.False(parent.Under("A").Under("B").IsChildOf(parent));
        Assert.False(DnsName.Of("A", "x_edgenode", "_tcp", "local").IsChildOf(parent));
        Assert.False(DnsName.Of().IsChildOf(parent));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void Refuses_a_label_that_is_empty_or_over_63_bytes(string label) =>
        Assert.Throws<ArgumentException>(() => DnsName.Of(label, "local"));

    [Fact]
    public void Refuses_a_name_over_255_bytes()
    {
        var label = new string('x', 63);
        var longest = DnsName.Of(label, label, label, new string('x', 61));
        Assert.Equal(255, longest.Wire.Length);
        Assert.Throws<ArgumentException>(() => DnsName.Of(label, label, label, new string('x', 62)));
        Assert.Throws<ArgumentException>(() => longest.Under("a"));
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("\u001b[31mred")]
    [InlineData("\u202Eturned")]
    [InlineData("para\u2029graph")]
    public void A_first_label_that_would_upset_a_screen_is_no_text(string label) =>
        Assert.False(DnsName.Of(label, "local").TryFirstLabel(out _));

    [Fact]
    public void A_first_label_that_is_not_UTF_8_is_no_text()
    {
        Assert.False(new DnsName([2, 0xC3, 0x28, 0]).TryFirstLabel(out _));
        Assert.True(new DnsName([2, 0xC3, 0xA9, 0]).TryFirstLabel(out var text));
        Assert.Equal("é", text);
    }
}
