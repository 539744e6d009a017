using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using EdgeNode.Wire;

namespace EdgeNode.Sync.Io;

/// <summary>A node's broker and how it is looked after.</summary>
public sealed record BrokerOptions
{
    public required BrokerSettings Settings { get; init; }

    /// <summary>The node's certificate and private key as PEM; the broker's folder gets copies of mode 0600.</summary>
    public required string CertificatePem { get; init; }
    public required string KeyPem { get; init; }

    /// <summary>Debian's broker (default: /usr/sbin/mosquitto).</summary>
    public string Mosquitto { get; init; } = "/usr/sbin/mosquitto";

    /// <summary>util-linux's setpriv, which ties the broker's life to ours (default: /usr/bin/setpriv).</summary>
    public string Launcher { get; init; } = "/usr/bin/setpriv";

    /// <summary>Longest time from start to an answering door (default: 10 s; about 50 ms are usual).</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a reply when the broker is suspected to hang (default: 5 s).</summary>
    public TimeSpan ReplyWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for an orderly end before it is killed (default: 2 s). It stores nothing, so nothing is lost.</summary>
    public TimeSpan EndWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Waits before a broker that died is started again (default: 0.2 to 10 s).</summary>
    public BackOffOptions Restart { get; init; } =
        new()
        {
            QuickFor = TimeSpan.Zero,
            SlowFirst = TimeSpan.FromSeconds(0.2),
            SlowMost = TimeSpan.FromSeconds(10),
        };

    /// <summary>Hears each line the broker prints and what was done about it. Called from several threads.</summary>
    public Action<string> Log { get; init; } = static _ => { };
}

/// <summary>
/// Keeps this node's mosquitto running and tells it who is admitted. It is started again when it dies, and it dies with this process, however
/// that ends. Losing it loses no data: custody lies in the outbox until a receipt comes.
/// </summary>
public sealed class Broker : IAsyncDisposable
{
    private static readonly TimeSpan PauseBetweenProbes = TimeSpan.FromMilliseconds(20);

    /// <summary>A broker that lived this long did not die of what it was started with: the next wait is the shortest.</summary>
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(10);
    private readonly BrokerOptions _options;
    private readonly BrokerDisk _disk;
    private readonly BrokerProcess.LastLines _lines = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _peers = new(StringComparer.Ordinal);

    /// <summary>Shut out for now: without rights and not in the folder, but OpenSSL in the running broker may still know the certificate.</summary>
    private readonly Dictionary<string, string> _held = new(StringComparer.Ordinal);

    /// <summary>Whose session is to be ended by the keeper.</summary>
    private readonly HashSet<string> _sessionsToEnd = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly BackOff _backOff;
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _keeper = Task.CompletedTask;
    private Process? _process;
    private bool _ready;
    private bool _restart;
    private bool _reload;
    private bool _suspect;

    private Broker(BrokerOptions options)
    {
        _options = options;
        _disk = new BrokerDisk(options.Settings.Folder);
        _backOff = new BackOff(options.Restart);
        LocalPassword = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        CommandLine = BrokerProcess.CommandLine(options.Launcher, options.Mosquitto, _disk.PathOf(BrokerFiles.ConfigFile));
    }

    public BrokerSettings Settings => _options.Settings;

    /// <summary>The password of <see cref="BrokerFiles.LocalUser"/>, new in each process; only its hash is on disk.</summary>
    public string LocalPassword { get; }

    /// <summary>What is executed: launcher, broker, configuration.</summary>
    public IReadOnlyList<string> CommandLine { get; }

