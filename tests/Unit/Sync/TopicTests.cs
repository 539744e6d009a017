using EdgeNode.Sync;

namespace EdgeNode.Tests.Unit.Sync;

public sealed class TopicTests
{
    private static readonly string Anna = "did:edge:" + new string('a', 52);
    private static readonly string Ben = "did:edge:" + new string('b', 51) + "7";

    public static TheoryData<string> Malformed()
    {
        var good = $"en/1/{Anna}/{Ben}/d/public";
        return
        [
            "",
            "/",
            "en/1/",
            $"en/2/{Anna}/{Ben}/d/public",
            $"en/1/{Anna}/{Ben}/x/public",
            $"en/1/{Anna}/{Ben}/d/local-only",
            $"en/1/{Anna}/{Ben}/d/Public",
            $"en/1/{Anna}/{Ben}/d/",
            $"en/1/{Anna}/{Ben}/d",
            $"en/1/{Anna}/{Ben}/",
            $"en/1/{Anna}/{Ben}",
            $"en/1/{Anna}//d/public",
            $"en/1/{Anna}/+/d/public",
            $"en/1/{Anna[..^1]}/{Ben}/d/public",
            $"en/1/{Anna}a/{Ben}/d/public",
            $"en/1/{Anna.ToUpperInvariant()}/{Ben}/d/public",
            $"en/1/{Anna}/{Ben.Replace('7', '8')}/d/public",
            $"en/1/{Anna}/{Ben.Replace('b', '\u0431')}/d/public",
            $"en/1/did:key:{new string('a', 53)}/{Ben}/d/public",
            good + "/",
            good + "\0",
            " " + good,
            good + new string('x', 4096),
        ];
    }

    [Theory]
    [InlineData(TopicKind.Data, "public", "d/public")]
    [InlineData(TopicKind.Receipt, "shared", "r/shared")]
    [InlineData(TopicKind.Have, "restore-only", "h/restore-only")]
    [InlineData(TopicKind.Have, "control", "h/control")]
    public void Reads_back_what_it_wrote(TopicKind kind, string dataClass, string end)
    {
        var topic = new Topic(Anna, Ben, kind, dataClass);
        Assert.Equal($"en/1/{Anna}/{Ben}/{end}", topic.ToString());
        Assert.True(Topic.TryParse(topic.ToString(), out var read));
        Assert.Equal(topic, read);
        Assert.True(topic.ToString().Length <= Topic.MaxLength);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Refuses_what_it_would_not_have_written(string text)
    {
        Assert.False(Topic.TryParse(text, out var topic));
        Assert.Equal(default, topic);
    }

    [Fact]
    public void Has_no_name_for_local_only_data()
    {
        Assert.DoesNotContain("local-only", Topic.AllClasses);
        Assert.Throws<ArgumentException>(() => new Topic(Anna, Ben, TopicKind.Data, "local-only").ToString());
    }

    [Fact]
    public void Puts_nothing_but_a_DID_into_a_filter()
    {
        Assert.Equal($"en/1/{Anna}/+/#", Topic.EverythingTo(Anna));
        Assert.Equal($"en/1/{Anna}/{Ben}/#", Topic.Everything(to: Anna, from: Ben));
        Assert.Throws<ArgumentException>(() => Topic.EverythingTo("+"));
        Assert.Throws<ArgumentException>(() => Topic.Everything(Anna, "#"));
    }
}
