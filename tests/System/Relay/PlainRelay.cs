using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeNode.Tests.System.Brokers;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Relay;

/// <summary>Debian's mosquitto as somebody else would run it: no TLS, no list of who may write, everything in memory. It may be killed and started again.</summary>
internal sealed class PlainRelay : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-relay-").FullName;
    private Running? _running;

    private PlainRelay() => Port = TestNode.FreePort(IPAddress.Loopback);

    public int Port { get; }
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public static async Task<PlainRelay> StartAsync()
    {
        var relay = new PlainRelay();
        await relay.RunAsync();
        return relay;
    }

    public async Task RunAsync()
    {
        var config = Path.Combine(_folder, "relay.conf");
        await File.WriteAllTextAsync(
            config,
            $"listener {Port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser {Environment.UserName}\n"
        );
        _running = new Running(["/usr/sbin/mosquitto", "-c", config]);
        await Until.HoldsAsync(() => Listens(Port), "the relay listens");
    }

    /// <summary>kill -9: everything it kept is gone.</summary>
    public async Task KillAsync()
    {
        _running!.Kill();
        await _running.EndAsync();
        _running.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is { HasEnded: false })
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
