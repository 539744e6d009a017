using System.Text;
using System.Text.Json;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class SolveReportTests
{
    private static readonly Instance Two = Instance.Read(
        InstanceSource.Of("x.txt", "a b\nb a\nc a"u8.ToArray()),
        new InstanceOptions()
    );

    [Fact]
    public void Has_exactly_the_fields_of_the_command_in_their_units()
    {
        var plan = Planner.Solve(Two.Graph, PlanOptions.Default with { Objective = PlanObjective.Count });
        var report = SolveReport.Of(Two, plan, 3, 0, 0.25);
        Assert.Equal(
            """{"value":2,"value_micro":2000000,"bound":2,"root_bound":2,"gap":0,"optimal":true,"certified":false,"cap":3,"chain":0,"objective":"count","cycles":[["A","B"]],"chains":[],"columns":1,"seconds":0.25,"peak_mb":7.5,"deterministic":true,"plan_hash":"""
                + $"\"{report.PlanHash}\"}}",
            Json(report with { PeakMb = 7.5 })
        );
    }

    [Fact]
    public void Says_the_word_unbounded_where_there_is_no_cap()
    {
        var report = SolveReport.Of(Two, Clearing.Solve(Two, CancellationToken.None), null, 0, 0);
        Assert.Contains("\"cap\":\"unbounded\"", Json(report));
        Assert.Equal(2, report.Value);
    }

    [Fact]
    public void A_gap_never_looks_closed()
    {
        var plan = Planner.Solve(Two.Graph, PlanOptions.Default with { Objective = PlanObjective.Count });
        var open = SolveReport.Of(Two, plan with { ValueMicro = 9_999_999_999_999, BoundMicro = 10_000_000_000_000 }, 3, 0, 0);
        Assert.False(open.Optimal);
        Assert.Equal(0.000000001m, open.Gap);
        Assert.Equal((9_999_999.999999m, 10_000_000m), (open.Value, open.Bound));
    }

    private static string Json(SolveReport report)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            report.WriteJson(json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
