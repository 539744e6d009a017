using EdgeNode.Hardware.Devices;

namespace EdgeNode.Hardware.Io;

/// <summary>
/// A device on a serial line. One that speaks by itself is drained at every tick. One that wants to be asked gets a question at one tick
/// and its answer is collected at the next: the kernel keeps the bytes meanwhile, and no wake-up is spent on waiting for them.
/// </summary>
internal sealed class SerialPolled(SerialSpec spec, SerialDevice device) : PolledDevice(spec.Name, device.Channels)
{
    /// <summary>A device that speaks by itself does so every second; this long without a good block is a missed poll.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Bytes taken at one tick: more than a second of the fastest line we open.</summary>
    private const int MostAtOnce = 16_384;

    private readonly byte[] _bytes = new byte[4_096];
    private SerialPort? _port;
    private SteadyTime _heard;
    private int _turn = -1;

    protected override bool EveryTick => device.Turns == 0;

    protected override Poll Ask(SteadyTime now, Span<long> micro)
    {
        if (_port is null && !Open(now))
            return Poll.Silent;
        if (device.Turns == 0)
            return Listen(now, micro);
        return _turn < 0 ? Question(0) : Collect(micro);
    }

    private bool Open(SteadyTime now)
    {
        _port = SerialPort.Open(spec.Path, spec.Baud ?? device.Baud);
        Backend = _port is null ? $"{spec.Path} cannot be opened" : $"{spec.Path} at {spec.Baud ?? device.Baud} baud";
        (_heard, _turn) = (now, -1);
        return _port is not null;
    }

    private Poll Listen(SteadyTime now, Span<long> micro)
    {
        if (Drain(micro, out var told) && !told)
            return now - _heard < LongestPause ? Poll.Waiting : Missed(now);
        _heard = now;
        return told ? Poll.Told : Poll.Silent;
    }

    private Poll Missed(SteadyTime now)
    {
        _heard = now;
        return Poll.Silent;
    }

    private Poll Question(int turn)
    {
        // Old bytes belong to no question of ours; one read empties what a device can have sent meanwhile.
        if (_port!.Read(_bytes) < 0 || !_port.Write(device.Ask(turn)))
            return Gone();
        _turn = turn;
        return Poll.Waiting;
    }

    private Poll Collect(Span<long> micro)
    {
        if (!Drain(micro, out var told) || !told)
        {
            _turn = -1;
            return Poll.Silent;
        }
        if (_turn + 1 < device.Turns)
            return Question(_turn + 1);
        _turn = -1;
        return Poll.Told;
    }

    /// <summary>False when the line is gone.</summary>
    private bool Drain(Span<long> micro, out bool told)
    {
        told = false;
        for (var taken = 0; taken < MostAtOnce; )
        {
            var count = _port!.Read(_bytes);
            if (count < 0)
            {
                Gone();
                return false;
            }
            told |= device.Take(_bytes.AsSpan(0, count), micro);
            if (count < _bytes.Length)
                break;
            taken += count;
        }
        return true;
    }

    private Poll Gone()
    {
        _port?.Dispose();
        (_port, _turn) = (null, -1);
        Backend = $"{spec.Path} went away";
        return Poll.Silent;
    }

    public override void Dispose()
    {
        _port?.Dispose();
        _port = null;
    }
}
