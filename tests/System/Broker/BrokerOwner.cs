using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using EdgeNode.Sync;
using EdgeNode.Sync.Io;
using NodeBroker = EdgeNode.Sync.Io.Broker;

namespace EdgeNode.Tests.System.Brokers;

/// <summary>
/// A process of its own that owns a broker and can be killed. It is this very assembly, started once more with a variable set: then it
/// starts a broker as a node does, prints the broker's process id and waits until its input ends.
/// </summary>
internal static class BrokerOwner
{
    private const string Variable = "EDGENODE_TEST_BROKER_OWNER";

    public static Process Start(TestNode node)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(BrokerOwner).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[Variable] = string.Create(
            CultureInfo.InvariantCulture,
            $"{node.Address}|{node.Port}|{node.LocalPort}|{node.Folder}"
        );
        return Process.Start(start)!;
    }

#pragma warning disable CA2255 // A test assembly is the program here.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Own()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } order)
            return;
        Environment.SetEnvironmentVariable(Variable, null);
        var parts = order.Split('|');
        using var identity = new TestIdentity();
        var options = new BrokerOptions
        {
            Settings = new BrokerSettings
            {
                Did = identity.Did,
                Address = IPAddress.Parse(parts[0]),
                Port = int.Parse(parts[1], CultureInfo.InvariantCulture),
                LocalPort = int.Parse(parts[2], CultureInfo.InvariantCulture),
                Folder = parts[3],
                RunAs = Environment.UserName,
            },
            CertificatePem = identity.Pem,
            KeyPem = identity.KeyPem,
        };
        var broker = NodeBroker
            .StartAsync(options, new Dictionary<string, string>(), CancellationToken.None)
            .GetAwaiter()
            .GetResult();
        Console.WriteLine(broker.ProcessId);
        Console.In.ReadToEnd();
        Environment.Exit(0);
    }
}
