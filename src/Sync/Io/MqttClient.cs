using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static EdgeNode.Sync.Io.MosquittoNative;

namespace EdgeNode.Sync.Io;

/// <summary>Files for a TLS connection: the one certificate the other side must show, and our own certificate and key.</summary>
public sealed record MqttTls(string PinnedFile, string CertificateFile, string KeyFile);

/// <summary>Where an MQTT connection goes and as whom.</summary>
public sealed record MqttClientOptions
{
    public required string ClientId { get; init; }

    /// <summary>An address in figures; a name would be resolved on the loop's thread and hold up everything.</summary>
    public required string Host { get; init; }
    public required int Port { get; init; }

    /// <summary>What is subscribed to; the connection counts as up when the broker has granted it.</summary>
    public required string Filter { get; init; }
    public (string User, string Password)? Login { get; init; }
    public MqttTls? Tls { get; init; }

    /// <summary>
    /// A file of certificates whose holders may be the broker, for TLS without a certificate of ours (a relay); null and no <see cref="Tls"/> is plain TCP. The name
    /// in the certificate is not compared: the file must name the relay's own authority and nobody else's.
    /// </summary>
    public string? Authorities { get; init; }

    /// <summary>The broker keeps the session, and what comes for us, while we are away (a relay); otherwise it forgets both.</summary>
    public bool Durable { get; init; }

    /// <summary>What the broker says in our name when the connection breaks.</summary>
    public (string Topic, byte[] Payload)? Will { get; init; }

    /// <summary>The broker keeps the will for whoever subscribes later (default: no).</summary>
    public bool RetainWill { get; init; }

    /// <summary>Silence after which the library asks the broker for a sign of life (default: 10 s, at least 5).</summary>
    public int KeepAliveSeconds { get; init; } = 10;

    /// <summary>Messages under way before the broker has acknowledged one (default: 1000).</summary>
    public int SendMaximum { get; init; } = 1000;

    /// <summary>
    /// Bytes that may arrive without completing a packet (default: 256 KiB): a hostile broker must not make us hold a giant one. Looked at
    /// whenever the socket is empty, so it is overrun by what arrives in one go.
    /// </summary>
    public int MaxPartialBytes { get; init; } = 256 * 1024;
}

/// <summary>A message as it arrives. The bytes live only during the call.</summary>
public delegate void MqttMessage(string topic, ReadOnlySpan<byte> payload);

/// <summary>What a connection tells its owner, always on the loop's thread.</summary>
public sealed record MqttEvents
{
    /// <summary>Connected, accepted and subscribed.</summary>
    public required Action Up { get; init; }

    /// <summary>The end, once and for whatever reason; nothing follows it. Unacknowledged messages are lost.</summary>
    public required Action<string> Closed { get; init; }
    public required MqttMessage Message { get; init; }

    /// <summary>The broker has taken the message with this id. It has not delivered it: only a peer's signed receipt says that.</summary>
    public required Action<int> Acknowledged { get; init; }
}

/// <summary>
/// One MQTT 3.1.1 connection over libmosquitto, from connect to close; it is never used again, so nothing the library may have queued is
/// sent a second time behind the outbox's back. Every member is to be called on the loop's thread.
/// </summary>
public sealed unsafe class MqttClient
{
    private const int MiscEverySeconds = 5;

    /// <summary>Reads of what a broken connection still holds, a refusal in TLS for instance, before it is closed.</summary>
    private const int LastReads = 8;
    private static readonly Lock InitLock = new();
    private static bool _initialised;

    private readonly MqttLoop _loop;
    private readonly MqttClientOptions _options;
    private readonly MqttEvents _events;
    private State _state = State.New;
    private nint _native;
    private GCHandle _self;
    private TimeSpan _readyWithin;
    private int _nativeDepth;
    private string? _libraryError;
    private string? _closeReason;
    private bool _awaitsAnswer;
    private bool _packetSeen;
    private bool _rebase;
    private ulong _received;

    public MqttClient(MqttLoop loop, MqttClientOptions options, MqttEvents events)
    {
        _loop = loop;
        _options = options;
        _events = events;
    }

    private enum State
    {
        New,
        Connecting,
        Handshaking,
        Up,
        Closed,
    }

