namespace EdgeNode.Appliance.Demo;

/// <summary>Waiting for something that another process brings about.</summary>
internal static class Wait
{
    /// <summary>Waits a while, or until the token ends it (then throws).</summary>
    public static async Task For(TimeSpan time, CancellationToken token)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(token);
    }

    /// <summary>Looks again and again until it is so. The bound is the token: every caller's has a deadline.</summary>
    public static async Task Until(Func<CancellationToken, Task<bool>> isSo, TimeSpan between, CancellationToken token)
    {
        using var timer = new PeriodicTimer(between);
        while (!await isSo(token))
            await timer.WaitForNextTickAsync(token);
    }
}
