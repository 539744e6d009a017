using EdgeNode.Federation;
using EdgeNode.Matching;

namespace EdgeNode.Appliance.Io;

/// <summary>Matching runs off the step loop: a pure function of the market value, at low priority; its result comes back as an input.</summary>
internal static class PlanJobs
{
    public static void Start(StartPlan plan, Action<NodeInput> post)
    {
        var thread = new Thread(() => post(Run(plan)))
        {
            Name = "plan",
            IsBackground = true,
            Priority = ThreadPriority.BelowNormal,
        };
        thread.Start();
    }

    private static PlanReady Run(StartPlan plan)
    {
        try
        {
            return new PlanReady(plan.PlanId, Planner.Solve(plan.Market, PlanOptions.Default with { Cap = plan.Cap }), null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Told to the node, which writes the reason into the run's row; a run that fails changes nothing else.
            return new PlanReady(plan.PlanId, null, e.Message);
        }
    }
}
