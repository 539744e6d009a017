using System.Globalization;

namespace EdgeNode.Hardware.Io;

/// <summary>
/// The alarm of the machine's real-time clock (sysfs <c>rtc/rtcN/wakealarm</c>): it starts a cabinet that switched itself off. Set as a
/// time from now, so that a wrong wall clock does not matter. The Raspberry Pi 5's own clock and a DS3231 have it by their kernel drivers.
/// </summary>
public sealed class RtcWake(string sys = "/sys")
{
    /// <summary>The shortest alarm: a machine that takes longer to power off than to wake would miss it.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(2);

    /// <summary>Clocks with an alarm, in order.</summary>
    public IReadOnlyList<string> Clocks =>
        [.. SysfsFile.Expand(Path.Combine(sys, "class/rtc"), "rtc*").Where(f => File.Exists(Path.Combine(f, "wakealarm")))];

    /// <summary>Sets the first clock's alarm. Null when it is set, else the reason in a sentence.</summary>
    public string? Set(TimeSpan after)
    {
        if (after < Shortest)
            after = Shortest;
        if (Clocks is not [var clock, ..])
            return "No real-time clock of this machine has an alarm.";
        try
        {
            var alarm = Path.Combine(clock, "wakealarm");
            // The kernel refuses a new alarm while an older one stands.
            File.WriteAllText(alarm, "0\n");
            File.WriteAllText(alarm, string.Create(CultureInfo.InvariantCulture, $"+{(long)after.TotalSeconds}\n"));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The alarm of {Path.GetFileName(clock)} cannot be set: {e.Message}";
        }
    }
}
