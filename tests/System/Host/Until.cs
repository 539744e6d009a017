using System.Diagnostics;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>Waits for something to come true, with a deadline and a claim that a failure names.</summary>
internal static class Until
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    public static Task HoldsAsync(Func<bool> holds, string claim, TimeSpan? within = null) =>
        HoldsAsync(() => Task.FromResult(holds()), claim, within);

    public static async Task HoldsAsync(Func<Task<bool>> holds, string claim, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        using var look = new PeriodicTimer(LookEvery);
        while (!await holds())
        {
            if (clock.Elapsed > (within ?? Deadline))
                throw new TimeoutException($"Did not come true within {clock.Elapsed.TotalSeconds:0.0} s: {claim}");
            await look.WaitForNextTickAsync();
        }
    }

    /// <summary>As above for what takes a whole task; fails by the claim, not by "the operation was cancelled".</summary>
    public static async Task<T> DoneAsync<T>(Task<T> task, string claim, TimeSpan? within = null)
    {
        try
        {
            return await task.WaitAsync(within ?? Deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Did not happen within {(within ?? Deadline).TotalSeconds:0} s: {claim}");
        }
    }
}
