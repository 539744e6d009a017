using EdgeNode.Hardware;
using EdgeNode.Hardware.Devices;
using EdgeNode.Hardware.Io;

namespace EdgeNode.Tests.Unit.Hardware.Io;

/// <summary>Polls of one device, the clock moved by hand: which backend, what is handed on, when the next poll is due.</summary>
public sealed class PolledDeviceTests : IDisposable
{
    private readonly SysfsFolder _sys = new();
    private readonly RegisterFile _chip = new RegisterFile().Big(0x02, 0xC3A0).Big(0x04, 0x5740);
    private readonly I2cBus _bus = new("/nowhere/i2c-1");
    private readonly List<Reading> _readings = [];
    private SteadyTime _now = new(5_000_000_000);

    public void Dispose()
    {
        _bus.Dispose();
        _sys.Dispose();
    }

    [Fact]
    public void Without_a_kernel_driver_our_own_binding_reads_and_says_so()
    {
        using var device = Gauge();
        Turn(device);
        Assert.Equal([3_912_500L, 87_250_000L], _readings.Select(r => r.Micro));
        Assert.Equal(["ups.voltage", "ups.charge"], _readings.Select(r => r.Sensor.Name));
        Assert.Equal("own binding at /dev/i2c-1 0x36", device.Backend);
    }

    [Fact]
    public void A_bound_kernel_driver_is_read_through_sysfs_and_the_chip_is_left_alone()
    {
        Kernel();
        using var device = Gauge();
        Turn(device);
        Assert.Equal([3_912_500L, 87_000_000L], _readings.Select(r => r.Micro));
        Assert.Equal("kernel driver max17040", device.Backend);
        Assert.Equal(0, _chip.Transfers);
    }

    [Fact]
    public void A_driver_that_is_bound_later_makes_the_address_busy_and_takes_over_at_the_next_poll()
    {
        using var device = Gauge();
        Turn(device);
        Kernel();
        _chip.Always = BusFault.Busy;
        _readings.Clear();
        Turn(device);
        Assert.All(_readings, r => Assert.Equal(Quality.Refused, r.Quality));
        _readings.Clear();
        Turn(device);
        Assert.Equal([3_912_500L, 87_000_000L], _readings.Select(r => r.Micro));
        Assert.Equal("kernel driver max17040", device.Backend);
    }

    [Fact]
    public void A_driver_that_goes_away_hands_the_chip_back_to_our_own_binding()
    {
        Kernel();
        using var device = Gauge();
        Turn(device);
        // The open files of a driver that is gone answer ENODEV; emptied ones answer nothing either.
        Directory.Delete(Path.Combine(_sys.Root, "bus/i2c/devices/1-0036/driver"));
        _sys.Put("bus/i2c/devices/1-0036/power_supply/battery/voltage_now", "")
            .Put("bus/i2c/devices/1-0036/power_supply/battery/capacity", "");
        _readings.Clear();
        Turn(device);
        Turn(device);
        Assert.Equal("own binding at /dev/i2c-1 0x36", device.Backend);
        Assert.Contains(_readings, r => r.Micro == 87_250_000);
    }

