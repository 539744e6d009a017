using System.Diagnostics;
using EdgeNode.Sync;
using EdgeNode.Sync.Io;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Load;

/// <summary>The cabinet that a crowd meets: its name and key, its broker's door, and its certificate.</summary>
public sealed record MetCabinet(Did Node, string Key, string Address, int PeersPort, string CertificateFile);

/// <summary>One bundle's fate: when it was handed over to be sent and when its receipt came, in ticks of <see cref="Stopwatch"/>.</summary>
public readonly record struct Fate(long Enqueued, long Receipted);

/// <summary>
/// One peer of a crowd with its link and its side of custody: what was handed over stays here until its signed receipt comes, and goes again when a have says that
/// it is missing, when the link is new, or when its receipt is overdue. Waits are those of a cabinet. All of it runs on the loop's thread.
/// </summary>
internal sealed class Member : IDisposable
{
    private const int Stream = DataMap.SharedStream;
    private const string Boot = "crowd";
    private static readonly TimeSpan ReadyWithin = LinksOptions.Default.ReadyWithin;
    private static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(100);

    private readonly MqttLoop _loop;
    private readonly LightPeer _light;
    private readonly MetCabinet _cabinet;
    private readonly VerifyGate _gate;
    private readonly BackOff _backOff = new(BackOffOptions.Default);
    private readonly Queue<byte[]> _prepared = new();
    private readonly SortedDictionary<long, Open> _open = [];
    private readonly List<Fate> _fates = [];
    private readonly SyncOptions _waits = SyncOptions.Default;
    private MqttClient? _client;
    private SentBundle _last = SentBundle.None;
    private long _next = 1;
    private bool _fresh;
    private bool _closed;
    private bool _looking;

    public Member(MqttLoop loop, LightPeer light, MetCabinet cabinet, P256 p256)
    {
        (_loop, _light, _cabinet) = (loop, light, cabinet);
        _gate = new VerifyGate(light.Did, p256, (did, key) => did == cabinet.Node && key == cabinet.Key);
    }

    public Did Did => _light.Did;

    /// <summary>The cabinet's have has come on the connection that stands.</summary>
    public bool InContact { get; private set; }

    /// <summary>Bundles that wait for their receipt.</summary>
    public int Waiting => _open.Count;
    public int Left => _prepared.Count;
    public IReadOnlyList<Fate> Fates => _fates;

    /// <summary>What receipts have said against statements of ours, and receipts that were none.</summary>
    public int NotAccepted { get; private set; }
    public int SentAgain { get; private set; }
    public int Connections { get; private set; }

    /// <summary>Signs the next bundles of the stream; before the loop uses this member.</summary>
    public void Prepare(int bundles, int statements)
    {
        for (var n = 0; n < bundles; n++)
        {
            byte[][] inside = [.. Enumerable.Range(0, statements).Select(_ => _light.Withdrawal(_cabinet.Node))];
            var bundle = _light.Bundle(_cabinet.Node, Stream, _last, inside);
            _last = SentBundle.Of(bundle);
            _prepared.Enqueue(bundle);
        }
    }

    public void Dial()
    {
        if (_closed)
            return;
        var started = MqttLoop.Now;
        var retry = _backOff.Next(started, 0.5);
        _client = new MqttClient(
            _loop,
            new MqttClientOptions
            {
                ClientId = Did.Value,
                Host = _cabinet.Address,
                Port = _cabinet.PeersPort,
                Filter = Topic.Everything(to: Did.Value, from: _cabinet.Node.Value),
                Tls = new MqttTls(_cabinet.CertificateFile, _light.CertificateFile, _light.KeyFile),
            },
            new MqttEvents
            {
                Up = Up,
                Closed = _ => Closed(started + retry.After),
                Message = Heard,
                Acknowledged = _ => { },
            }
        );
        _client.Open(retry.ConnectWithin, ReadyWithin);
    }

    /// <summary>Hands over the next prepared bundle, whether there is a link or not.</summary>
    public void Enqueue()
    {
        var bundle = _prepared.Dequeue();
        var now = Stopwatch.GetTimestamp();
        _open[_next++] = new Open(bundle, now, Publish(TopicKind.Data, "shared", bundle) ? now : null);
        LookLater();
    }

    /// <summary>Leaves in order; nothing is sent or heard any more.</summary>
    public void Dispose()
    {
        _closed = true;
        _client?.Close("the crowd goes home");
    }

