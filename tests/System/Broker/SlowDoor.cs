using System.Net;
using System.Net.Sockets;

namespace EdgeNode.Tests.System.Brokers;

/// <summary>
/// A door on loopback that behaves like one far away: the first try to connect stays unanswered until <see cref="OpenAsync"/>, because the
/// queue of waiting connections is full and the kernel drops what comes; later every piece is passed on with a delay.
/// </summary>
internal sealed class SlowDoor : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(40);
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _fillers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _pumps = [];
    private readonly IPEndPoint _behind;

    private SlowDoor(IPAddress address, IPEndPoint behind)
    {
        _behind = behind;
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen(0);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>A door in front of another, with its queue filled.</summary>
    public static async Task<SlowDoor> StartAsync(IPAddress address, IPEndPoint behind)
    {
        var door = new SlowDoor(address, behind);
        using var limit = new CancellationTokenSource(TestNode.Deadline);
        var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        door._fillers.Add(filler);
        await filler.ConnectAsync(door._listener.LocalEndPoint!, limit.Token);
        return door;
    }

    /// <summary>True while a connection that was asked for has neither come about nor failed.</summary>
    public bool SomebodyWaits()
    {
        var port = Port.ToString("X4", global::System.Globalization.CultureInfo.InvariantCulture);
        return File.ReadLines("/proc/net/tcp")
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(parts => parts[2].EndsWith(":" + port, StringComparison.Ordinal) && parts[3] == "02"); // SYN_SENT
    }

    /// <summary>Makes room in the queue and serves whoever comes.</summary>
    public async Task OpenAsync()
    {
        (await _listener.AcceptAsync(_stop.Token)).Dispose();
        _pumps.Add(ServeAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        foreach (var filler in _fillers)
            filler.Dispose();
        await Task.WhenAll(_pumps);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var front = await _listener.AcceptAsync(_stop.Token);
                var back = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await back.ConnectAsync(_behind, _stop.Token);
                _pumps.Add(PumpAsync(front, back));
                _pumps.Add(PumpAsync(back, front));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return; // the test is over
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var piece = new byte[16 * 1024];
        using var pause = new PeriodicTimer(Delay);
        try
        {
            while (await from.ReceiveAsync(piece, _stop.Token) is var got and > 0)
            {
                await pause.WaitForNextTickAsync(_stop.Token);
                await to.SendAsync(piece.AsMemory(0, got), _stop.Token);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return; // the connection or the test is over
        }
        finally
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
