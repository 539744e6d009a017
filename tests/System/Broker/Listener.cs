using System.Text;
using System.Threading.Channels;
using EdgeNode.Sync;
using EdgeNode.Sync.Io;

namespace EdgeNode.Tests.System.Brokers;

/// <summary>A peer's connection with a subscription of its own choice: what a curious peer would use.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MqttLoop _loop;

    private Listener() => _loop = new MqttLoop("listener", fault => _up.TrySetException(fault));

    public static async Task<Listener> StartAsync(TestNode at, TestIdentity who, string filter)
    {
        var listener = new Listener();
        var files = at.FilesFor("listener", who.Pem, who.KeyPem);
        var options = new MqttClientOptions
        {
            ClientId = "listener",
            Host = at.Address.ToString(),
            Port = at.Port,
            Filter = filter,
            Tls = new MqttTls(Path.Join(at.Folder, BrokerFiles.CertificateFile), files[1], files[3]),
        };
        var here = new Topic(at.Did, who.Did, TopicKind.Have, "control").ToString();
        listener._loop.Post(() =>
        {
            MqttClient client = null!;
            client = new MqttClient(
                listener._loop,
                options,
                new MqttEvents
                {
                    Up = () =>
                    {
                        client.Publish(here, [], out _);
                        listener._up.TrySetResult();
                    },
                    Closed = reason => listener._up.TrySetException(new IOException(reason)),
                    Message = (_, payload) => listener._heard.Writer.TryWrite(Encoding.UTF8.GetString(payload)),
                    Acknowledged = _ => { },
                }
            );
            client.Open(TestNode.Deadline, TestNode.Deadline);
        });
        await listener._up.Task.WaitAsync(TestNode.Deadline);
        return listener;
    }

    public async Task<string> NextAsync()
    {
        using var limit = new CancellationTokenSource(TestNode.Deadline);
        return await _heard.Reader.ReadAsync(limit.Token);
    }

    public ValueTask DisposeAsync()
    {
        _loop.Dispose();
        return ValueTask.CompletedTask;
    }
}
