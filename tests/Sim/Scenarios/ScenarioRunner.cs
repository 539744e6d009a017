namespace EdgeNode.Tests.Sim;

internal static class ScenarioRunner
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        .. RingScenarios.All,
        .. FoundScenarios.All,
        .. FindingScenarios.All,
        .. WayScenarios.All,
        .. LaneScenarios.All,
        .. CardScenarios.All,
    ];

    public static (string? Code, string? Fault) Play(Scenario scenario, string? traceFile = null) =>
        Runner.Try(() =>
        {
            using var stage = new Stage(scenario.Cabinets, scenario.With, traceFile);
            scenario.Play(stage);
        });
}
