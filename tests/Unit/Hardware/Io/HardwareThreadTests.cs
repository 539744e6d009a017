using System.Text;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Devices;
using EdgeNode.Hardware.Io;

namespace EdgeNode.Tests.Unit.Hardware.Io;

/// <summary>The real thread with real descriptors: scripted lines, a chip with faults, pseudo terminals.</summary>
public sealed class HardwareThreadTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly string[] Labels = ["pinctrl-rp1"];

    private readonly object _lock = new();
    private readonly List<Reading> _readings = [];
    private readonly List<ScriptedLine> _opened = [];
    private readonly SysfsFolder _sys = new();
    private long _allocatedAt;
    private HardwareThread? _thread;

    public void Dispose()
    {
        _thread?.Dispose();
        _sys.Dispose();
    }

    [Fact]
    public void An_edge_is_told_at_once_with_its_own_time_and_as_simulated()
    {
        Start([Mains()]);
        Await(r => r.IsSet == true);
        var moved = SteadyClock.Now;
        Line(0).Move(false);
        var lost = Await(r => r.IsSet == false);
        Assert.Equal((SensorKind.Mains, Trust.Simulated), (lost.Kind, lost.Trust));
        Assert.InRange(lost.At.Us, moved.Us, SteadyClock.Now.Us);
    }

    [Fact]
    public void After_a_chatter_of_a_thousand_edges_the_last_word_is_the_level()
    {
        Start([Mains()]);
        Await(r => r.IsSet == true);
        for (var i = 0; i < 1_001; i++)
            Line(0).Move(i % 2 != 0);
        Await(_ => Last("ups-mains") is { IsSet: false });
        Assert.Equal(LineFault.None, Line(0).Level(out var level));
        Assert.False(level);
    }

    [Fact]
    public void A_press_that_is_over_before_anybody_looks_is_still_a_press()
    {
        var line = new ScriptedLine(false);
        var watched = new WatchedLine(new("button", LineSignal.Button, Labels, 22), Opener(line));
        watched.Tick(new(0), Take);
        line.Move(true);
        line.Move(false);
        watched.Ready(Take);
        Assert.Equal([false, true, false], _readings.Select(r => r.IsSet));
        watched.Dispose();
    }

    [Fact]
    public void A_chip_that_goes_away_is_a_fault_at_once_and_the_line_comes_back_with_the_chip()
    {
        Start([Mains()]);
        Await(r => r.IsSet == true);
        Line(0).Unplug();
        Await(r => r.Quality == Quality.Fault);
        Await(_ => _opened.Count == 2 && Last("ups-mains") is { IsSet: true });
        Line(1).Move(false);
        Await(r => r.IsSet == false);
    }

    [Fact]
    public void A_line_that_another_program_has_is_a_fault_and_says_who_has_it()
    {
        Start(
            [Mains()],
            new(
                OpenLine: (LineSpec _, out ILine? line) =>
                {
                    line = null;
                    return LineFault.Busy;
                }
            )
        );
        Await(r => r.Quality == Quality.Fault);
        Assert.Equal("line 6 of pinctrl-rp1: another program or driver has it", _thread!.Status[0].Backend);
        Assert.True(_thread.Status[0].Faulty);
    }

    [Fact]
    public void An_output_is_driven_and_is_driven_again_after_its_chip_came_back()
    {
        Start([new LineSpec("lamp", LineSignal.StatusLamp, Labels, 24), Mains()]);
        Await(r => r.IsSet == true);
        Assert.True(_thread!.Set("lamp", true));
        Assert.True(SpinWait.SpinUntil(() => Line(0).Driven, Longest));
        Assert.False(_thread.Set("ups-mains", true));
        Assert.False(_thread.Set("nothing", true));
        Line(0).Unplug();
        _thread.Set("lamp", true);
        Assert.True(SpinWait.SpinUntil(() => _opened.Count == 3 && _wanted[^1], Longest));
    }

    [Fact]
    public void A_charger_that_speaks_by_itself_is_heard_over_a_serial_line_and_its_absence_is_noticed()
    {
        using var terminal = new Terminal();
        Start([new SerialSpec("solar", "vedirect", terminal.Path)]);
        Assert.True(SpinWait.SpinUntil(() => Status("solar").StartsWith(terminal.Path, StringComparison.Ordinal), Longest));
        var text = "\r\nPID\t0xA053\r\nV\t13250\r\nVPV\t18010\r\nPPV\t7\r\nChecksum\t";
        byte[] block = [.. Encoding.ASCII.GetBytes(text), (byte)((256 - (text.Sum(c => c) % 256)) & 0xFF)];
        terminal.Write(block);
        var volts = Await(r => r is { Kind: SensorKind.PackVoltage, Micro: not null });
        Assert.Equal(("solar.voltage", 13_250_000), (volts.Sensor.Name, volts.Micro));
        terminal.Dispose();
        Await(r => r is { Kind: SensorKind.PackVoltage, Micro: null });
    }

    [Fact]
    public void A_controller_that_wants_to_be_asked_is_asked_and_its_answer_is_collected_a_tick_later()
    {
        using var terminal = new Terminal();
        using var answering = new Answering(terminal);
        Start([new SerialSpec("solar", "srne", terminal.Path)]);
        var volts = Await(r => r is { Kind: SensorKind.PackVoltage, Micro: not null });
        Assert.Equal((13_200_000L, Trust.Unverified), (volts.Micro, volts.Trust));
    }

    [Fact]
    public void Handing_on_readings_allocates_nothing()
    {
        Start([Mains()]);
        Await(r => r.IsSet == true);
        // The first edges compile what they run through; the last thousand count.
        var worst = long.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var before = Interlocked.Read(ref _allocatedAt);
            var seen = Count;
            for (var i = 0; i < 200; i++)
            {
                Line(0).Move(i % 2 != 0);
                var wanted = seen + i + 1;
                Assert.True(SpinWait.SpinUntil(() => Count >= wanted, Longest));
            }
            worst = Math.Min(worst, Interlocked.Read(ref _allocatedAt) - before);
        }
        Assert.Equal(0, worst);
    }

    [Fact]
    public void Models_and_names_that_cannot_be_are_refused_with_a_sentence()
    {
        Assert.Equal("hardware.unknown_model", Refused(new I2cSpec("x", "toaster", "/dev/i2c-1", 0x10)));
        Assert.Equal("hardware.name_twice", Refused(Mains(), Mains()));
        Assert.Equal("hardware.too_many", Refused([.. Enumerable.Range(0, 65).Select(i => new KernelSpec($"k{i}", "thermal"))]));
    }

    [Fact]
    public void A_thread_without_anything_wired_starts_and_ends()
    {
        Start([]);
        _thread!.Dispose();
        Assert.True(_thread.Ended.IsCompletedSuccessfully);
        _thread = null;
    }

    private readonly List<bool> _wanted = [];

    private static string Refused(params DeviceSpec[] specs) =>
        Assert.Throws<HardwareException>(() => new HardwareThread(specs, (in Reading _) => { })).Code;

    private static LineSpec Mains() => new("ups-mains", LineSignal.AcOk, Labels, 6);

    private static LineOpener Opener(ILine given) =>
        (LineSpec _, out ILine? line) =>
        {
            line = given;
            return LineFault.None;
        };

    private void Start(IReadOnlyList<DeviceSpec> specs, HardwareOptions? options = null)
    {
        _thread = new(specs, Take, (options ?? new(OpenLine: OpenScripted)) with { Sys = _sys.Root, Dev = "/nowhere" });
        _thread.Start();
    }

    private LineFault OpenScripted(LineSpec spec, out ILine? line)
    {
        var scripted = new ScriptedLine(active: true);
        lock (_lock)
        {
            _opened.Add(scripted);
            _wanted.Add(spec.Initial);
        }
        line = scripted;
        return LineFault.None;
    }

    private ScriptedLine Line(int index)
    {
        Assert.True(SpinWait.SpinUntil(() => _opened.Count > index, Longest));
        return _opened[index];
    }

    private string Status(string name) => _thread!.Status.Single(s => s.Name == name).Backend;

    private int Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    private int _count;

    private Reading? Last(string sensor) =>
        _readings.FindLast(r => r.Sensor.Name == sensor) is { Sensor.Name: not null } found ? found : null;

    /// <summary>Waits for a reading after those that were waited for before.</summary>
    private Reading Await(Predicate<Reading> wanted)
    {
        lock (_lock)
        {
            var until = SteadyClock.Now + Longest;
            while (true)
            {
                if (_readings.FindLastIndex(r => wanted(r)) is var at and >= 0)
                {
                    var found = _readings[at];
                    _readings.RemoveRange(0, at);
                    return found;
                }
                var left = until - SteadyClock.Now;
                Assert.True(left > TimeSpan.Zero && Monitor.Wait(_lock, left), "The reading did not come.");
            }
        }
    }

    private void Take(in Reading reading)
    {
        lock (_lock)
        {
            _count++;
            if (_readings.Count == _readings.Capacity && _readings.Count >= 64)
                _readings.RemoveRange(0, 32);
            _readings.Add(reading);
            Monitor.PulseAll(_lock);
        }
        Interlocked.Exchange(ref _allocatedAt, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>A controller at the other end of a pseudo terminal, answering each question with the same registers.</summary>
    private sealed class Answering : IDisposable
    {
        private readonly Terminal _terminal;
        private readonly Thread _thread;

        public Answering(Terminal terminal)
        {
            _terminal = terminal;
            _thread = new(Answer) { IsBackground = true };
            _thread.Start();
        }

        private void Answer()
        {
            int[] words = [64, 132, 250, 0x1985, 131, 40, 5, 181, 120, 21];
            byte[] frame = [1, 3, 20, .. words.SelectMany(w => new[] { (byte)(w >> 8), (byte)(w & 0xFF) })];
            var crc = ModbusRtu.Crc(frame);
            while (_terminal.Read() is { Length: > 0 } asked)
            {
                if (asked.Length == ModbusRtu.RequestLength && ModbusRtu.Crc(asked) == 0)
                    _terminal.Write([.. frame, (byte)(crc & 0xFF), (byte)(crc >> 8)]);
            }
        }

        public void Dispose() => _terminal.Dispose();
    }
}
