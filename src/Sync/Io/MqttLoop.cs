using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace EdgeNode.Sync.Io;

/// <summary>
/// One thread that drives every MQTT connection of a node. libmosquitto's own threads would be one per connection, would connect in a call
/// that blocks for as long as the kernel tries, and would reconnect on their own terms; here a poll(2) over all sockets does the work of
/// 256 threads, a try can be given up after any time, and all callbacks come on this thread, so the code behind them needs no locks.
/// </summary>
public sealed class MqttLoop : IDisposable
{
    /// <summary>Work taken from the queue before the sockets are looked at again, so that senders cannot starve receiving.</summary>
    private const int MaxWorkPerTurn = 256;

    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly PriorityQueue<Action, TimeSpan> _timers = new();
    private readonly List<MqttClient> _clients = [];
    private readonly List<MqttClient> _polled = [];
    private readonly Action<Exception> _onFault;
    private readonly Thread _thread;
    private readonly SafeFileHandle _waker = PosixProcess.NewWaker();
    private PosixProcess.PollEntry[] _entries = new PosixProcess.PollEntry[8];
    private int _awake;
    private volatile bool _stopping;

    /// <summary>Starts the thread. <paramref name="onFault"/> hears of exceptions in posted work; they end nothing else.</summary>
    public MqttLoop(string name, Action<Exception> onFault)
    {
        _onFault = onFault;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Time since the machine started; never jumps.</summary>
    public static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>True on the loop's own thread, where clients may be touched.</summary>
    public bool IsHere => Thread.CurrentThread == _thread;

    /// <summary>Has the loop's thread do something soon, in the order of the calls. From any thread. After <see cref="Dispose"/> nothing happens.</summary>
    public void Post(Action work)
    {
        _posted.Enqueue(work);
        if (Interlocked.Exchange(ref _awake, 1) == 0)
            PosixProcess.Wake(_waker);
    }

    /// <summary>Has the loop's thread do something after a wait. Loop thread only.</summary>
    public void After(TimeSpan wait, Action work) => _timers.Enqueue(work, Now + wait);

    /// <summary>Runs what was posted before, closes all connections and ends the thread.</summary>
    public void Dispose()
    {
        if (_stopping)
            return;
        Post(() => _stopping = true);
        if (!IsHere)
            _thread.Join();
    }

    internal void Add(MqttClient client) => _clients.Add(client);

    internal void Remove(MqttClient client) => _clients.Remove(client);

    internal void Fault(Exception fault) => _onFault(fault);

    private void Run()
    {
        while (!_stopping)
        {
            RunPosted();
            RunTimers();
            if (!_stopping)
                Wait();
        }
        foreach (var client in _clients.ToArray())
            Guard(() => client.Close("this node stops its links"));
        _waker.Dispose();
    }

    private void RunPosted()
    {
        Volatile.Write(ref _awake, 0);
        for (int i = 0; i < MaxWorkPerTurn && !_stopping && _posted.TryDequeue(out var work); i++)
            Guard(work);
    }

    private void RunTimers()
    {
        var now = Now;
        while (!_stopping && _timers.TryPeek(out var work, out var due) && due <= now)
        {
            _timers.Dequeue();
            Guard(work);
        }
    }

    private void Wait()
    {
        _polled.Clear();
        _polled.AddRange(_clients);
        if (_entries.Length <= _polled.Count)
            _entries = new PosixProcess.PollEntry[_polled.Count * 2];
        _entries[0] = new PosixProcess.PollEntry { Descriptor = (int)_waker.DangerousGetHandle(), Events = PosixProcess.PollIn };
        for (int i = 0; i < _polled.Count; i++)
            _entries[i + 1] = new PosixProcess.PollEntry { Descriptor = _polled[i].Socket, Events = _polled[i].Wants };
        PosixProcess.Poll(_entries.AsSpan(0, _polled.Count + 1), Milliseconds());
        if (_entries[0].Ready != 0)
            PosixProcess.Rest(_waker);
        for (int i = 0; i < _polled.Count; i++)
            if (_entries[i + 1].Ready is var ready and not 0)
                Serve(_polled[i], ready);
    }

    /// <summary>Until the next timer, rounded up so that the loop does not spin; without end when there is none.</summary>
    private int Milliseconds()
    {
        if (!_posted.IsEmpty)
            return 0;
        if (!_timers.TryPeek(out _, out var due))
            return -1;
        return (int)Math.Clamp(Math.Ceiling((due - Now).TotalMilliseconds), 0, int.MaxValue);
    }

    private void Serve(MqttClient client, short ready)
    {
        try
        {
            client.Ready(ready);
        }
        catch (Exception fault)
        {
            _onFault(fault); // one client's fault must not end the others; its owner learns through Closed or the fault
        }
    }

    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception fault)
        {
            _onFault(fault);
        }
    }
}
