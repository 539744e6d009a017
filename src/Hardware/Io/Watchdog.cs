namespace EdgeNode.Hardware.Io;

/// <summary>
/// The machine's watchdog (Documentation/watchdog/watchdog-api): it restarts the machine unless it is fed. Where systemd already feeds it
/// (RuntimeWatchdogSec) the device is busy and this one stays away.
/// </summary>
public sealed unsafe class Watchdog : IDisposable
{
    private readonly int _descriptor;

    private Watchdog(int descriptor, TimeSpan timeout) => (_descriptor, Timeout) = (descriptor, timeout);

    /// <summary>What the hardware took: it may round.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Opening starts it. Null when there is none, it is in use, or it cannot count that long.</summary>
    public static Watchdog? Open(string path, TimeSpan timeout)
    {
        var descriptor = Libc.Open(path, Flag.WriteOnly | Flag.CloseOnExec);
        if (descriptor < 0)
            return null;
        var seconds = (int)timeout.TotalSeconds;
        if (Libc.Control(descriptor, Request.WatchdogSetTimeout, &seconds) >= 0)
            return new(descriptor, TimeSpan.FromSeconds(seconds));
        Release(descriptor);
        return null;
    }

    /// <summary>False when the device refused.</summary>
    public bool Feed()
    {
        var nothing = 0;
        return Libc.Control(_descriptor, Request.WatchdogKeepAlive, &nothing) >= 0;
    }

    /// <summary>Stops it, where the driver allows that: an orderly end must not become a restart.</summary>
    public void Dispose() => Release(_descriptor);

    /// <summary>The letter V before the close is the kernel's "magic close".</summary>
    private static void Release(int descriptor)
    {
        var v = (byte)'V';
        _ = Libc.Write(descriptor, &v, 1);
        _ = Libc.Close(descriptor);
    }
}