    /// <summary>True between <see cref="MqttEvents.Up"/> and <see cref="MqttEvents.Closed"/>.</summary>
    public bool IsUp => _state == State.Up;

    internal int Socket { get; private set; } = -1;

    internal short Wants =>
        (short)(PosixProcess.PollIn | (!_awaitsAnswer && mosquitto_want_write(_native) ? PosixProcess.PollOut : 0));

    /// <summary>
    /// Starts the connection. It fails through <see cref="MqttEvents.Closed"/>, never by exception, unless the library is missing.
    /// TCP has <paramref name="connectWithin"/>, then TLS, CONNACK and SUBACK have <paramref name="readyWithin"/>.
    /// </summary>
    /// <exception cref="BrokerException">libmosquitto is not installed.</exception>
    public void Open(TimeSpan connectWithin, TimeSpan readyWithin)
    {
        RequireLibrary();
        _state = State.Connecting;
        _self = GCHandle.Alloc(this);
        _native = mosquitto_new(_options.ClientId, !_options.Durable, GCHandle.ToIntPtr(_self));
        _readyWithin = readyWithin;
        _loop.After(connectWithin, () => GiveUp(State.Connecting, "no answer from the address"));
        int result = _native == 0 ? -1 : Configure();
        if (result == Success)
            result = Connect();
        if (result == ErrorSystem)
            CloseSoon("the address cannot be reached or refuses"); // the cause is lost: the library cleans up before it returns
        else if (result != Success)
            CloseSoon(Reason(result));
    }

    /// <summary>
    /// Hands a message to the library at QoS 1. False when the connection is not up; then nothing was queued. There is no other failure to
    /// act on: the library may queue a message and report an error all the same, so a caller that tried again would send it twice.
    /// </summary>
    /// <param name="retain">The broker keeps it for whoever subscribes later.</param>
    public bool Publish(string topic, ReadOnlySpan<byte> payload, out int messageId, bool retain = false)
    {
        int id = 0;
        messageId = 0;
        if (_state != State.Up)
            return false;
        int result;
        _nativeDepth++;
        fixed (byte* bytes = payload)
            result = mosquitto_publish(_native, &id, topic, payload.Length, bytes, QosAtLeastOnce, retain);
        _nativeDepth--;
        messageId = id;
        Settle(result, sayResult: false);
        return true;
    }

    /// <summary>Ends the connection now, without a farewell: the broker speaks the will.</summary>
    public void Close(string reason)
    {
        if (_state == State.Closed)
            return;
        bool opened = _state != State.New;
        _state = State.Closed;
        _loop.Remove(this);
        Socket = -1;
        if (_nativeDepth == 0)
            Free();
        if (opened)
            _events.Closed(reason);
    }

    /// <summary>
    /// The socket can be read or written. Until the greeting is over the library goes on with TLS in its reading function only, also when
    /// the socket has just become writable, and then claims to have something to write for as long as it waits for the other side: so
    /// each thing said is followed by a wait for an answer.
    /// </summary>
    internal void Ready(short ready)
    {
        const short Failed = PosixProcess.PollErr | PosixProcess.PollHup | PosixProcess.PollInvalid;
        if (_state == State.Closed)
            return;
        if (_state == State.Connecting && (ready & Failed) == 0)
            TcpIsUp();
        bool greeting = _state != State.Up;
        _awaitsAnswer = greeting && (ready & PosixProcess.PollIn) == 0;
        _packetSeen = false;
        _nativeDepth++;
        int result = Success;
        if (greeting || (ready & (PosixProcess.PollIn | Failed)) != 0)
            result = mosquitto_loop_read(_native, 1);
        bool refused = greeting && (ready & Failed) != 0;
        for (int i = 1; refused && i < LastReads && result == Success && _state != State.Closed; i++)
            result = mosquitto_loop_read(_native, 1);
        if (result == Success && _state != State.Closed && (ready & PosixProcess.PollOut) != 0)
            result = mosquitto_loop_write(_native, 1);
        _nativeDepth--;
        Settle(result, sayResult: true);
        // The library takes a broken pipe during the greeting for nothing said yet: the socket would be ready for ever and this loop never rest.
        if (refused)
            Close(_libraryError ?? "the address cannot be reached or refuses");
        BoundPartial();
    }