    [Fact]
    public void A_bill_that_wants_our_own_binding_gets_it_although_a_driver_is_bound()
    {
        Kernel();
        _chip.Always = BusFault.Busy;
        using var device = Gauge(BusOwner.Own);
        Turn(device);
        Assert.Contains("the kernel's driver owns the address (max17040)", device.Backend, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bill_that_wants_the_kernel_never_speaks_to_the_chip_itself()
    {
        using var device = Gauge(BusOwner.Kernel);
        Turn(device);
        Assert.Equal(0, _chip.Transfers);
        Assert.All(_readings, r => Assert.Null(r.Micro));
    }

    [Fact]
    public void The_kernels_idea_of_a_shunt_is_corrected_by_the_bills()
    {
        _sys.Bind("1-0040", "ina2xx")
            .Put("bus/i2c/devices/1-0040/hwmon/hwmon3/in1_input", "12800\n")
            .Put("bus/i2c/devices/1-0040/hwmon/hwmon3/curr1_input", "-500\n")
            .Put("bus/i2c/devices/1-0040/hwmon/hwmon3/shunt_resistor", "10000\n");
        var spec = new I2cSpec("shunt", "ina226", "/dev/i2c-1", 0x40, ShuntMicroOhm: 2_000, Cells: 0);
        using var device = new I2cPolled(spec, Models.Make(spec)!, _bus, _sys.Root, _chip);
        Turn(device);
        Assert.Equal([12_800_000L, -2_500_000L], _readings.Select(r => r.Micro));
    }

    [Theory]
    [InlineData(0xFFFF, 0xFFFF)]
    [InlineData(0x0000, 0x0000)]
    [InlineData(0x0000, 0x5740)]
    public void A_bus_that_answers_all_ones_or_all_zeros_gives_no_value_at_all(int cell, int charge)
    {
        _chip.Big(0x02, cell).Big(0x04, charge);
        using var device = Gauge();
        for (var i = 0; i < 5; i++)
            Turn(device, seconds: 5);
        Assert.All(_readings, r => Assert.Null(r.Micro));
        Assert.All(_readings.TakeLast(2), r => Assert.Equal(Quality.Fault, r.Quality));
    }

    [Fact]
    public void A_charge_of_256_percent_is_refused_and_a_plausible_voltage_beside_it_is_not()
    {
        _chip.Big(0x04, 0xFFFF);
        using var device = Gauge();
        Turn(device);
        Assert.Equal([3_912_500L, null], _readings.Select(r => r.Micro));
    }

    [Theory]
    [InlineData(BusFault.NoAnswer)]
    [InlineData(BusFault.TimedOut)]
    [InlineData(BusFault.Garbled)]
    [InlineData(BusFault.Gone)]
    public void Silence_is_a_fault_after_three_polls_and_fifteen_seconds_and_a_value_ends_it(BusFault fault)
    {
        using var device = Gauge();
        Turn(device);
        _chip.Always = fault;
        _readings.Clear();
        for (var poll = 0; poll < 3; poll++)
            Turn(device);
        Assert.Equal(
            [false, false, true],
            _readings.Where(r => r.Kind == SensorKind.PackVoltage).Select(r => r.Quality == Quality.Fault)
        );
        Assert.True(device.Faulty);
        _chip.Always = BusFault.None;
        Turn(device);
        Assert.False(device.Faulty);
        Assert.Equal(3_912_500, _readings[^2].Micro);
    }

    [Fact]
    public void A_chip_that_is_unplugged_in_the_middle_of_a_poll_tells_nothing_of_that_poll()
    {
        using var device = Gauge();
        Turn(device);
        _readings.Clear();
        _chip.Fail(_chip.Transfers + 2, BusFault.NoAnswer);
        Turn(device);
        Assert.All(_readings, r => Assert.Equal((null, Quality.Refused), (r.Micro, r.Quality)));
    }

    [Fact]
    public void A_missed_poll_is_repeated_after_five_seconds_and_a_faulty_device_ever_more_seldom()
    {
        using var device = Gauge();
        Turn(device, TimeSpan.FromSeconds(30));
        Assert.Equal(30, (device.Due - _now).TotalSeconds);
        _chip.Always = BusFault.NoAnswer;
        var pauses = new List<double>();
        for (var poll = 0; poll < 8; poll++)
        {
            _now = device.Due;
            device.Turn(_now, Pace.OnMains, Take);
            pauses.Add((device.Due - _now).TotalSeconds);
        }
        Assert.Equal([5, 5, 10, 20, 40, 60, 60, 60], pauses);
    }

    [Fact]
    public void Polls_are_due_on_whole_seconds_so_that_devices_share_a_wake_up()
    {
        Assert.Equal(new SteadyTime(3_000_000), Pace.Grid(new(2_000_001)));
        Assert.Equal(new SteadyTime(2_000_000), Pace.Grid(new(2_000_000)));
    }

    [Fact]
    public void A_poll_allocates_nothing_whichever_backend_reads()
    {
        using var own = Gauge();
        Assert.Equal(0, Allocated(own));
        Kernel();
        using var kernel = Gauge();
        Assert.Equal(0, Allocated(kernel));
        Assert.Equal("kernel driver max17040", kernel.Backend);
    }

    [Fact]
    public void A_thermometer_that_has_not_measured_yet_says_85_degrees_and_is_not_believed()
    {
        _sys.Put("bus/w1/devices/28-0316a2795bff/temperature", "85000\n");
        using var device = KernelPolled.Make(new KernelSpec("cells", "ds18b20"), _sys.Root)!;
        Until(device, () => _readings.Count > 0);
        Assert.Null(_readings[0].Micro);
        _sys.Put("bus/w1/devices/28-0316a2795bff/temperature", "21562\n");
        _readings.Clear();
        Until(device, () => _readings.Exists(r => r.Micro == 21_562_000));
        Assert.Equal("kernel, 28-0316a2795bff", device.Backend);
    }

    [Theory]
    [InlineData("nan\n")]
    [InlineData("inf\n")]
    [InlineData("")]
    [InlineData("12 34\n")]
    [InlineData("1e300\n")]
    public void A_file_without_a_usable_number_is_no_value(string text)
    {
        _sys.Put("class/thermal/thermal_zone0/temp", text);
        using var device = KernelPolled.Make(new KernelSpec("soc", "thermal"), _sys.Root)!;
        Turn(device);
        Assert.All(_readings, r => Assert.Null(r.Micro));
    }

    [Fact]
    public void A_cut_supply_shows_as_mains_lost_through_the_kernel()
    {
        _sys.Put("class/power_supply/AC/online", "0\n");
        using var device = KernelPolled.Make(new KernelSpec("ac", "power-supply", "AC"), _sys.Root)!;
        Turn(device);
        Assert.Equal(("ac.mains", false), (_readings[0].Sensor.Name, _readings[0].IsSet));
    }

    [Fact]
    public void What_the_kernel_shows_by_itself_is_found_without_a_bill()
    {
        _sys.Put("class/power_supply/BAT0/capacity", "57\n")
            .Put("class/thermal/thermal_zone0/temp", "41000\n")
            .Put("class/hwmon/hwmon2/fan1_input", "0\n");
        Assert.Equal(["bat0", "thermal-zone0", "fan"], MachineSensors.Find(_sys.Root).Select(s => s.Name));
        Assert.Empty(MachineSensors.Find(Path.Combine(_sys.Root, "nothing")));
    }

    [Fact]
    public void The_alarm_of_the_clock_is_set_from_now_on_and_never_shorter_than_two_minutes()
    {
        _sys.Put("class/rtc/rtc0/name", "no alarm\n").Put("class/rtc/rtc1/wakealarm", "");
        var alarm = Path.Combine(_sys.Root, "class/rtc/rtc1/wakealarm");
        Assert.Null(new RtcWake(_sys.Root).Set(TimeSpan.FromMinutes(10)));
        Assert.Equal("+600\n", File.ReadAllText(alarm));
        Assert.Null(new RtcWake(_sys.Root).Set(TimeSpan.FromSeconds(1)));
        Assert.Equal("+120\n", File.ReadAllText(alarm));
        Assert.NotNull(new RtcWake(Path.Combine(_sys.Root, "nothing")).Set(TimeSpan.FromMinutes(10)));
    }

    private I2cPolled Gauge(BusOwner owner = BusOwner.Either)
    {
        var device = new I2cPolled(new("ups", "max17043", "/dev/i2c-1", 0x36, owner), new Max1704x(), _bus, _sys.Root, _chip);
        device.Prepare(_now);
        return device;
    }

    private void Kernel() =>
        _sys.Bind("1-0036", "max17040")
            .Put("bus/i2c/devices/1-0036/power_supply/battery/voltage_now", "3912500\n")
            .Put("bus/i2c/devices/1-0036/power_supply/battery/capacity", "87\n");

    private void Turn(PolledDevice device, int seconds = 5) => Turn(device, TimeSpan.FromSeconds(seconds));

    private void Turn(PolledDevice device, TimeSpan interval)
    {
        _now += TimeSpan.FromSeconds(5);
        device.Turn(_now, interval, Take);
    }

    /// <summary>Ticks a device whose read runs on a thread of the pool.</summary>
    private void Until(PolledDevice device, Func<bool> done)
    {
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    device.Turn(_now, Pace.OnBattery, Take);
                    return done();
                },
                TimeSpan.FromSeconds(10)
            )
        );
    }

    private long Allocated(PolledDevice device)
    {
        ReadingHandler nothing = static (in Reading _) => { };
        for (var i = 0; i < 3; i++)
            device.Turn(_now += TimeSpan.FromSeconds(5), Pace.OnBattery, nothing);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            device.Turn(_now += TimeSpan.FromSeconds(5), Pace.OnBattery, nothing);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void Take(in Reading reading) => _readings.Add(reading);
}
