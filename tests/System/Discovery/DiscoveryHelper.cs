using System.Net;
using System.Net.Sockets;
using EdgeNode.Sync.Discovery;
using EdgeNode.Sync.Io;

/// <summary>
/// Lets this assembly run as a program of its own: the runtime calls <see cref="Initialize"/> before Main of a process that
/// was started with DOTNET_STARTUP_HOOKS set to it. The tests need real processes, also inside network namespaces, and
/// the test SDK owns Main. The name and the missing namespace are the runtime's contract.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        // Children that the helper might start must not become helpers too.
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        Environment.Exit(EdgeNode.Tests.System.Discovery.DiscoveryHelper.RunAsync().GetAwaiter().GetResult());
    }
}

namespace EdgeNode.Tests.System.Discovery
{
    /// <summary>
    /// The child's side: announces and browses until its standard input ends, one line on standard output per event. The
    /// fields of a line are separated by tabs.
    /// </summary>
    internal static class DiscoveryHelper
    {
        /// <summary>Arguments: "hold" and a UDP port; "ear" and what <see cref="MulticastEar"/> takes; or instance name, host name, DID prefix, port, own IPv4 addresses separated by commas or "all".</summary>
        public static async Task<int> RunAsync()
        {
            var arguments = Environment.GetCommandLineArgs()[1..];
            if (arguments is ["hold", var port])
            {
                return await HoldAsync(int.Parse(port));
            }
            if (arguments is ["ear", var own, var from, ..])
            {
                return await MulticastEar.RunAsync(IPAddress.Parse(own), int.Parse(from), arguments[3..], Write);
            }
            await using (var runner = MulticastDnsRunner.Start(Options(arguments), Print))
            {
                Write("ready", string.Join(", ", runner.Interfaces));
                await Console.In.ReadToEndAsync();
                if (runner.Completion.IsFaulted)
                {
                    await runner.Completion;
                }
            }
            Write("stopped");
            return 0;
        }

        // A program that takes a UDP port for itself alone.
        private static async Task<int> HoldAsync(int port)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            Write("held");
            await Console.In.ReadToEndAsync();
            return 0;
        }

        private static MulticastDnsOptions Options(string[] arguments) =>
            new()
            {
                Announcement = new ServiceAnnouncement
                {
                    Instance = arguments[0],
                    HostName = arguments[1],
                    DidPrefix = arguments[2],
                    Port = int.Parse(arguments[3]),
                },
                Addresses = arguments[4] == "all" ? [] : [.. arguments[4].Split(',').Select(IPAddress.Parse)],
                Engine = MdnsOptions.Default with { FirstQueryIntervalMs = 250 },
            };

        private static void Print(MdnsEffect effect)
        {
            switch (effect)
            {
                case ServiceSeen seen:
                    Write("seen", Fields(seen.Service));
                    break;
                case ServiceUpdated updated:
                    Write("seen", Fields(updated.Service));
                    break;
                case ServiceGone gone:
                    Write("gone", Fields(gone.Service));
                    break;
                case NameChanged changed:
                    Write("name", changed.Before, changed.Now);
                    break;
                case DiscoveryProblem problem:
                    Write("problem", problem.Code, problem.Sentence);
                    break;
            }
        }

        private static string[] Fields(DiscoveredService service) =>
            [
                service.Instance,
                service.DidPrefix,
                service.Version,
                $"{service.Port}",
                $"{service.PairPort}",
                string.Join(",", service.Addresses),
            ];

        private static void Write(string kind, params string[] fields) =>
            Console.Out.WriteLine(string.Join('\t', [kind, .. fields]));
    }
}
