using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Sync.Io;

/// <summary>
/// Runs <see cref="MdnsEngine"/> on real sockets: one per interface and address family, opened and closed as the kernel tells
/// that interfaces come and go. Port 5353 is shared with avahi and other cabinets. Works on without a network and waits for one.
/// </summary>
public sealed class MulticastDnsRunner : IAsyncDisposable
{
    /// <summary>Interfaces are looked at again this long after the kernel tells of a change, in milliseconds: one change comes in many messages.</summary>
    private const int ScanAfterChange = 250;

    /// <summary>
    /// First and longest wait between looks of our own accord, in milliseconds; it doubles, and starts over with every
    /// change. Needed only while a socket that is wanted cannot be had, and where the kernel does not tell of changes.
    /// </summary>
    private const int FirstRescan = 500;
    private const int LongestRescan = 15_000;

    /// <summary>Receive errors in a row after which a socket is given up and opened anew.</summary>
    private const int MaxReceiveErrors = 8;

    private readonly Lock _gate = new();
    private readonly MulticastDnsOptions _options;
    private readonly Action<MdnsEffect> _tell;
    private readonly MdnsEngine _engine;
    private readonly Dictionary<int, OpenLink> _open = [];
    private readonly List<Task> _ending = [];
    private readonly HashSet<DiscoveryProblem> _toldProblems = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Timer _wake;
    private readonly Timer _scan;
    private List<MdnsLink> _wanted = [];
    private InterfaceWatch? _watch;
    private bool _watching;
    private int _rescan = FirstRescan;
    private long _scanAt = long.MaxValue;
    private bool _stopped;

    private MulticastDnsRunner(MulticastDnsOptions options, Action<MdnsEffect> tell)
    {
        (_options, _tell) = (options, tell);
        _engine = new MdnsEngine(options.Engine, options.Announcement, Random.Shared.Next);
        _engine.Favour(options.Favoured);
        _wake = new Timer(_ => Guarded(() => Perform(_engine.Tick(Now))));
        _scan = new Timer(_ => Guarded(Scan));
    }