    /// <summary>Loads the library once for the process.</summary>
    /// <exception cref="BrokerException">It is not installed.</exception>
    internal static void RequireLibrary()
    {
        lock (InitLock)
        {
            if (_initialised)
                return;
            try
            {
                _ = mosquitto_lib_init(); // never undone: the clean-up would take OpenSSL from the rest of the process
                _initialised = true;
            }
            catch (DllNotFoundException)
            {
                throw new BrokerException(
                    "broker.library_missing",
                    "The library libmosquitto.so.1 is missing; install the package libmosquitto1."
                );
            }
        }
    }

    private int Configure()
    {
        SetCallbacks();
        int result = mosquitto_int_option(_native, OptionTcpNoDelay, 1);
        if (result == Success)
            result = mosquitto_int_option(_native, OptionSendMaximum, _options.SendMaximum);
        if (result == Success && _options.Login is { } login)
            result = mosquitto_username_pw_set(_native, login.User, login.Password);
        if (result == Success && _options.Tls is { } tls)
            result = ConfigureTls(tls);
        else if (result == Success && _options.Authorities is { } authorities)
            result = ConfigureTls(authorities);
        if (result == Success && _options.Will is { } will)
            fixed (byte* payload = will.Payload)
                result = mosquitto_will_set(
                    _native,
                    will.Topic,
                    will.Payload.Length,
                    payload,
                    QosAtLeastOnce,
                    _options.RetainWill
                );
        return result;
    }

    /// <summary>The other side's certificate must be the pinned one, which says more than any name in it: the name check is off.</summary>
    private int ConfigureTls(MqttTls tls)
    {
        int result = mosquitto_tls_set(_native, tls.PinnedFile, null, tls.CertificateFile, tls.KeyFile, 0);
        if (result == Success)
            result = mosquitto_tls_opts_set(_native, VerifyPeer, "tlsv1.3", null);
        return result == Success ? mosquitto_tls_insecure_set(_native, true) : result;
    }

    private int ConfigureTls(string authorities)
    {
        int result = mosquitto_tls_set(_native, authorities, null, null, null, 0);
        if (result == Success)
            result = mosquitto_tls_opts_set(_native, VerifyPeer, "tlsv1.2", null);
        return result == Success ? mosquitto_tls_insecure_set(_native, true) : result;
    }

    private void SetCallbacks()
    {
        mosquitto_connect_callback_set(_native, &OnConnect);
        mosquitto_subscribe_callback_set(_native, &OnSubscribe);
        mosquitto_publish_callback_set(_native, &OnPublish);
        mosquitto_message_callback_set(_native, &OnMessage);
        mosquitto_log_callback_set(_native, &OnLog);
    }

    private int Connect()
    {
        _nativeDepth++;
        int result = mosquitto_connect_async(_native, _options.Host, _options.Port, _options.KeepAliveSeconds);
        _nativeDepth--;
        int socket = result == Success ? mosquitto_socket(_native) : -1;
        if (socket < 0)
            return result == Success ? -1 : result;
        PosixProcess.KeepFromChildren(socket);
        Socket = socket;
        _loop.Add(this);
        _loop.After(TimeSpan.FromSeconds(MiscEverySeconds), Misc);
        if (!mosquitto_want_write(_native))
            TcpIsUp(); // the first bytes are out already, as on loopback
        return Success;
    }

    private void TcpIsUp()
    {
        _state = State.Handshaking;
        _loop.After(_readyWithin, () => GiveUp(State.Handshaking, "the broker did not finish the greeting"));
    }

    /// <summary>The owner is told from the loop, so that it never hears of the end while it still holds the beginning.</summary>
    private void CloseSoon(string reason) => _loop.Post(() => Close(reason));

    private void GiveUp(State still, string reason)
    {
        if (_state == still)
            Close(reason);
    }

    private void Misc()
    {
        if (_state == State.Closed)
            return;
        _nativeDepth++;
        int result = mosquitto_loop_misc(_native);
        _nativeDepth--;
        Settle(result, sayResult: true);
        if (_state != State.Closed)
            _loop.After(TimeSpan.FromSeconds(MiscEverySeconds), Misc);
    }

