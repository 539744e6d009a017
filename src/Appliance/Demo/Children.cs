using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeNode.Appliance.Demo;

/// <summary>
/// Starts processes that cannot outlive this one. setpriv(1) asks the kernel to kill the child when its parent dies (prctl(2), PR_SET_PDEATHSIG); the kernel
/// means the parent's <em>thread</em>, so one thread that never ends does all the starting.
/// </summary>
internal static partial class Children
{
    private const int Terminate = 15;

    private static readonly BlockingCollection<(ProcessStartInfo What, TaskCompletionSource<Process> Done)> Orders = [];
    private static readonly Lazy<Thread> Starter = new(StartStarter);

    /// <summary>Starts a program with its standard input closed and its output piped here.</summary>
    /// <exception cref="DemoException">It cannot be started at all.</exception>
    public static async Task<Process> StartAsync(params string[] command)
    {
        var what = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "--", .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _ = Starter.Value;
        var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Orders.Add((what, done));
        try
        {
            var process = await done.Task;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception e)
        {
            throw new DemoException($"setpriv cannot be started ({e.Message}); install the package util-linux.");
        }
    }

    /// <summary>Asks a process to end in order.</summary>
    public static void AskToStop(Process process)
    {
        if (!process.HasExited)
            _ = kill(process.Id, Terminate); // it may end in this moment, and then nobody needs to be asked
    }

    /// <summary>
    /// Processes of a program whose command line names something in a folder: a number alone may be anybody's by now.
    /// </summary>
    public static IReadOnlyList<int> Find(string program, string folder) =>
        [
            .. from path in Directory.EnumerateDirectories("/proc")
            let name = Path.GetFileName(path)
            where name.All(char.IsAsciiDigit) && Names(path, program, folder)
            select int.Parse(name),
        ];

    private static bool Names(string process, string program, string folder)
    {
        try
        {
            var words = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            return Path.GetFileName(words[0]) == program && words.Any(w => w.StartsWith(folder + "/", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // ended meanwhile, or not ours to look at
        }
    }

    private static Thread StartStarter()
    {
        var thread = new Thread(StartForEver) { Name = "cabinet starter", IsBackground = true };
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

    [LibraryImport("libc.so.6")]
    private static partial int kill(int pid, int sig);
}
