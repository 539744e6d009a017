using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeNode.Sync.Io;

namespace EdgeNode.Tests.System.Brokers;

/// <summary>libmosquitto against brokers that misbehave: scripted ones, byte by byte, without TLS.</summary>
public sealed class MqttClientTests
{
    private static readonly byte[] Accepted = [0x20, 2, 0, 0];
    private static readonly byte[] NotAuthorised = [0x20, 2, 0, 5];
    private static readonly byte[] Granted = [0x90, 3, 0, 1, 1];
    private static readonly byte[] SubscriptionRefused = [0x90, 3, 0, 1, 0x80];

    [Fact]
    public async Task A_giant_packet_ends_the_connection_long_before_it_is_complete()
    {
        await using var broker = new ScriptedBroker();
        var ended = broker.Connect();
        await broker.SayAsync(Accepted);
        await broker.SayAsync(Granted);
        await broker.SayAsync([0x30, 0xFF, 0xFF, 0xFF, 0x7F]); // PUBLISH of 268,435,455 bytes
        long sent = await broker.PourAsync(64 * 1024 * 1024);
        Assert.Equal("the broker sent a packet beyond all bounds", await ended.WaitAsync(TestNode.Deadline));
        Assert.InRange(sent, 256 * 1024, 8 * 1024 * 1024);
    }

    [Fact]
    public async Task Garbage_ends_the_connection()
    {
        await using var broker = new ScriptedBroker();
        var ended = broker.Connect();
        await broker.SayAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n" + new string('x', 200)));
        Assert.NotEmpty(await ended.WaitAsync(TestNode.Deadline));
    }

    [Fact]
    public async Task A_refused_login_says_so()
    {
        await using var broker = new ScriptedBroker();
        var ended = broker.Connect();
        await broker.SayAsync(NotAuthorised);
        Assert.Contains("refused", await ended.WaitAsync(TestNode.Deadline), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_subscription_is_no_connection()
    {
        await using var broker = new ScriptedBroker();
        var ended = broker.Connect();
        await broker.SayAsync(Accepted);
        await broker.SayAsync(SubscriptionRefused);
        Assert.Equal("the broker refused the subscription", await ended.WaitAsync(TestNode.Deadline));
        Assert.False(broker.WasUp);
    }

    [Fact]
    public async Task A_broker_that_says_nothing_is_given_up_in_time()
    {
        await using var broker = new ScriptedBroker();
        var ended = broker.Connect(readyWithin: TimeSpan.FromSeconds(0.3));
        Assert.Equal("the broker did not finish the greeting", await ended.WaitAsync(TestNode.Deadline));
    }

    [Fact]
    public async Task A_closed_door_is_reported_and_not_thrown()
    {
        await using var broker = new ScriptedBroker();
        broker.Shut();
        Assert.Contains("refuses", await broker.Connect().WaitAsync(TestNode.Deadline), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_in_our_own_code_ends_the_connection_and_not_the_thread()
    {
        await using var broker = new ScriptedBroker();
        var ended = broker.Connect(onMessage: () => throw new InvalidOperationException("ours"));
        await broker.SayAsync(Accepted);
        await broker.SayAsync(Granted);
        await broker.SayAsync([0x30, 5, 0, 1, (byte)'t', (byte)'h', (byte)'i']);
        Assert.Equal("a fault in this node: ours", await ended.WaitAsync(TestNode.Deadline));
        Assert.Equal("ours", Assert.Single(broker.Faults).Message);
        Assert.True(await broker.LoopAnswersAsync());
    }

    /// <summary>A listening socket that says what the test tells it, and a client that connects to it.</summary>
    private sealed class ScriptedBroker : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Parse("127.0.0.31"), 0);
        private readonly MqttLoop _loop;
        private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _limit = new(TestNode.Deadline);
        private Socket? _socket;

        public ScriptedBroker()
        {
            _listener.Start();
            _loop = new MqttLoop("scripted", Faults.Add);
        }

        public List<Exception> Faults { get; } = [];
        public bool WasUp { get; private set; }

        public Task<string> Connect(TimeSpan? readyWithin = null, Action? onMessage = null)
        {
            var door = (IPEndPoint)_listener.LocalEndpoint;
            var options = new MqttClientOptions
            {
                ClientId = "test",
                Host = door.Address.ToString(),
                Port = door.Port,
                Filter = "#",
            };
            var events = new MqttEvents
            {
                Up = () => WasUp = true,
                Closed = _ended.SetResult,
                Message = (_, _) => onMessage?.Invoke(),
                Acknowledged = _ => { },
            };
            _loop.Post(() => new MqttClient(_loop, options, events).Open(TestNode.Deadline, readyWithin ?? TestNode.Deadline));
            return _ended.Task;
        }

        public void Shut() => _listener.Stop();

        public async Task SayAsync(byte[] bytes)
        {
            _socket ??= await _listener.AcceptSocketAsync(_limit.Token);
            await _socket.SendAsync(bytes, _limit.Token);
        }

        /// <summary>
        /// Sends zeros at 64 MB a second at most, faster than a cabinet's network, until the other side has had enough; says how many it
        /// took. A sender as fast as memory would keep the library reading without a pause in which to look.
        /// </summary>
        public async Task<long> PourAsync(long most)
        {
            var zeros = new byte[64 * 1024];
            long sent = 0;
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
            try
            {
                while (sent < most && await pace.WaitForNextTickAsync(_limit.Token))
                    sent += await _socket!.SendAsync(zeros, _limit.Token);
            }
            catch (SocketException)
            {
                return sent;
            }
            return sent;
        }

        public async Task<bool> LoopAnswersAsync()
        {
            var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _loop.Post(() => answer.SetResult(true));
            return await answer.Task.WaitAsync(TestNode.Deadline);
        }

        public ValueTask DisposeAsync()
        {
            _loop.Dispose();
            _socket?.Dispose();
            _listener.Dispose();
            _limit.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