    /// <summary>After each call into the library: free what was closed meanwhile, and notice that the library gave the socket up.</summary>
    private void Settle(int result, bool sayResult)
    {
        if (_nativeDepth > 0)
            return;
        if (_state == State.Closed)
            Free();
        else if (_closeReason is not null)
            Close(_closeReason);
        else if ((sayResult && result != Success) || mosquitto_socket(_native) < 0)
            Close(Reason(result));
    }

    private void BoundPartial()
    {
        if (_state == State.Closed || _packetSeen)
        {
            _rebase = true;
            return;
        }
        ulong received = PosixProcess.BytesReceived(Socket);
        if (_rebase)
            _received = received;
        _rebase = false;
        if (received > _received + (ulong)_options.MaxPartialBytes)
            Close("the broker sent a packet beyond all bounds");
    }

    private void Free()
    {
        if (_native != 0)
            mosquitto_destroy(_native);
        _native = 0;
        if (_self.IsAllocated)
            _self.Free();
    }

    private string Reason(int result) =>
        _libraryError
        ?? result switch
        {
            Success => "the connection was closed",
            ErrorKeepAlive => "the broker stopped answering",
            ErrorSystem when Marshal.GetLastPInvokeError() is var error and not 0 => Marshal.GetPInvokeErrorMessage(error),
            _ => Marshal.PtrToStringUTF8(mosquitto_strerror(result)) ?? "unknown fault",
        };

    private void Accepted(int code)
    {
        _packetSeen = true;
        if (code == 0)
        {
            int id;
            _ = mosquitto_subscribe(_native, &id, _options.Filter, QosAtLeastOnce);
            return;
        }
        _closeReason = "the broker refused: " + (Marshal.PtrToStringUTF8(mosquitto_connack_string(code)) ?? code.ToString());
    }

    private void Subscribed(int granted)
    {
        _packetSeen = true;
        if (granted >= SubscribeRefused)
        {
            _closeReason = "the broker refused the subscription";
            return;
        }
        if (_state is not (State.Connecting or State.Handshaking))
            return;
        _state = State.Up;
        _events.Up();
    }

    private void Arrived(Message* message)
    {
        _packetSeen = true;
        // A kept session hands over what waited before the subscription is granted again.
        var listens = _state == State.Up || (_options.Durable && _state == State.Handshaking);
        if (!listens || message->Topic == null || message->PayloadLength < 0)
            return;
        var topic = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message->Topic));
        _events.Message(topic, new ReadOnlySpan<byte>(message->Payload, message->PayloadLength));
    }

    private void Taken(int messageId)
    {
        _packetSeen = true;
        if (_state == State.Up)
            _events.Acknowledged(messageId);
    }

    private void Logged(int level, byte* text)
    {
        if (level == LogError && text != null)
            _libraryError = Marshal.PtrToStringUTF8((nint)text);
    }

    /// <summary>An exception must not cross into C: it is told to the loop's owner and ends this connection.</summary>
    private static void Guarded<T>(nint userdata, T value, Action<MqttClient, T> act)
    {
        if (GCHandle.FromIntPtr(userdata).Target is not MqttClient client || client._state == State.Closed)
            return;
        try
        {
            act(client, value);
        }
        catch (Exception fault)
        {
            client._closeReason = "a fault in this node: " + fault.Message;
            client._loop.Fault(fault);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnConnect(nint native, nint userdata, int code) =>
        Guarded(userdata, code, static (c, x) => c.Accepted(x));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPublish(nint native, nint userdata, int id) => Guarded(userdata, id, static (c, x) => c.Taken(x));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSubscribe(nint native, nint userdata, int id, int count, int* granted) =>
        Guarded(userdata, count > 0 ? granted[0] : SubscribeRefused, static (c, x) => c.Subscribed(x));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(nint native, nint userdata, Message* message) =>
        Guarded(userdata, (nint)message, static (c, x) => c.Arrived((Message*)x));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(nint native, nint userdata, int level, byte* text) =>
        Guarded(userdata, (Level: level, Text: (nint)text), static (c, x) => c.Logged(x.Level, (byte*)x.Text));
}
