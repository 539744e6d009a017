using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace EdgeNode.Sync.Io;

/// <summary>
/// Starts the broker so that it cannot outlive this process, and ends one that an earlier process left behind. The kernel's
/// "signal me when my parent dies" (prctl(2), PR_SET_PDEATHSIG) is set by setpriv(1) before it becomes the broker; since the kernel
/// means the parent's <em>thread</em>, one thread that never ends does all the starting.
/// </summary>
internal static class BrokerProcess
{
    private const string PidFile = "broker.pid";
    private const int LogLines = 64;
    private static readonly BlockingCollection<(ProcessStartInfo What, TaskCompletionSource<Process> Done)> Orders = [];
    private static readonly Lazy<Thread> Starter = new(StartStarter);

    /// <summary>The command line: the launcher, then the broker and its configuration.</summary>
    public static IReadOnlyList<string> CommandLine(string launcher, string mosquitto, string config) =>
        [launcher, "--pdeathsig", "KILL", "--", mosquitto, "-c", config];

    /// <summary>Starts the broker and notes its process id in the folder.</summary>
    public static async Task<Process> StartAsync(IReadOnlyList<string> command, BrokerDisk disk, Action<string> log)
    {
        var what = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _ = Starter.Value;
        var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Orders.Add((what, done));
        var process = await done.Task.ConfigureAwait(false);
        process.OutputDataReceived += (_, line) => Log(log, line.Data);
        process.ErrorDataReceived += (_, line) => Log(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        disk.Write(PidFile, process.Id.ToString(CultureInfo.InvariantCulture) + "\n");
        return process;
    }

    /// <summary>Kills a broker that runs with our configuration though we did not start it. True when there was one.</summary>
    /// <exception cref="BrokerException">It does not die.</exception>
    public static async Task<bool> ReapAsync(BrokerDisk disk, string config, TimeSpan within, CancellationToken token)
    {
        var file = disk.PathOf(PidFile);
        if (!File.Exists(file) || !int.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out int id))
            return false;
        if (!Runs(id, config))
            return false;
        PosixProcess.Signal(id, PosixProcess.SigKill);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var left = within; Runs(id, config); left -= pause.Period)
        {
            if (left <= TimeSpan.Zero)
                throw new BrokerException(
                    "broker.leftover",
                    $"An old broker (process {id}) of this cabinet does not end; end it by hand."
                );
            await pause.WaitForNextTickAsync(token).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>True while the process lives and its command line names our configuration: a number alone may be anybody's by now.</summary>
    private static bool Runs(int process, string config)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0').Contains(config);
        }
        catch (IOException)
        {
            return false; // gone
        }
    }

    private static Thread StartStarter()
    {
        var thread = new Thread(StartForEver) { Name = "broker starter", IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void StartForEver()
    {
        foreach (var (what, done) in Orders.GetConsumingEnumerable())
        {
            try
            {
                done.SetResult(Process.Start(what)!);
            }
            catch (Exception fault)
            {
                done.SetException(fault); // whoever ordered it explains it
            }
        }
    }

    private static void Log(Action<string> log, string? line)
    {
        if (line is not null)
            log(line);
    }

    /// <summary>The broker's last words, for whoever has to explain its end.</summary>
    public sealed class LastLines
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyList<string> All => [.. _lines];

        public void Add(string line)
        {
            _lines.Enqueue(line);
            while (_lines.Count > LogLines)
                _lines.TryDequeue(out _);
        }
    }
}
