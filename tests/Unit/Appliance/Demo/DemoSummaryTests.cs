using System.Text.Json;
using EdgeNode.Appliance.Demo;

namespace EdgeNode.Tests.Unit.Appliance.Demo;

/// <summary>The summary is an interface: its keys stay, and its file is never half written.</summary>
public sealed class DemoSummaryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-summary-").FullName;

    private static readonly DemoSummary Summary = new()
    {
        Input = "ask",
        Held = false,
        Seed = 7,
        Cabinets = 3,
        Discovered = [2, 2, 1],
        Peerings = 3,
        Entries = 6,
        Replicated = [6, 6, 0],
        Planned = new(1, 3, 3, 4),
        Committed = new(1, 3, 1),
        Completed = new(1),
        Wire = new(33, 56_760),
        Seconds = new(0.7, 2.3, 3.4, 8.2),
        Faults = new Dictionary<string, int> { ["brokers_killed"] = 3 },
        Violations = ["\"Mill\" said <no>."],
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Has_the_keys_that_others_read()
    {
        var json = JsonDocument.Parse(Summary.ToJson()).RootElement;

        Assert.Equal(
            [
                "input held seed cabinets discovered peerings entries replicated planned committed completed wire seconds faults violations",
                "rings items value bound",
                "rings items crossing",
                "rings",
                "statements bytes",
                "proposal commit done total",
            ],
            new[]
            {
                json,
                json.GetProperty("planned"),
                json.GetProperty("committed"),
                json.GetProperty("completed"),
                json.GetProperty("wire"),
                json.GetProperty("seconds"),
            }.Select(o => string.Join(' ', o.EnumerateObject().Select(p => p.Name)))
        );
        Assert.Equal("\"Mill\" said <no>.", json.GetProperty("violations")[0].GetString());
    }

    [Fact]
    public void Replaces_the_old_file_and_leaves_no_other()
    {
        var path = Path.Combine(_folder, "demo-summary.json");
        File.WriteAllText(path, "old");

        Summary.Write(path);

        Assert.Equal(Summary.ToJson() + "\n", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Tells_people_every_violation()
    {
        var table = Summary.ToTable();

        Assert.Contains("violations          1\n  ! \"Mill\" said <no>.", table, StringComparison.Ordinal);
        Assert.Contains("crossing cabinets   1 ring (100 %)", table, StringComparison.Ordinal);
    }
}
