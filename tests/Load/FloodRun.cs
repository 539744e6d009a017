using System.Diagnostics;
using System.Globalization;

namespace EdgeNode.Tests.Load;

/// <summary>A crowd in calm, then with one of it flooding: what bench/flood.py asks for.</summary>
public sealed record FloodRun(int Peers, FloodKind Kind, TimeSpan Warm, TimeSpan Calm, TimeSpan Flood, TimeSpan Period)
{
    private const int Statements = 2;

    /// <summary>The beginning of the flood, before its sender can have been suspended; told apart.</summary>
    private static readonly TimeSpan Onset = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(120);

    /// <summary>
    /// Makes the cabinet and says so; a line of standard input means that it runs. Then the load, and one JSON object that says how it went.
    /// </summary>
    public async Task<int> GoAsync(Place place)
    {
        using var crowd = Crowd.Enrol(place, place.Folder + "-peers", Peers);
        crowd.Prepare((int)Math.Ceiling((Warm + Calm + Flood) / Period), Statements);
        crowd.Flooder.Prepare(Kind);
        Console.WriteLine($"{{\"peers\":{Peers},\"flooder\":\"{crowd.Flooder.Did}\"}}");
        if (Console.ReadLine() is null)
            return 0;
        await crowd.ConnectAsync(ConnectWithin);
        var begun = Stopwatch.GetTimestamp();
        crowd.Send(Period);
        using (var wait = new PeriodicTimer(Warm + Calm))
            await wait.WaitForNextTickAsync();
        var flood = Stopwatch.GetTimestamp();
        crowd.Flooder.Start();
        var lost = await SettledAsync(crowd);
        await crowd.Flooder.StopAsync();
        var (calm, onset) = (crowd.Between(Later(begun, Warm), flood), crowd.Between(flood, Later(flood, Onset)));
        Console.WriteLine(Json(crowd, calm, onset, crowd.Between(flood, long.MaxValue), lost));
        return 0;
    }

    private static long Later(long ticks, TimeSpan by) => ticks + (long)(by.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Bundles that have no receipt in the end.</summary>
    private async Task<int> SettledAsync(Crowd crowd)
    {
        try
        {
            await crowd.SettledAsync(Flood + SettleWithin);
        }
        catch (TimeoutException)
        {
            // Said as a number.
        }
        return await crowd.WaitingAsync();
    }

    private static string Json(Crowd crowd, Stretch calm, Stretch onset, Stretch flood, int lost)
    {
        var f = crowd.Flooder;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"calm\":{Json(calm)},\"onset\":{Json(onset)},\"flood\":{Json(flood)},\"receipted\":{crowd.Receipted},\"without_receipt\":{lost},\"not_accepted\":{crowd.NotAccepted},\"sent_again\":{crowd.SentAgain},\"reconnections\":{crowd.Reconnections},\"longest_late_ms\":{crowd.LongestLate.TotalMilliseconds:F0},\"faults\":{crowd.Faults.Count},\"flooder\":{{\"began\":{f.Began?.Ms ?? 0},\"messages\":{f.Messages},\"bytes\":{f.Bytes},\"connections\":{f.Connections},\"refused\":{f.Refused}}}}}"
        );
    }

    private static string Json(Stretch s) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"bundles\":{s.Bundles},\"p50_ms\":{s.P50:F1},\"p99_ms\":{s.P99:F1},\"longest_ms\":{s.Longest:F1}}}"
        );
}
