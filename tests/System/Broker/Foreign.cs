using System.Diagnostics;

namespace EdgeNode.Tests.System.Brokers;

/// <summary>What a foreign program said and how it ended.</summary>
internal sealed record Outcome(int Code, string Text);

/// <summary>Runs a program of Debian's to its end, with a deadline after which it is killed.</summary>
internal static class Foreign
{
    public static async Task<Outcome> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TestNode.Deadline);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{program} did not end: {await error}");
        }
        return new Outcome(process.ExitCode, await output + await error);
    }

    /// <summary>Waits until something holds, looking every 20 ms; fails after the deadline.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        using var limit = new CancellationTokenSource(TestNode.Deadline);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (!holds())
                await look.WaitForNextTickAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("Did not come true within the deadline: " + what);
        }
    }

    /// <summary>True while a process runs; a dead one that nobody has buried yet does not.</summary>
    public static bool Lives(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
