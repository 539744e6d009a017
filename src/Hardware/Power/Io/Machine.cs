using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeNode.Hardware.Power.Io;

/// <summary>The few things the clean stop asks of the machine itself.</summary>
public static partial class Machine
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>The kernel's random name of this boot; the process's own start where there is none.</summary>
    public static string BootId =>
        File.Exists(BootIdFile) ? File.ReadAllText(BootIdFile).Trim() : $"process-{Environment.ProcessId}";

    /// <summary>sync(2): returns when everything written so far is on the disks.</summary>
    public static void SyncDisks() => Sync();

    /// <summary>Asks the system to stop the machine; null when it took the request, else why not.</summary>
    public static string? PowerOff()
    {
        try
        {
            using var off = Process.Start(new ProcessStartInfo("systemctl", ["poweroff"]) { RedirectStandardError = true });
            return off is null ? "systemctl poweroff could not be started" : null;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"systemctl poweroff could not be started: {e.Message}";
        }
    }

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Sync();
}