    /// <summary>The running broker's process id; null while there is none.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_gate)
                return _process?.Id;
        }
    }

    /// <summary>How often the broker was started again, for whatever reason.</summary>
    public int Restarts { get; private set; }

    /// <summary>The last lines the broker printed.</summary>
    public IReadOnlyList<string> LastLines => _lines.All;

    /// <summary>The full path of a file in the broker's folder.</summary>
    public string PathOf(string file) => _disk.PathOf(file);

    /// <summary>
    /// Ends a broker left over from an earlier process, writes the files, starts the broker and returns when its door answers.
    /// <paramref name="admitted"/> is everyone who may come in: DID and certificate in PEM; others' certificates are removed from the folder.
    /// </summary>
    /// <exception cref="BrokerException">Mosquitto is missing, a port is taken, a certificate is not one to admit, or it does not start.</exception>
    public static async Task<Broker> StartAsync(
        BrokerOptions options,
        IReadOnlyDictionary<string, string> admitted,
        CancellationToken token
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(admitted);
        RequirePrograms(options);
        var broker = new Broker(options);
        try
        {
            await BrokerProcess.ReapAsync(broker._disk, broker.CommandLine[^1], options.ReplyWithin, token).ConfigureAwait(false);
            broker.WriteAll(admitted);
            broker.RequirePorts();
            broker._keeper = Task.Run(broker.KeepAsync, CancellationToken.None);
            await broker._first.Task.WaitAsync(token).ConfigureAwait(false);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets a peer in, at once and without a restart. Admitting the same certificate again does nothing.</summary>
    /// <exception cref="BrokerException">The certificate is not one that may be trusted for <paramref name="did"/>.</exception>
    public void Admit(string did, string certificatePem)
    {
        var pem = Checked(did, certificatePem);
        lock (_gate)
        {
            _peers.TryGetValue(did, out var known);
            if (known == pem)
                return;
            if (_held.Remove(did, out var held))
                known = held == pem ? null : held;
            _peers[did] = pem;
            _disk.PutPeer(did, pem);
            WriteRules();
            Reload();
            if (known is not null)
                RestartNow(); // OpenSSL keeps what it has once loaded under a name: only a new process forgets the old key
        }
    }

    /// <summary>
    /// Shuts a peer out: its rights end with the reload, its session and its certificate with the restart that follows at once. Removing
    /// someone unknown does nothing.
    /// </summary>
    public void Remove(string did)
    {
        lock (_gate)
        {
            var wasHeld = _held.Remove(did);
            if (!_peers.Remove(did) && !wasHeld)
                return;
            WriteRules();
            Reload();
            _disk.SetPeers(_peers);
            RestartNow();
        }
    }

    /// <summary>
    /// Shuts a peer out for now, and disturbs nobody else: its rights end with the reload, then its session. Until the broker's next start it may come in again, where
    /// it can say and hear nothing. Holding someone unknown does nothing.
    /// </summary>
    public void Hold(string did)
    {
        lock (_gate)
        {
            if (!_peers.Remove(did, out var pem))
                return;
            _held[did] = pem;
            _sessionsToEnd.Add(did);
            WriteRules();
            Reload();
            _disk.SetPeers(_peers);
            Wake();
        }
    }

    /// <summary>Has the broker asked for a sign of life; if it gives none, it is killed and started again. For whoever cannot reach it.</summary>
    public void Suspect()
    {
        lock (_gate)
            _suspect = _ready;
        Wake();
    }

    /// <summary>Ends the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _keeper.ConfigureAwait(false);
        _stop.Dispose();
        _wanted.Dispose();
    }

    private static void RequirePrograms(BrokerOptions options)
    {
        if (!File.Exists(options.Mosquitto))
            throw new BrokerException(
                "broker.program_missing",
                $"The broker mosquitto is missing ({options.Mosquitto}); install the package mosquitto."
            );
        if (!File.Exists(options.Launcher))
            throw new BrokerException(
                "broker.launcher_missing",
                $"The program setpriv is missing ({options.Launcher}); install the package util-linux."
            );
    }

    /// <summary>The certificate in our own words, so that nothing else in the peer's text reaches a folder of trusted certificates.</summary>
    internal static string Checked(string did, string certificatePem)
    {
        try
        {
            using var certificate = NodeCertificate.FromPem(certificatePem);
            if (NodeCertificate.Check(certificate, did) is { } refusal)
                throw new BrokerException(refusal.Code, refusal.Sentence);
            if (!Topic.IsDid(did))
                throw new BrokerException("peer.did", "The peer's name is not the DID of a node.");
            return NodeCertificate.ToPem(certificate);
        }
        catch (CryptographicException)
        {
            throw new BrokerException("peer.certificate", "The peer's certificate cannot be read.");
        }
    }

    private void WriteAll(IReadOnlyDictionary<string, string> admitted)
    {
        foreach (var (did, pem) in admitted)
            _peers[did] = Checked(did, pem);
        var salt = RandomNumberGenerator.GetBytes(BrokerFiles.SaltBytes);
        _disk.Write(BrokerFiles.CertificateFile, _options.CertificatePem);
        _disk.Write(BrokerFiles.KeyFile, _options.KeyPem);
        _disk.Write(BrokerFiles.PasswordFile, BrokerFiles.Passwords(BrokerFiles.LocalUser, LocalPassword, salt));
        _disk.Write(BrokerFiles.NodeAclFile, BrokerFiles.NodeAcl());
        _disk.SetPeers(_peers);
        WriteRules();
    }

    private void WriteRules()
    {
        _disk.Write(BrokerFiles.PeersAclFile, BrokerFiles.PeersAcl(Settings.Did, _peers.Keys));
        _disk.Write(BrokerFiles.ConfigFile, BrokerFiles.Config(Settings, _peers.Count));
    }

    private void RequirePorts()
    {
        BrokerProbe.RequireFree(Settings.Address, Settings.Port);
        BrokerProbe.RequireFree(Settings.Address, Settings.LocalPort);
    }

    /// <summary>Before its door answers the broker has no handler for the signal and would die of it; then it waits for the door.</summary>
    private void Reload()
    {
        _reload = !_ready;
        if (_ready)
            PosixProcess.Signal(_process!.Id, PosixProcess.SigHup);
    }

    private void RestartNow()
    {
        _restart = true;
        Wake();
    }

    private void Wake()
    {
        try
        {
            _wanted.Release();
        }
        catch (Exception fault) when (fault is SemaphoreFullException or ObjectDisposedException)
        {
            return; // already woken, or already stopped
        }
    }

    private async Task KeepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await RunOnceAsync().ConfigureAwait(false))
                    continue;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // Whatever it is: at the first start the caller hears it, later it is said and tried again, for ever.
                if (_first.TrySetException(fault as BrokerException ?? Unstartable(fault.Message)))
                    return;
                _options.Log($"The broker could not be started: {fault.Message}");
            }
            await PauseAsync().ConfigureAwait(false);
        }
    }

    private async Task PauseAsync()
    {
        var wait = _backOff.Next(MqttLoop.Now, jitter: 0).After; // one broker per machine: nobody to keep out of step with
        try
        {
            using var pause = new PeriodicTimer(wait);
            await pause.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return; // stopping
        }
    }

    /// <summary>One life of the broker. True when it ended because we wanted it started afresh.</summary>
    private async Task<bool> RunOnceAsync()
    {
        if (_first.Task.IsCompleted)
        {
            Restarts++;
            RequirePorts();
        }
        lock (_gate)
        {
            _restart = false; // what is changed from here on asks for another one
            _held.Clear();
            _sessionsToEnd.Clear();
        }
        using var process = await BrokerProcess.StartAsync(CommandLine, _disk, Hear).ConfigureAwait(false);
        var exit = process.WaitForExitAsync(CancellationToken.None);
        lock (_gate)
            _process = process;
        try
        {
            await ReadyAsync(exit).ConfigureAwait(false);
            return await WatchAsync(exit).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                (_process, _ready) = (null, false);
            await EndAsync(process, exit).ConfigureAwait(false);
        }
    }

    private async Task ReadyAsync(Task exit)
    {
        var until = MqttLoop.Now + _options.ReadyWithin;
        using var pause = new PeriodicTimer(PauseBetweenProbes);
        while (!await AnswersAsync().ConfigureAwait(false))
        {
            if (exit.IsCompleted || MqttLoop.Now > until)
                throw Unstartable(
                    _lines.All.LastOrDefault(line => line.StartsWith("Error", StringComparison.Ordinal)) ?? "it does not answer"
                );
            await pause.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
        }
        lock (_gate)
        {
            _ready = true;
            if (_reload)
                Reload();
        }
        _first.TrySetResult();
    }

    private async Task<bool> WatchAsync(Task exit)
    {
        var since = MqttLoop.Now;
        while (!exit.IsCompleted)
        {
            var wanted = _wanted.WaitAsync(_stop.Token);
            await Task.WhenAny(exit, wanted).ConfigureAwait(false);
            if (exit.IsCompleted)
            {
                if (!wanted.IsCompleted)
                    Wake(); // lets the abandoned wait end
                await wanted.ConfigureAwait(false);
                break;
            }
            await wanted.ConfigureAwait(false);
            if (RestartIsWanted())
                return true;
            await EndSessionsAsync().ConfigureAwait(false);
            if (SuspicionIsRaised() && !await AnswersAsync().ConfigureAwait(false))
                return true;
        }
        if (MqttLoop.Now - since > StableAfter)
            _backOff.Up();
        _options.Log("The broker has ended by itself and is started again.");
        return false;
    }

    /// <summary>A session ends when its name comes in anew, and through our own door we may take any name.</summary>
    private async Task EndSessionsAsync()
    {
        string[] names;
        lock (_gate)
        {
            names = [.. _sessionsToEnd];
            _sessionsToEnd.Clear();
        }
        foreach (var name in names)
            await AnswersAsync(name).ConfigureAwait(false);
    }

    private bool RestartIsWanted()
    {
        lock (_gate)
            return _restart;
    }

    private bool SuspicionIsRaised()
    {
        lock (_gate)
        {
            bool raised = _suspect;
            _suspect = false;
            return raised;
        }
    }

    private Task<bool> AnswersAsync(string client = BrokerProbe.Nobody) =>
        BrokerProbe.AnswersAsync(
            new IPEndPoint(Settings.Address, Settings.LocalPort),
            client,
            BrokerFiles.LocalUser,
            LocalPassword,
            _options.ReplyWithin,
            _stop.Token
        );

    private async Task EndAsync(Process process, Task exit)
    {
        if (exit.IsCompleted)
            return;
        PosixProcess.Signal(process.Id, PosixProcess.SigTerm);
        try
        {
            await exit.WaitAsync(_options.EndWithin).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            PosixProcess.Signal(process.Id, PosixProcess.SigKill);
            await exit.ConfigureAwait(false);
        }
    }

    private void Hear(string line)
    {
        _lines.Add(line);
        _options.Log(line);
    }

    private static BrokerException Unstartable(string why) =>
        new("broker.not_started", $"The broker mosquitto did not start ({why}); look at its configuration and log.");
}
