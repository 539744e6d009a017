using EdgeNode.Hardware;
using EdgeNode.Hardware.Devices;

namespace EdgeNode.Tests.Unit.Hardware.Devices;

/// <summary>What registers mean, with the words of the data sheets' examples and of the kernel's stub.</summary>
public sealed class ChipTests
{
    [Fact]
    public void A_max17043_tells_3_9125_volts_and_87_25_percent_from_the_words_of_the_stub()
    {
        var micro = Poll(new Max1704x(), new RegisterFile().Big(0x02, 0xC3A0).Big(0x04, 0x5740));
        Assert.Equal([3_912_500, 87_250_000], micro);
    }

    [Theory]
    [InlineData(0x0000, 0)]
    [InlineData(0xFFF0, 5_118_750)]
    [InlineData(0x000F, 0)]
    public void A_max17043_counts_in_steps_of_1_25_millivolt_above_four_unused_bits(int register, long micro) =>
        Assert.Equal(micro, Max1704x.Volts((ushort)register));

    [Fact]
    public void An_ina219_gives_current_from_the_shunt_alone_so_a_reset_chip_that_lost_its_calibration_still_tells_it()
    {
        var bus = new RegisterFile().Big(0x02, 0x1F40 | 0x2).Big(0x01, 0xFE0C);
        var chip = new Ina219(100_000, Limits.SolarBattery);
        Assert.Equal(BusFault.None, chip.Begin(bus));
        Assert.Equal(Ina219.Continuous, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bus.Written[0].Value));
        // 0x3E8 steps of 4 mV are 4 V; -500 steps of 10 µV over 0.1 Ohm are -50 mA.
        Assert.Equal([4_000_000, -50_000], Poll(chip, bus));
    }

    [Fact]
    public void A_negative_shunt_turns_the_sign_of_a_current_monitor_that_was_wired_the_other_way_round() =>
        Assert.Equal(50_000, Ina219.Amperes(0xFE0C, -100_000));

    [Fact]
    public void An_ina226_at_2_milliohm_counts_2_5_microvolt_steps()
    {
        var bus = new RegisterFile()
            .Big(0xFE, Ina226.TexasInstruments)
            .Big(0xFF, Ina226.Ina226Die)
            .Big(0x02, 10_240)
            .Big(0x01, 800);
        var chip = new Ina226(2_000, Limits.SolarBattery);
        Assert.Equal(BusFault.None, chip.Begin(bus));
        Assert.Equal([12_800_000, 1_000_000], Poll(chip, bus));
    }

    [Fact]
    public void Another_chip_at_the_address_of_an_ina226_is_refused_before_anything_is_written()
    {
        var bus = new RegisterFile().Big(0xFE, 0xFFFF).Big(0xFF, 0xFFFF);
        Assert.Equal(BusFault.Garbled, new Ina226(2_000, Limits.SolarBattery).Begin(bus));
        Assert.Empty(bus.Written);
    }

    [Fact]
    public void An_ina228_keeps_its_coulomb_counter_over_our_restart_because_a_right_calibration_is_not_written_again()
    {
        var chip = new Ina228(15_000, Limits.SolarBattery);
        Assert.Equal(19_661, chip.Calibration);
        var bus = new RegisterFile().Big(0x3E, Ina226.TexasInstruments).Big(0x3F, Ina228.Ina228Die | 1);
        Assert.Equal(BusFault.None, chip.Begin(bus));
        Assert.Contains(bus.Written, w => w.Register == 0x02);
        bus.Written.Clear();
        Assert.Equal(BusFault.None, chip.Begin(bus));
        Assert.DoesNotContain(bus.Written, w => w.Register == 0x02);
    }

    [Fact]
    public void An_ina228_reads_twenty_signed_bits_and_forty_signed_bits()
    {
        // 13.25 V is 67,840 steps of 195.3125 µV; -1 A over 15 mOhm is -48,000 steps of 312.5 nV; -1 Ah is -36,000,000 steps of 100 µAs.
        var bus = new RegisterFile()
            .Bytes(0x05, 0x10, 0x90, 0x00)
            .Bytes(0x04, 0xF4, 0x48, 0x00)
            .Bytes(0x0A, 0xFF, 0xFD, 0xDA, 0xAF, 0x00);
        var micro = Poll(new Ina228(15_000, Limits.SolarBattery), bus);
        Assert.Equal([13_250_000, -1_000_000, -1_000_000], micro);
    }

    [Fact]
    public void A_waveshare_e_tells_pack_input_and_its_weakest_cell()
    {
        var bus = new RegisterFile()
            .Bytes(0x02, 0b0010_0001, 0b11)
            .Bytes(0x10, 0x88, 0x13, 0xF4, 0x01, 0, 0)
            .Bytes(0x20, 0x90, 0x3E, 0x18, 0xFC, 80, 0, 0, 0, 0, 0, 0, 0)
            .Bytes(0x30, 0xA0, 0x0F, 0xAA, 0x0F, 0x96, 0x0F, 0xB4, 0x0F);
        var micro = Poll(new WaveshareE(), bus);
        Assert.Equal([16_016_000, -1_000_000, 80_000_000, 1_000_000, 5_000_000, 500_000, 3_990_000, 4_020_000], micro);
    }

    [Fact]
    public void A_waveshare_e_that_no_longer_hears_its_own_gauge_tells_nothing() =>
        Assert.Equal(BusFault.Garbled, new WaveshareE().Poll(new RegisterFile().Bytes(0x02, 0, 0b01), new long[8]));

    [Fact]
    public void A_pisugar_3_tells_millivolts_percent_and_an_unverified_input()
    {
        var bus = new RegisterFile().Bytes(0x00, 3, 0x0F, 0x80).Bytes(0x22, 0x0E, 0xFA).Bytes(0x2A, 80);
        var chip = new PiSugar3();
        Assert.Equal(BusFault.None, chip.Begin(bus));
        Assert.Equal([3_834_000, 80_000_000, 1_000_000], Poll(chip, bus));
        Assert.Equal(Trust.Unverified, chip.Channels[2].Trust);
        Assert.Equal(BusFault.Garbled, chip.Begin(new RegisterFile().Bytes(0x00, 2)));
    }

    [Fact]
    public void A_pijuice_answer_with_a_lost_top_bit_is_mended_and_one_with_a_wrong_check_byte_is_refused()
    {
        var answers = new Dictionary<byte, byte[]>
        {
            [0x40] = Checked(0b0011_0000),
            [0x41] = Checked(77),
            [0x49] = Checked(0xA0, 0x0F),
            [0x4B] = Checked(0x0C, 0xFE),
            [0x47] = Checked(25, 0),
        };
        var bus = new RegisterFile { Answer = asked => answers[asked[0]] };
        var micro = Poll(new PiJuice(), bus);
        Assert.Equal([4_000_000, -500_000, 77_000_000, 25_000_000, 1_000_000, 0], micro);

        answers[0x49][0] &= 0x7F;
        Assert.Equal(4_000_000, Poll(new PiJuice(), bus)[0]);
        answers[0x49][1] ^= 0x10;
        Assert.Equal(BusFault.Garbled, new PiJuice().Poll(bus, new long[6]));
    }

    [Fact]
    public void A_bme280_gives_the_temperature_and_pressure_of_the_data_sheets_worked_example()
    {
        // Bosch BST-BMP280-DS001, section 3.12: 25.08 °C and 100,653.27 Pa.
        var constants = new BmeConstants(
            (27_504, 26_435, -1_000),
            (36_477, -10_685, 3_024, 2_855, 140, -7, 15_500, -14_600, 6_000),
            (75, 367, 0, 301, 50, 30)
        );
        var fine = constants.Fine(519_888);
        Assert.Equal(128_422, fine);
        Assert.Equal(25_080_000, BmeConstants.Celsius(fine));
        Assert.Equal(100_653.27, constants.Pascal(fine, 415_148)!.Value / 1e6, 0.02);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20_000)]
    [InlineData(29_000)]
    [InlineData(40_000)]
    [InlineData(65_535)]
    public void A_bme280s_humidity_in_whole_numbers_is_the_data_sheets_formula_in_floating_point(int raw)
    {
        var constants = new BmeConstants((27_504, 26_435, -1_000), default, (75, 367, 0, 301, 50, 30));
        var fine = constants.Fine(519_888);
        var h = fine - 76_800.0;
        h =
            (raw - ((301 * 64.0) + (50 / 16_384.0 * h)))
            * (367 / 65_536.0 * (1 + (30 / 67_108_864.0 * h * (1 + (0 / 67_108_864.0 * h)))));
        h *= 1 - (75 * h / 524_288.0);
        Assert.Equal(Math.Clamp(h, 0, 100), constants.Percent(fine, raw) / 1e6, 0.05);
    }

    [Fact]
    public void A_bme280_reads_its_constants_from_where_the_data_sheet_puts_them()
    {
        var first = new byte[26];
        (first[0], first[1], first[25]) = (0x70, 0x6B, 75);
        var constants = BmeConstants.Read(first, [0x6F, 0x01, 0, 0x12, 0xD3, 0x05, 0x1E]);
        Assert.Equal(27_504, constants.T.One);
        Assert.Equal((75, 367, 0, 0x123, 0x5D, 30), constants.H);
    }

    [Fact]
    public void An_empty_bme280_memory_gives_no_pressure_and_does_not_divide_by_zero() =>
        Assert.Null(default(BmeConstants).Pascal(0, 415_148));

    [Fact]
    public void An_sht3x_answer_counts_only_with_both_checksums()
    {
        Assert.Equal(0x92, Sht3x.Crc8([0xBE, 0xEF]));
        byte[] answer = [0x66, 0x66, Sht3x.Crc8([0x66, 0x66]), 0x80, 0x00, Sht3x.Crc8([0x80, 0x00])];
        var bus = new RegisterFile { Answer = asked => asked is [0xE0, 0x00] ? answer : [] };
        Assert.Equal([25_000_000, 50_000_762], Poll(new Sht3x(), bus));
        answer[4] ^= 1;
        Assert.Equal(BusFault.Garbled, new Sht3x().Poll(bus, new long[2]));
    }

    [Fact]
    public void A_tmp117_counts_7_8125_millidegrees_below_zero_too()
    {
        Assert.Equal(BusFault.None, new Tmp117().Begin(new RegisterFile().Big(0x0F, 0x0117)));
        Assert.Equal([-7_812], Poll(new Tmp117(), new RegisterFile().Big(0x00, 0xFFFF)));
        Assert.Equal([25_000_000], Poll(new Tmp117(), new RegisterFile().Big(0x00, 0x0C80)));
    }

    [Fact]
    public void An_ads1115_tells_each_input_in_turn_and_never_waits_for_a_conversion()
    {
        var chip = new Ads1115();
        var bus = new RegisterFile();
        chip.Begin(bus);
        for (var input = 0; input < 4; input++)
        {
            Assert.Equal(4 + input, (System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bus.Written[^1].Value) >> 12) & 7);
            var micro = Poll(chip, bus.Big(0x00, 8_000 * (input + 1) / 2));
            Assert.Equal(500_000 * (input + 1), micro[input]);
            Assert.Equal(3, micro.Count(m => m == Channel.NotTold));
        }
    }

    [Theory]
    [InlineData(-2_000_000, -600_000, false)]
    [InlineData(500_000, 0, true)]
    [InlineData(-300_000, -100_000, false)]
    public void Mains_from_the_current_is_decided_outside_a_band_and_kept_inside_it(long first, long then, bool expected)
    {
        var mains = new MainsFromCurrent();
        Assert.Null(mains.Take(-100_000));
        mains.Take(first);
        Assert.Equal(expected, mains.Take(then));
    }

    [Fact]
    public void A_current_over_a_shunt_that_nobody_measured_is_unverified()
    {
        var guessed = Models.Make(new I2cSpec("m", "ina219", "/dev/i2c-1", 0x40))!;
        var known = Models.Make(new I2cSpec("m", "ina219", "/dev/i2c-1", 0x40, ShuntMicroOhm: 10_000))!;
        Assert.Equal([Trust.Verified, Trust.Unverified], guessed.Channels.Select(c => c.Trust));
        Assert.Equal([Trust.Verified, Trust.Verified], known.Channels.Select(c => c.Trust));
    }

    [Theory]
    [InlineData(BusFault.NoAnswer)]
    [InlineData(BusFault.TimedOut)]
    [InlineData(BusFault.Busy)]
    public void Every_chip_ends_its_poll_at_the_first_fault_wherever_it_strikes(BusFault fault)
    {
        foreach (var model in Models.I2c)
        {
            var healthy = Answering();
            var device = Models.Make(new I2cSpec("x", model, "/dev/i2c-1", 0x40))!;
            device.Begin(healthy);
            var before = healthy.Transfers;
            device.Poll(healthy, new long[device.Channels.Count]);
            for (var transfer = 1; transfer <= healthy.Transfers - before; transfer++)
            {
                var bus = Answering();
                device.Begin(bus);
                bus.Fail(bus.Transfers + transfer, fault);
                var asked = bus.Transfers + transfer;
                Assert.Equal(fault, device.Poll(bus, new long[device.Channels.Count]));
                Assert.Equal(asked, bus.Transfers);
            }
        }
    }

    /// <summary>A chip may say anything: a decoder that threw would end the thread that watches the mains.</summary>
    [Fact]
    public void No_register_contents_make_any_chip_throw_and_all_ones_or_zeros_give_no_good_pack()
    {
        var random = new Random(7);
        var bytes = new byte[64];
        foreach (var model in Models.I2c)
        {
            for (var round = 0; round < 500; round++)
            {
                random.NextBytes(bytes);
                if (round < 2)
                    Array.Fill(bytes, round == 0 ? (byte)0xFF : (byte)0);
                var bus = Filled(bytes);
                var device = Models.Make(new I2cSpec("x", model, "/dev/i2c-1", 0x40))!;
                device.Begin(bus);
                var micro = new long[device.Channels.Count];
                device.Poll(bus, micro);
                if (round < 2 && device.Channels[0].Kind == SensorKind.PackVoltage)
                    Assert.Null(new SensorGuard(new("x"), device.Channels[0]).Take(micro[0], new(1)).Micro);
            }
        }
    }

    private static RegisterFile Filled(byte[] bytes)
    {
        var bus = Answering();
        for (var register = 0; register < 0x3E; register++)
            bus.Big((byte)register, (bytes[register] << 8) | bytes[63 - register]);
        bus.Big(0x0F, 0x0117).Bytes(0xF7, bytes[..8]).Bytes(0x88, bytes[..26]).Bytes(0xE1, bytes[..7]);
        bus.Bytes(0x20, bytes[..12])
            .Bytes(0x30, bytes[..8])
            .Bytes(0x10, bytes[..6])
            .Bytes(0x05, bytes[..3])
            .Bytes(0x0A, bytes[..5]);
        bus.Bytes(0x04, bytes[..3]).Bytes(0x22, bytes[..2]).Bytes(0x2A, bytes[..1]);
        bus.Answer = asked => bytes[..8];
        return bus;
    }

    /// <summary>Data and the check byte of a PiJuice.</summary>
    private static byte[] Checked(params byte[] data) => [.. data, data.Aggregate((byte)0xFF, (sum, one) => (byte)(sum ^ one))];

    /// <summary>A bus on which every model finds itself.</summary>
    private static RegisterFile Answering() =>
        new RegisterFile { Answer = asked => asked.Length == 1 ? [0, 0xFF, 0] : new byte[6] }
            .Big(0xFE, Ina226.TexasInstruments)
            .Big(0xFF, Ina226.Ina226Die)
            .Big(0x3E, Ina226.TexasInstruments)
            .Big(0x3F, Ina228.Ina228Die)
            .Big(0x0F, 0x0117)
            .Bytes(0x03, 0b11)
            .Bytes(0xD0, 0x60);

    private static long[] Poll(I2cDevice device, IRegisterBus bus)
    {
        var micro = new long[device.Channels.Count];
        Array.Fill(micro, Channel.NotTold);
        Assert.Equal(BusFault.None, device.Poll(bus, micro));
        return micro;
    }
}
