using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Load;

/// <summary>What a flooding peer sends again and again.</summary>
public enum FloodKind
{
    /// <summary>
    /// Bundles filled to the brim with small statements, all of them signed and in order: every one costs its receiver some eighty signatures before it is known
    /// that it is one too many.
    /// </summary>
    Full,

    /// <summary>Signed bundles of one statement.</summary>
    Small,

    /// <summary>Bytes that are no bundle, about as many messages as pass a connection.</summary>
    Garbage,
}

/// <summary>How fast, at most; both bounds hold.</summary>
public sealed record FloodRate(double MessagesPerSecond, double BytesPerSecond)
{
    /// <summary>A hundred times what the design grants a peer in one class, 10 bundles and 1 MiB a second; garbage is not held by it.</summary>
    public static FloodRate Of(FloodKind kind) =>
        kind switch
        {
            FloodKind.Full => new(double.MaxValue, 100.0 * 1024 * 1024),
            FloodKind.Small => new(1_000, double.MaxValue),
            _ => new(20_000, double.MaxValue),
        };
}

/// <summary>
/// An enrolled peer that sends without waiting for anything: no library, no acknowledgement, no look at receipts. When it is cut off it comes again.
/// </summary>
public sealed class Flooder : IDisposable
{
    /// <summary>Bundles signed beforehand; after the last one the first is sent again.</summary>
    private const int Prepared = 500;

    /// <summary>A message that is small and yet not a sign of life.</summary>
    private const int GarbageBytes = 64;

    /// <summary>Messages written at once, at most, so that a rate is kept smoothly.</summary>
    private const int MostAtOnce = 64;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);

    /// <summary>Between two tries to come in again.</summary>
    private static readonly TimeSpan AgainAfter = TimeSpan.FromMilliseconds(200);

    private readonly LightPeer _light;
    private readonly MetCabinet _cabinet;
    private readonly X509Certificate2 _pinned;
    private readonly CancellationTokenSource _ending = new();
    private readonly Stopwatch _clock = new();
    private byte[][] _packets = [];
    private FloodRate _rate = FloodRate.Of(FloodKind.Garbage);
    private int _next;
    private double _budgetFrom;
    private double _bytesOfThis;
    private long _messagesOfThis;
    private Task _running = Task.CompletedTask;

    internal Flooder(LightPeer light, MetCabinet cabinet)
    {
        (_light, _cabinet) = (light, cabinet);
        _pinned = NodeCertificate.FromPem(File.ReadAllText(cabinet.CertificateFile));
    }

    public Did Did => _light.Did;

    /// <summary>Written to its socket.</summary>
    public long Messages { get; private set; }
    public long Bytes { get; private set; }

    /// <summary>Connections on which it could greet.</summary>
    public int Connections { get; private set; }

    /// <summary>Tries that ended before that: refused at the door.</summary>
    public int Refused { get; private set; }

    /// <summary>When the first message was written, by the wall clock; null before.</summary>
    public Moment? Began { get; private set; }

    /// <summary>Signs what it will send.</summary>
    public void Prepare(FloodKind kind)
    {
        _rate = FloodRate.Of(kind);
        var topic = new Topic(_cabinet.Node.Value, Did.Value, TopicKind.Data, "shared").ToString();
        _packets = [.. Payloads(kind).Select(p => MqttPackets.Publish(0, topic, p))];
    }

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Ends the flood.</summary>
    public async Task StopAsync()
    {
        await _ending.CancelAsync();
        await _running;
    }

    public void Dispose()
    {
        _ending.Dispose();
        _pinned.Dispose();
    }

    private List<byte[]> Payloads(FloodKind kind)
    {
        if (kind == FloodKind.Garbage)
            return
            [
                [.. Enumerable.Repeat((byte)'x', GarbageBytes)],
            ];
        var size = _light.Withdrawal(_cabinet.Node).Length;
        // Its header takes less than a kilobyte.
        var each = kind == FloodKind.Full ? (Bundle.MaxSize - 1024) / (size + 4) : 1;
        var bundles = new List<byte[]>();
        var last = SentBundle.None;
        for (var n = 0; n < Prepared; n++)
        {
            byte[][] inside = [.. Enumerable.Range(0, each).Select(_ => _light.Withdrawal(_cabinet.Node))];
            bundles.Add(_light.Bundle(_cabinet.Node, DataMap.SharedStream, last, inside));
            last = SentBundle.Of(bundles[^1]);
        }
        return bundles;
    }

    private async Task RunAsync()
    {
        using var pause = new PeriodicTimer(AgainAfter);
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await OnceAsync();
            }
            catch (Exception cut)
                when (cut is IOException or SocketException or AuthenticationException or OperationCanceledException)
            {
                // Cut off, or not let in: it comes again, unless the flood is to end.
            }
            await pause.WaitForNextTickAsync();
        }
    }

    /// <summary>One connection, until it is cut or the flood is to end.</summary>
    private async Task OnceAsync()
    {
        using var tcp = new TcpClient { NoDelay = true };
        await using var tls = await OpenAsync(tcp);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        var hearing = HearAsync(tls, over);
        try
        {
            await PourAsync(tls, over.Token);
        }
        finally
        {
            await over.CancelAsync();
            await hearing;
        }
    }

    private async Task<SslStream> OpenAsync(TcpClient tcp)
    {
        Refused++;
        await tcp.ConnectAsync(_cabinet.Address, _cabinet.PeersPort, _ending.Token);
        var tls = new SslStream(tcp.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "",
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown?.GetRawCertData().AsSpan().SequenceEqual(_pinned.RawData) == true,
            ClientCertificates = [_light.Certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => _light.Certificate,
        };
        await tls.AuthenticateAsClientAsync(options, _ending.Token);
        await tls.WriteAsync(MqttPackets.Connect(Did.Value), _ending.Token);
        // The broker says yes (CONNACK, four bytes) or closes.
        var answer = new byte[4];
        await tls.ReadExactlyAsync(answer, _ending.Token);
        Refused--;
        Connections++;
        return tls;
    }

    /// <summary>What comes for it is thrown away; the end of it ends the connection.</summary>
    private static async Task HearAsync(SslStream tls, CancellationTokenSource over)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await tls.ReadAsync(buffer, over.Token) > 0) { }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Its writing side learns it in the same moment.
        }
        await over.CancelAsync();
    }

    private async Task PourAsync(SslStream tls, CancellationToken token)
    {
        using var beat = new PeriodicTimer(Beat);
        _clock.Start();
        (_budgetFrom, _bytesOfThis, _messagesOfThis) = (_clock.Elapsed.TotalSeconds, 0, 0);
        while (true)
        {
            var wrote = 0;
            while (wrote < MostAtOnce && MayNow())
            {
                Began ??= LightPeer.Now;
                await WriteAsync(tls, token);
                wrote++;
            }
            if (wrote < MostAtOnce)
                await beat.WaitForNextTickAsync(token);
        }
    }

    private bool MayNow()
    {
        var seconds = _clock.Elapsed.TotalSeconds - _budgetFrom + Beat.TotalSeconds;
        return _messagesOfThis < seconds * _rate.MessagesPerSecond && _bytesOfThis < seconds * _rate.BytesPerSecond;
    }

    private async Task WriteAsync(SslStream tls, CancellationToken token)
    {
        var packet = _packets[_next];
        _next = (_next + 1) % _packets.Length;
        await tls.WriteAsync(packet, token);
        (_bytesOfThis, _messagesOfThis) = (_bytesOfThis + packet.Length, _messagesOfThis + 1);
        (Messages, Bytes) = (Messages + 1, Bytes + packet.Length);
    }
}
