using System.Security.Cryptography;
using System.Text;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>The hashed bytes, written out a second time from their description.</summary>
public sealed class PlanDigestTests
{
    private static readonly Market Market = Market.Create(
        [
            new("o1", "alice", "north", "bread", 2, ["south"]) { AcceptPercent = 90 },
            new("o2", "bób", "south", "repair", 1, ["north"]),
        ],
        [
            new("n1", "alice", "north", ["repair", "music"], 1, ["south"]),
            new("p2", "bób", "south", ["bread"], 1, ["north"]) { Score = 50 },
        ],
        ["bób"]
    );

    [Fact]
    public void The_input_hash_covers_all_records_by_id() =>
        Assert.Equal(
            Hash(
                "edgenode/input/1",
                ["need", "n1", "alice", "north", "2", "music", "repair", "1", "1", "south", "100"],
                ["offering", "o1", "alice", "north", "bread", "2", "1", "south", "90"],
                ["offering", "o2", "bób", "south", "repair", "1", "1", "north", "100"],
                ["need", "p2", "bób", "south", "1", "bread", "1", "1", "north", "50"],
                ["waiting", "1", "bób"]
            ),
            Market.InputHash
        );

    [Fact]
    public void The_plan_hash_covers_input_objective_limits_value_and_rings()
    {
        var plan = Planner.Solve(Market, PlanOptions.Default);
        // (100 + 50) points at 90 % times 100 %.
        Assert.Equal(135_000_000, plan.ValueMicro);
        Assert.Equal(
            Hash("edgenode/plan/1", [Market.InputHash, "expected", "3", "0", "135000000", "1"], ["o1", "p2", "o2", "n1"]),
            plan.PlanHash
        );
    }

    private static string Hash(string label, params string[][] texts)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(label), 0];
        foreach (var text in texts.SelectMany(t => t).Select(Encoding.UTF8.GetBytes))
            bytes.AddRange([0, 0, 0, (byte)text.Length, .. text]);
        return Convert.ToHexString(SHA256.HashData([.. bytes])).ToLowerInvariant();
    }
}
