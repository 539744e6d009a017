namespace EdgeNode.Hardware.Io;

/// <summary>
/// A line that a test or the demo moves. It wakes the hardware thread through a real descriptor, so that everything behind the line is
/// what a cabinet runs; its readings are marked simulated.
/// </summary>
public sealed unsafe class ScriptedLine : ILine
{
    private readonly Lock _lock = new();
    private readonly int _bell = Libc.EventCreate(0, Flag.CloseOnExec | Flag.NonBlocking);
    private bool _active;
    private int _edges;
    private SteadyTime _last;
    private bool _open = true;

    public ScriptedLine(bool active) => _active = active;

    public bool IsSimulated => true;

    public int Descriptor => _bell;

    /// <summary>What <see cref="Drive"/> set last, for outputs.</summary>
    public bool Driven { get; private set; }

    /// <summary>Moves the line; each change is an edge.</summary>
    public void Move(bool active)
    {
        lock (_lock)
        {
            if (active == _active)
                return;
            (_active, _edges, _last) = (active, _edges + 1, SteadyClock.Now);
        }
        Ring();
    }

    /// <summary>The chip is unplugged; for good, as far as this object goes.</summary>
    public void Unplug()
    {
        lock (_lock)
            _open = false;
        Ring();
    }

    public LineFault Level(out bool active)
    {
        lock (_lock)
        {
            active = _active;
            return _open ? LineFault.None : LineFault.Gone;
        }
    }

    public LineFault Drive(bool active)
    {
        lock (_lock)
        {
            Driven = active;
            return _open ? LineFault.None : LineFault.Gone;
        }
    }

    public LineFault Edges(out int count, out SteadyTime last, out bool lost)
    {
        ulong rung;
        _ = Libc.Read(_bell, &rung, sizeof(ulong));
        lock (_lock)
        {
            (count, last, lost, _edges) = (_edges, _last, false, 0);
            return _open ? LineFault.None : LineFault.Gone;
        }
    }

    public void Dispose() => _ = Libc.Close(_bell);

    private void Ring()
    {
        ulong one = 1;
        _ = Libc.Write(_bell, &one, sizeof(ulong));
    }
}
