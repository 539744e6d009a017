using EdgeNode.Hardware;
using EdgeNode.Hardware.Devices;

namespace EdgeNode.Tests.Unit.Hardware.Devices;

/// <summary>Clamp, plausibility, slew and silence. The clock is moved by hand.</summary>
public sealed class SensorGuardTests
{
    private readonly SensorGuard _volts = new(new("ups.voltage"), new("voltage", SensorKind.PackVoltage, Limits.Cells(1)));
    private readonly SensorGuard _charge = new(new("ups.charge"), new("charge", SensorKind.PackCharge, Limits.Charge));
    private SteadyTime _now = new(1_000_000_000);

    [Theory]
    [InlineData(3_900_000, Quality.Good)]
    [InlineData(2_500_000, Quality.Good)]
    [InlineData(4_400_000, Quality.Good)]
    [InlineData(2_499_999, Quality.Refused)]
    [InlineData(5_120_000, Quality.Refused)]
    [InlineData(0, Quality.Refused)]
    public void A_cell_is_believed_between_2_5_and_4_4_volts(long micro, Quality quality)
    {
        var reading = _volts.Take(micro, _now);
        Assert.Equal(quality, reading.Quality);
        Assert.Equal(quality == Quality.Good ? micro : null, reading.Micro);
    }

    [Theory]
    [InlineData(104_000_000, 100_000_000L, Quality.Clamped)]
    [InlineData(100_000_000, 100_000_000L, Quality.Good)]
    [InlineData(256_000_000, null, Quality.Refused)]
    [InlineData(-1, null, Quality.Refused)]
    public void A_gauge_that_overshoots_is_clamped_and_one_that_is_broken_is_refused(long micro, long? shown, Quality quality)
    {
        var reading = _charge.Take(micro, _now);
        Assert.Equal((shown, quality), (reading.Micro, reading.Quality));
    }

    [Fact]
    public void A_step_of_more_than_0_6_volts_in_5_seconds_is_refused()
    {
        _volts.Take(4_000_000, _now);
        Assert.Equal(Quality.Refused, _volts.Take(3_300_000, After(5)).Quality);
    }

    [Fact]
    public void The_slew_limit_scales_with_the_interval()
    {
        _volts.Take(4_000_000, _now);
        Assert.Equal(Quality.Good, _volts.Take(2_900_000, After(30)).Quality);
    }

    [Fact]
    public void A_real_step_is_believed_after_a_few_polls_and_does_not_deafen_the_sensor_for_ever()
    {
        _volts.Take(4_200_000, _now);
        Assert.Equal(Quality.Refused, _volts.Take(3_000_000, After(5)).Quality);
        Assert.Equal(Quality.Good, _volts.Take(3_000_000, After(5)).Quality);
    }

    [Fact]
    public void Three_missed_polls_within_fifteen_seconds_are_not_yet_a_fault()
    {
        _volts.Take(4_000_000, _now);
        Assert.Equal(
            [Quality.Refused, Quality.Refused, Quality.Refused],
            Enumerable.Range(0, 3).Select(_ => _volts.Miss(After(4)).Quality)
        );
        Assert.False(_volts.Faulty);
    }

    [Fact]
    public void Three_missed_polls_over_fifteen_seconds_are_a_fault_without_a_number()
    {
        _volts.Take(4_000_000, _now);
        _volts.Miss(After(5));
        _volts.Miss(After(5));
        var reading = _volts.Miss(After(5));
        Assert.Equal((Quality.Fault, null), (reading.Quality, reading.Micro));
        Assert.True(_volts.Faulty);
    }

    [Fact]
    public void Two_missed_polls_half_an_hour_apart_are_not_a_fault()
    {
        _volts.Take(4_000_000, _now);
        _volts.Miss(After(900));
        Assert.Equal(Quality.Refused, _volts.Miss(After(900)).Quality);
    }

    [Fact]
    public void A_sensor_that_never_answered_becomes_a_fault_too()
    {
        for (var i = 0; i < 4; i++)
            _volts.Miss(After(5));
        Assert.True(_volts.Faulty);
    }

    [Fact]
    public void Garbage_for_ever_is_a_fault_and_never_a_value()
    {
        var readings = Enumerable.Range(0, 10).Select(_ => _volts.Take(0, After(5))).ToArray();
        Assert.All(readings, r => Assert.Null(r.Micro));
        Assert.Equal(Quality.Fault, readings[^1].Quality);
    }

    [Fact]
    public void A_usable_value_ends_a_fault_and_after_one_any_plausible_step_is_believed()
    {
        _volts.Take(4_200_000, _now);
        for (var i = 0; i < 3; i++)
            _volts.Miss(After(5));
        Assert.Equal(Quality.Good, _volts.Take(2_900_000, After(1)).Quality);
        Assert.False(_volts.Faulty);
    }

    [Fact]
    public void A_chip_that_is_gone_for_certain_is_a_fault_at_once() => Assert.Equal(Quality.Fault, _volts.Break(_now).Quality);

    [Fact]
    public void An_unverified_channel_and_a_simulated_one_say_so_in_every_reading()
    {
        var channel = new Channel("mains", SensorKind.Mains, Limits.Flag, Trust.Unverified);
        Assert.Equal(Trust.Unverified, new SensorGuard(new("a"), channel).Take(0, _now).Trust);
        Assert.Equal(Trust.Simulated, new SensorGuard(new("a"), channel, simulated: true).Take(0, _now).Trust);
        Assert.Equal(Trust.Simulated, new SensorGuard(new("a"), channel, simulated: true).Break(_now).Trust);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void The_ends_of_the_number_range_neither_pass_nor_overflow(long micro)
    {
        _volts.Take(4_000_000, _now);
        Assert.Equal(Quality.Refused, _volts.Take(micro, After(5)).Quality);
    }

    private SteadyTime After(int seconds) => _now += TimeSpan.FromSeconds(seconds);
}