    private void Up()
    {
        _backOff.Up();
        Connections++;
        _fresh = true;
        SayHave(reply: true);
    }

    private void Closed(TimeSpan again)
    {
        if (InContact)
            _backOff.Down(MqttLoop.Now);
        InContact = false;
        var wait = again - MqttLoop.Now;
        _loop.After(wait > LeastGap ? wait : LeastGap, Dial);
    }

    private bool Publish(TopicKind kind, string cls, byte[] bytes) =>
        _client is { } client && client.Publish(new Topic(_cabinet.Node.Value, Did.Value, kind, cls).ToString(), bytes, out _);

    private void SayHave(bool reply)
    {
        HaveStream[] open = _open.Count == 0 ? [] : [new(Stream, _open.Keys.First())];
        Publish(TopicKind.Have, "control", _light.Have(_cabinet.Node, new HaveBody(Boot, "1", "crowd 1", reply, [], open)));
    }

    private void Heard(string text, ReadOnlySpan<byte> payload)
    {
        var now = Stopwatch.GetTimestamp();
        if (!Topic.TryParse(text, out var topic) || payload.Length <= 1)
            return;
        var raw = payload.ToArray();
        if (topic.Kind == TopicKind.Receipt)
            TakeReceipt(raw, now);
        else if (topic.Kind == TopicKind.Have)
            TakeHave(raw, now);
    }

    private void TakeReceipt(byte[] raw, long now)
    {
        if (
            _gate.CheckControl(Kinds.Receipt, raw, _cabinet.Node) is not { } frame
            || WireJson.Read(frame.Body.Span, WireJson.Default.ReceiptBody) is not { Stream: Stream } receipt
        )
        {
            NotAccepted++;
            return;
        }
        foreach (var seq in _open.Keys.Where(s => s >= receipt.First && s <= receipt.Last).ToArray())
        {
            _open.Remove(seq, out var bundle);
            _fates.Add(new Fate(bundle!.Enqueued, now));
            NotAccepted += receipt.Exceptions.Count(e => e.Seq == seq);
        }
    }

    private void TakeHave(byte[] raw, long now)
    {
        if (
            _gate.CheckControl(Kinds.Have, raw, _cabinet.Node) is not { } frame
            || WireJson.Read(frame.Body.Span, WireJson.Default.HaveBody) is not { } have
        )
            return;
        InContact = true;
        var there = have.Streams.FirstOrDefault(s => s.Stream == Stream)?.Seq ?? 0;
        // On a new link all that the cabinet lacks goes at once; later what it lacks may have crossed its have on the way.
        if (_fresh)
            SendFrom(there + 1, now);
        else if (_open.TryGetValue(there + 1, out var missing) && IsOlder(missing, _waits.Crossing, now))
            SendFrom(there + 1, now);
        _fresh = false;
        if (have.Reply)
            SayHave(reply: false);
    }

    private void SendFrom(long first, long now)
    {
        foreach (var (seq, bundle) in _open)
            if (seq >= first && Publish(TopicKind.Data, "shared", bundle.Bytes))
                (bundle.Sent, SentAgain) = (now, SentAgain + (bundle.Sent is null ? 0 : 1));
    }

    /// <summary>While anything waits for its receipt: once a retransmit time the overdue goes again.</summary>
    private void LookLater()
    {
        if (_looking || _closed)
            return;
        _looking = true;
        _loop.After(_waits.Retransmit, Look);
    }

    private void Look()
    {
        _looking = false;
        var now = Stopwatch.GetTimestamp();
        if (InContact && _open.FirstOrDefault(o => IsOlder(o.Value, _waits.Retransmit, now)) is { Key: > 0 } overdue)
            SendFrom(overdue.Key, now);
        if (_open.Count > 0)
            LookLater();
    }

    private static bool IsOlder(Open bundle, TimeSpan than, long now) =>
        bundle.Sent is not { } sent || Stopwatch.GetElapsedTime(sent, now) >= than;

    private sealed class Open(byte[] bytes, long enqueued, long? sent)
    {
        public byte[] Bytes { get; } = bytes;
        public long Enqueued { get; } = enqueued;

        /// <summary>When it last left; null when there was no link.</summary>
        public long? Sent { get; set; } = sent;
    }
}