    /// <summary>
    /// Starts announcing and browsing. <paramref name="tell"/> gets <see cref="ServiceSeen"/>, <see cref="ServiceUpdated"/>,
    /// <see cref="ServiceGone"/>, <see cref="NameChanged"/> and <see cref="DiscoveryProblem"/>, one at a time and in order;
    /// it must return at once (post to a queue), not throw and not dispose the runner. A port or interface that
    /// cannot be had is a problem told once and tried again, never an exception.
    /// </summary>
    /// <exception cref="ArgumentException">The announcement is out of bounds, or an address is not IPv4.</exception>
    public static MulticastDnsRunner Start(MulticastDnsOptions options, Action<MdnsEffect> tell)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tell);
        if (options.Addresses.Any(address => address.AddressFamily != AddressFamily.InterNetwork))
        {
            throw new ArgumentException(
                "Only IPv4 addresses can be chosen for discovery; leave the list empty to use IPv6 as well."
            );
        }
        var runner = new MulticastDnsRunner(options, tell);
        runner.WatchInterfaces();
        runner.Guarded(runner.Scan);
        return runner;
    }

    /// <summary>Ends when the runner is disposed; fails when something went wrong that is a fault of this program.</summary>
    public Task Completion => _failed.Task;

    /// <summary>Everybody who is there at present.</summary>
    public IReadOnlyList<DiscoveredService> Services => Locked(() => _engine.Services.ToList());

    /// <summary>The instance name in use; null when only browsing.</summary>
    public string? InstanceName => Locked(() => _engine.InstanceName);

    public MdnsCounters Counters => Locked(() => _engine.Counters);

    /// <summary>Names of the interfaces in use with "IPv4" or "IPv6", for the steward.</summary>
    public IReadOnlyList<string> Interfaces =>
        Locked(() => _open.Values.Select(link => $"{link.Socket.On.Name} {(link.Socket.On.IsIPv6 ? "IPv6" : "IPv4")}").ToList());

    /// <summary>DID prefixes of the cabinets we are peered with: their claims stay when the cache is full.</summary>
    public void Favour(IReadOnlyCollection<string> didPrefixes)
    {
        lock (_gate)
        {
            _engine.Favour(didPrefixes);
        }
    }

    /// <summary>Says goodbye on all links, tells everybody as gone, and closes. A second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] loops;
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }
            Perform(_engine.Stop());
            _stopped = true;
            loops = [.. _open.Values.Select(link => link.Loop), .. _ending, _watch?.Loop ?? Task.CompletedTask];
            _watch?.Dispose();
            foreach (var link in _open.Values)
            {
                link.Dispose();
            }
            _open.Clear();
        }
        await _wake.DisposeAsync().ConfigureAwait(false);
        await _scan.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(false);
        _failed.TrySetResult();
    }

    private static long Now => Environment.TickCount64;

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    // Timers and receive loops have no caller to throw to: what fails in them fails Completion, which the host awaits.
    private void Guarded(Action work)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }
            try
            {
                work();
            }
            catch (Exception fault)
            {
                _failed.TrySetException(fault);
            }
        }
    }

    private void WatchInterfaces()
    {
        lock (_gate)
        {
            _watch = InterfaceWatch.TryStart(OnNetworkChanged);
            _watching = _watch is not null;
        }
    }

    private void OnNetworkChanged(bool watching) =>
        Guarded(() =>
        {
            _watching = watching;
            _rescan = FirstRescan;
            ScanWithin(ScanAfterChange);
        });

    private void Scan()
    {
        if (!TryFind(out var wanted, out var missing))
        {
            ScheduleScan(_wanted, ready: false);
            return;
        }
        foreach (var link in _open.Values.Where(link => !wanted.Exists(link.Socket.On.SameSocket)).ToList())
        {
            Close(link);
        }
        // Told before new ones open: a link that was closed in between has to be probed and announced anew.
        TellLinks(wanted);
        foreach (var address in missing)
        {
            Report(Missing(address));
        }
        var ready = missing.Count == 0;
        foreach (var on in wanted)
        {
            ready &= _open.ContainsKey(on.LinkId) || TryOpen(on);
        }
        TellLinks(wanted);
        if (ready)
        {
            _toldProblems.Clear();
        }
        ScheduleScan([.. wanted.Select(on => on.Link)], ready);
    }

    // An interface may vanish while it is being looked at; then the next look tells.
    private bool TryFind(out List<MulticastInterface> wanted, out List<IPAddress> missing)
    {
        (wanted, missing) = ([], []);
        try
        {
            wanted = MulticastInterfaces.Find(_options.Addresses, out missing);
            return true;
        }
        catch (NetworkInformationException fault)
        {
            Report(
                new DiscoveryProblem(
                    "discovery.interfaces_hidden",
                    $"The system does not list its network interfaces ({fault.Message}); a service's sandbox has to allow AF_NETLINK. It is tried again by itself."
                )
            );
            return false;
        }
    }

    private void TellLinks(List<MulticastInterface> wanted) =>
        Perform(_engine.SetLinks([.. wanted.Where(on => _open.ContainsKey(on.LinkId)).Select(on => on.Link)], Now));

    private void ScheduleScan(List<MdnsLink> wanted, bool ready)
    {
        _rescan = wanted.SequenceEqual(_wanted) ? Math.Min(_rescan * 2, LongestRescan) : FirstRescan;
        _wanted = wanted;
        _scanAt = long.MaxValue;
        if (!ready || !_watching)
        {
            ScanWithin(_rescan);
        }
    }

    // A look that is due sooner stays due: a stream of changes must not put it off for ever.
    private void ScanWithin(int wait)
    {
        if (Now + wait < _scanAt)
        {
            _scanAt = Now + wait;
            _scan.Change(wait, Timeout.Infinite);
        }
    }

    private bool TryOpen(MulticastInterface on)
    {
        try
        {
            var link = new OpenLink(MulticastSocket.Open(on));
            _open.Add(on.LinkId, link);
            link.Loop = ReceiveAsync(link);
            return true;
        }
        catch (SocketException fault)
        {
            // An address that IPv6 still checks for duplicates is no problem yet, just not ready.
            if (fault.SocketErrorCode is not (SocketError.AddressNotAvailable or SocketError.NetworkUnreachable))
            {
                Report(Explain(on, fault));
            }
            return false;
        }
    }

    private static DiscoveryProblem Missing(IPAddress address) =>
        new(
            "discovery.address_missing",
            $"No interface of this machine has the address {address}; discovery there begins when one does."
        );

    private static DiscoveryProblem Explain(MulticastInterface on, SocketException fault) =>
        fault.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new DiscoveryProblem(
                "discovery.port_taken",
                $"UDP port {MdnsNames.Port} is held by a program that does not share it (\"ss -ulpn sport = :{MdnsNames.Port}\" names it); "
                    + "until it lets go, neighbours are not found by themselves and their addresses have to be typed."
            ),
            SocketError.AccessDenied => new DiscoveryProblem(
                "discovery.denied",
                $"The system does not allow multicast on {on.Name}; check the firewall and the service's permissions."
            ),
            _ => new DiscoveryProblem(
                "discovery.interface_failed",
                $"Discovery on {on.Name} does not work at present: {fault.Message}. It is tried again by itself."
            ),
        };

    private void Report(DiscoveryProblem problem)
    {
        if (_toldProblems.Add(problem))
        {
            _tell(problem);
        }
    }

    private void Close(OpenLink link)
    {
        _open.Remove(link.Socket.On.LinkId);
        link.Dispose();
        _ending.RemoveAll(loop => loop.IsCompleted);
        _ending.Add(link.Loop);
    }

    private async Task ReceiveAsync(OpenLink link)
    {
        await Task.Yield(); // the caller holds the gate
        var errors = 0;
        while (errors < MaxReceiveErrors)
        {
            try
            {
                var got = await link.Socket.ReceiveAsync(link.Closed).ConfigureAwait(false);
                errors = 0;
                if (got is var (source, packet, toGroup))
                {
                    Guarded(() => Perform(_engine.Receive(link.Socket.On.LinkId, source, packet.Span, Now, toGroup)));
                }
            }
            catch (SocketException) when (!link.Closed.IsCancellationRequested)
            {
                errors++;
            }
            catch (Exception fault)
                when (link.Closed.IsCancellationRequested
                    && fault is OperationCanceledException or SocketException or ObjectDisposedException
                )
            {
                return;
            }
        }
        Guarded(() => Reopen(link));
    }

    // A socket that fails is closed; the engine forgets the link, and probes and announces anew when it is open again.
    private void Reopen(OpenLink link)
    {
        if (_open.TryGetValue(link.Socket.On.LinkId, out var current) && current == link)
        {
            Close(link);
            ScanWithin(_rescan);
        }
    }

    private void Perform(IReadOnlyList<MdnsEffect> effects)
    {
        foreach (var effect in effects)
        {
            if (effect is SendPacket send)
            {
                Send(send);
            }
            else
            {
                _tell(effect);
            }
        }
        var next = _engine.NextWake;
        var wait = next == MdnsEngine.Never ? Timeout.Infinite : Math.Clamp(next - Now, 0, int.MaxValue);
        _wake.Change(wait, Timeout.Infinite);
    }

    private void Send(SendPacket send)
    {
        if (!_open.TryGetValue(send.Link, out var link))
        {
            return;
        }
        try
        {
            link.Socket.Send(send.Packet, send.To);
        }
        catch (SocketException) when (send.To is not null)
        {
            // Who asked for an answer of its own cannot be reached. That says nothing about the link, and asking again is free.
        }
        catch (SocketException fault)
        {
            if (
                fault.SocketErrorCode
                is not (SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.AddressNotAvailable)
            )
            {
                Report(Explain(link.Socket.On, fault));
            }
            Reopen(link);
        }
    }

    private sealed class OpenLink : IDisposable
    {
        private readonly CancellationTokenSource _closing = new();

        public OpenLink(MulticastSocket socket) => (Socket, Closed) = (socket, _closing.Token);

        public MulticastSocket Socket { get; }

        /// <summary>Ends the receive loop; outlives this object.</summary>
        public CancellationToken Closed { get; }

        public Task Loop { get; set; } = Task.CompletedTask;

        public void Dispose()
        {
            _closing.Cancel();
            Socket.Dispose();
            _closing.Dispose();
        }
    }
}
