using System.Text.Json;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class SolveReportTests
{
    [Fact]
    public void Has_exactly_the_fields_of_the_command_in_their_units()
    {
        var market = WantList.Parse("x", "a b\nb a\nc a"u8).ToMarket("x");
        var plan = Planner.Solve(market, PlanOptions.Default with { Objective = PlanObjective.Count });
        var json = JsonSerializer.Serialize(SolveReport.Of(plan, 0.25));
        Assert.Equal(
            """{"value":2,"value_micro":2000000,"bound":2,"gap":0,"optimal":true,"cap":3,"chain":0,"objective":"count","cycles":[["A","B"]],"chains":[],"columns":1,"seconds":0.25,"deterministic":true,"plan_hash":"""
                + $"\"{plan.PlanHash}\"}}",
            json
        );
    }

    [Fact]
    public void A_gap_never_looks_closed()
    {
        var plan = Planner.Solve(WantList.Parse("x", "a b\nb a"u8).ToMarket("x"), PlanOptions.Default);
        var open = SolveReport.Of(plan with { ValueMicro = 9_999_999_999_999, BoundMicro = 10_000_000_000_000 }, 0);
        Assert.False(open.Optimal);
        Assert.Equal(0.000000001m, open.Gap);
        Assert.Equal((9_999_999.999999m, 10_000_000m), (open.Value, open.Bound));
    }
}
