using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Hostile;

/// <summary>
/// A peer that the steward has accepted, with its own key and a true certificate, lies on every road it has: in frames, on topics, at the broker's door and at
/// the pairing door. One cabinet hears all of it, one lie after the other.
/// </summary>
public sealed class HostilePeerTests(Stage stage) : IClassFixture<Stage>
{
    private static readonly IReadOnlyList<Lie> Lies = [.. LinkLies.All, .. DoorLies.All];

    public static TheoryData<string> Names => [.. Lies.Select(l => l.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_lie_changes_nothing_for_anybody_else(string name)
    {
        await Lies.Single(l => l.Name == name).Tell(stage);
        await stage.HoldsAsync();
    }

    [Fact]
    public void The_page_on_security_lists_every_lie_and_what_happens_then()
    {
        var told = Frames().Concat(Lies.Select(l => Row(l.Name, l.Then))).ToList();
        Assert.Equal(told.Count, told.Distinct().Count());
        var page = File.ReadAllLines(Path.Combine(Binaries.Root, "docs", "security.md"));
        var listed = page.SkipWhile(l => l != "| The lie | What happens |").Skip(2).TakeWhile(l => l.StartsWith('|')).ToList();
        Assert.Empty(told.Except(listed));
        Assert.Empty(listed.Except(told));
    }

    private static IEnumerable<string> Frames() =>
        [
            .. ForeignPeerTests.BundleLies.Select(l => Row(l.Key, $"`{l.Value.Code}`")),
            .. FrameLies.OfBundles.Select(l => Row(l.Key, $"`{l.Value.Code}`")),
            .. ForeignPeerTests.StatementLies.Select(l => Row(l.Key, $"`{l.Value.Code}`")),
            .. FrameLies.OfStatements.Select(l => Row(l.Key, $"`{l.Value.Code}`")),
            .. ForeignPeerTests.ControlLies.Select(l => Row(l.Key, $"`{l.Value.Code}`")),
            .. FrameLies.OfControls.Select(l => Row(l.Key, $"`{l.Value.Code}`")),
        ];

    private static string Row(string name, string then) => $"| {name} | {then} |";
}
