using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeNode.Hardware.Nut.Io;

/// <summary>Serves a <see cref="NutDesk"/> over TCP, in the clear: for loopback and the management network only.</summary>
public sealed class NutServer : IAsyncDisposable
{
    /// <summary>Connections at once; more are closed at the door.</summary>
    public const int MostClients = 64;

    /// <summary>A client that says nothing for longer is let go; upsmon asks every few seconds.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);

    private readonly NutDesk _desk;
    private readonly Lock _lock = new();
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly List<Task> _talks = [];

    private NutServer(NutDesk desk, IPEndPoint at)
    {
        _desk = desk;
        _listener = new TcpListener(at);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <exception cref="SocketException">The port is taken.</exception>
    public static NutServer Start(NutDesk desk, IPEndPoint at) => new(desk, at);

    public IPEndPoint At => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Secondaries that are logged in.</summary>
    public int Logins => Locked(desk => desk.Logins);

    public void Say(NutState state) =>
        Locked(desk =>
        {
            desk.Say(state);
            return 0;
        });

    public void LatchFsd() =>
        Locked(desk =>
        {
            desk.LatchFsd();
            return 0;
        });

    private T Locked<T>(Func<NutDesk, T> act)
    {
        lock (_lock)
            return act(_desk);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // One connection that broke before it stood; the next may stand.
                continue;
            }
            _talks.RemoveAll(talk => talk.IsCompleted);
            if (_talks.Count >= MostClients)
                client.Dispose();
            else
                _talks.Add(TalkAsync(client));
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        var session = new NutSession(_desk);
        try
        {
            using (client)
                await TalkAsync(client.GetStream(), session).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // A client that goes away has nothing to be told.
        }
        finally
        {
            lock (_lock)
                session.Close();
        }
    }

    private async Task TalkAsync(NetworkStream stream, NutSession session)
    {
        var lines = new NutLines(stream);
        while (!session.IsOver && await lines.ReadAsync(Idle, _stop.Token).ConfigureAwait(false) is { } line)
        {
            string answer;
            lock (_lock)
                answer = session.Answer(line);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_talks).ConfigureAwait(false);
        _stop.Dispose();
    }
}
