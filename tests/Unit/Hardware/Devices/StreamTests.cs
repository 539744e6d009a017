using System.Diagnostics;
using System.Text;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Devices;

namespace EdgeNode.Tests.Unit.Hardware.Devices;

/// <summary>VE.Direct, Modbus and battery monitors: split at every byte, wrong checksums, noise between and inside.</summary>
public sealed class StreamTests
{
    private static readonly (string, string)[] Charger =
    [
        ("PID", "0xA053"),
        ("V", "13250"),
        ("I", "-40"),
        ("VPV", "18010"),
        ("PPV", "7"),
        ("CS", "3"),
        ("ERR", "0"),
        ("LOAD", "ON"),
        ("IL", "300"),
        ("H20", "34"),
    ];

    private static readonly (string, string)[] Shunt =
    [
        ("PID", "0xA389"),
        ("V", "12801"),
        ("I", "-1500"),
        ("CE", "-12345"),
        ("SOC", "876"),
        ("TTG", "---"),
        ("T", "---"),
    ];

    public static TheoryData<string> Devices => [.. "vedirect epever srne daly-bms jk-bms".Split(' ')];

    [Fact]
    public void A_chargers_current_is_not_taken_for_what_flows_into_the_pack()
    {
        var micro = Told(new VeDirect(), Block(Charger));
        Assert.Equal(13_250_000, micro[0]);
        Assert.Equal(Channel.NotTold, micro[1]);
        Assert.Equal((18_010_000, 7_000_000, -40_000, 300_000), (micro[4], micro[5], micro[6], micro[7]));
        Assert.Equal((340_000_000, 0), (micro[8], micro[9]));
    }

    [Fact]
    public void A_shunt_tells_current_charge_and_counter_and_leaves_out_what_it_does_not_know()
    {
        var micro = Told(new VeDirect(), Block(Shunt));
        Assert.Equal([12_801_000, -1_500_000, 87_600_000, -12_345_000], micro[..4]);
        Assert.Equal(Channel.NotTold, micro[10]);
    }

    [Fact]
    public void A_hex_frame_between_any_two_bytes_of_a_block_changes_nothing()
    {
        var block = Block(Charger);
        var hex = ":7F0ED0071\n"u8.ToArray();
        // Within the checksum's own byte nothing can be told apart, and the protocol puts no frame there.
        for (var at = 0; at < block.Length - 1; at++)
        {
            var device = new VeDirect();
            var micro = Told(device, [.. block[..at], .. hex, .. block[at..]]);
            Assert.True(micro[0] == 13_250_000, $"a HEX frame at byte {at} lost the block");
        }
    }

    [Fact]
    public void A_checksum_byte_that_looks_like_a_hex_frame_or_a_line_end_is_a_checksum()
    {
        var seen = new HashSet<byte>();
        for (var pad = 0; pad < 512 && seen.Count < 3; pad++)
        {
            var block = Block([.. Charger, ("X", new string('a', 1 + (pad % 30))), ("Y", $"{pad}")]);
            if (block[^1] is not ((byte)':' or (byte)'\n' or (byte)'\t') || !seen.Add(block[^1]))
                continue;
            Assert.Equal(13_250_000, Told(new VeDirect(), block)[0]);
        }
        Assert.NotEmpty(seen);
    }

    [Fact]
    public void A_label_or_value_that_is_longer_than_the_protocol_allows_spoils_its_block()
    {
        var device = new VeDirect();
        Assert.False(device.Take(Block([.. Charger, ("TOOLONGLABEL", "1")]), new long[11]));
        Assert.False(device.Take(Block([.. Charger, ("X", new string('9', 33))]), new long[11]));
        Assert.Equal(2, device.Refused);
        Assert.True(device.Take(Block(Charger), new long[11]));
    }

    [Fact]
    public void The_crc_is_that_of_the_standards_example() => Assert.Equal(0x1241, ModbusRtu.Crc([0x02, 0x07]));

    [Fact]
    public void A_request_is_built_as_the_standard_says()
    {
        var asked = new EPever(1).Ask(0).ToArray();
        Assert.Equal([0x01, 0x04, 0x31, 0x00, 0x00, 0x06], asked[..6]);
        Assert.Equal(0, ModbusRtu.Crc(asked));
    }

    [Fact]
    public void An_epever_tells_all_its_ranges()
    {
        var device = new EPever(1);
        var micro = Fresh(device);
        Assert.Equal(4, device.Turns);
        Assert.True(Turn(device, 0, micro, Registers(1, 4, 1_801, 120, 2_162, 0, 1_325, 95)));
        Assert.True(Turn(device, 1, micro, Registers(1, 4, 1_324, 30, 0x86A0, 0x0001)));
        Assert.True(Turn(device, 2, micro, Registers(1, 4, 0xFE0C)));
        Assert.True(Turn(device, 3, micro, Registers(1, 4, 77)));
        Assert.Equal(
            [13_250_000, 950_000, 18_010_000, 1_200_000, 21_620_000, 13_240_000, 300_000, 1_000_000_000, -5_000_000, 77_000_000],
            micro
        );
    }

    [Fact]
    public void An_answer_of_another_length_or_unit_or_an_exception_is_no_answer()
    {
        var device = new EPever(1);
        var micro = Fresh(device);
        Assert.False(Turn(device, 0, micro, Registers(1, 4, 1, 2, 3)));
        Assert.False(Turn(device, 0, micro, Registers(2, 4, 1, 2, 3, 4, 5, 6)));
        Assert.False(Turn(device, 0, micro, Crc([1, 0x84, 2])));
        Assert.All(micro, m => Assert.Equal(Channel.NotTold, m));
    }

    [Fact]
    public void An_answer_to_the_question_before_is_forgotten_when_a_new_one_is_asked()
    {
        var device = new EPever(1);
        var late = Registers(1, 4, 1_801, 120, 2_162, 0, 1_325, 95);
        device.Ask(0);
        Assert.False(device.Take(late.AsSpan(0, 5), Fresh(device)));
        device.Ask(0);
        Assert.False(device.Take(late.AsSpan(5), Fresh(device)));
    }

    [Fact]
    public void An_srne_controller_is_read_and_all_of_it_is_unverified()
    {
        var device = new Srne(1);
        var micro = Fresh(device);
        Assert.True(Turn(device, 0, micro, Registers(1, 3, 64, 132, 250, 0x1985, 131, 40, 5, 181, 120, 21)));
        Assert.Equal([13_200_000, 2_500_000, 64_000_000, -5_000_000], micro[..4]);
        Assert.All(device.Channels, c => Assert.Equal(Trust.Unverified, c.Trust));
    }

    [Fact]
    public void A_dalys_questions_and_answers_are_those_of_its_protocol()
    {
        var device = new DalyBms();
        Assert.Equal([0xA5, 0x40, 0x90, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0x7D], device.Ask(0).ToArray());
        var micro = Fresh(device);
        Assert.True(Turn(device, 0, micro, Daly(0x90, 0x00, 0x85, 0, 0, 0x75, 0x62, 0x03, 0x6D)));
        Assert.True(Turn(device, 1, micro, Daly(0x91, 0x0D, 0x05, 1, 0x0C, 0xE4, 2, 0, 0)));
        Assert.True(Turn(device, 2, micro, Daly(0x92, 65, 1, 60, 2, 0, 0, 0, 0)));
        Assert.Equal([13_300_000, -5_000_000, 87_700_000, 3_300_000, 3_333_000, 25_000_000], micro);
    }

    [Fact]
    public void The_echo_of_our_own_question_is_no_answer_of_a_daly()
    {
        var device = new DalyBms();
        Assert.False(device.Take(device.Ask(0).ToArray(), Fresh(device)));
    }

    [Fact]
    public void A_jk_tells_cells_voltage_current_and_faults_by_their_tags()
    {
        var micro = Told(new JkBms(), Jk(version: 1, current: 0x8000 | 250, warnings: 0));
        Assert.Equal([13_250_000, 2_500_000, 87_000_000, 3_310_000, 3_318_000, -2_000_000, 0], micro);
        Assert.Equal(-2_500_000, Told(new JkBms(), Jk(version: 1, current: 250, warnings: 0))[1]);
        Assert.Equal(2_500_000, Told(new JkBms(), Jk(version: 0, current: 9_750, warnings: 0x0010))[1]);
        Assert.Equal(1_000_000, Told(new JkBms(), Jk(version: 0, current: 9_750, warnings: 0x0010))[6]);
    }

    [Fact]
    public void A_jk_length_that_lies_never_reads_beyond_the_block()
    {
        var block = Jk(version: 1, current: 0, warnings: 0);
        for (var length = 0; length < 0x10000; length += 251)
        {
            (block[2], block[3]) = ((byte)(length >> 8), (byte)(length & 0xFF));
            new JkBms().Take(block, Fresh(new JkBms()));
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_block_split_at_every_byte_is_the_same_block(string model)
    {
        var block = Good(model);
        var whole = Told(Asked(model), block);
        for (var at = 1; at < block.Length; at++)
        {
            var device = Asked(model);
            var micro = Fresh(device);
            Assert.False(device.Take(block.AsSpan(0, at), micro));
            Assert.True(device.Take(block.AsSpan(at), micro), $"{model}: the block split at byte {at} is lost");
            Assert.Equal(whole, micro);
        }
        var single = Asked(model);
        var last = Fresh(single);
        Assert.True(block.Count(b => single.Take([b], last)) == 1);
        Assert.Equal(whole, last);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Any_single_wrong_bit_is_noticed(string model)
    {
        var block = Good(model);
        for (var bit = 0; bit < block.Length * 8; bit++)
        {
            // A JK's sum does not cover the two unused bytes before it.
            if (model == "jk-bms" && bit / 8 is var at && (at == block.Length - 4 || at == block.Length - 3))
                continue;
            var device = Asked(model);
            var wrong = (byte[])block.Clone();
            wrong[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(device.Take(wrong, Fresh(device)), $"{model}: bit {bit} was turned and the block still counts");
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_good_block_after_noise_and_a_broken_block_is_found(string model)
    {
        var block = Good(model);
        var broken = (byte[])block.Clone();
        broken[^2] ^= 0x55;
        var device = Asked(model);
        var micro = Fresh(device);
        // A block of VE.Direct ends with its checksum: what noise stood before spoils the next one, and the one after counts.
        byte[] stream = [0x00, 0xFF, 0x41, .. broken, .. block, .. block];
        Assert.True(device.Take(stream, micro));
        Assert.Equal(Told(Asked(model), block), micro);
    }

    /// <summary>Two mebibytes for each of the five: noise with damaged blocks and heads without bodies in it.</summary>
    [Theory]
    [MemberData(nameof(Devices))]
    public void Noise_neither_throws_nor_passes_nor_takes_long(string model)
    {
        var random = new Random(5);
        var block = Good(model);
        var device = Asked(model);
        var micro = Fresh(device);
        var chunk = new byte[1 << 16];
        var clock = Stopwatch.StartNew();
        var (good, sent) = (0, 0);
        for (var round = 0; round < 32; round++)
        {
            random.NextBytes(chunk);
            sent += Salt(chunk, block, random, round % 2 == 0);
            if (device.Take(chunk, micro))
                good++;
        }
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{model}: {clock.Elapsed}");
        // A 16-bit check lets one noise block in 65,536 through; heads and lengths make even that rare.
        Assert.InRange(good, 0, 32);
        Assert.True(sent > 0);
        Assert.All(micro, m => Assert.True(m == Channel.NotTold || Math.Abs(m) < long.MaxValue / 2));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Taking_bytes_allocates_nothing(string model)
    {
        var device = Asked(model);
        var block = Good(model);
        var micro = Fresh(device);
        device.Take(block, micro);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            device.Take(block, micro);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Puts heads, and damaged blocks, into noise. Returns how many.</summary>
    private static int Salt(byte[] chunk, byte[] block, Random random, bool bodies)
    {
        var count = 0;
        for (var at = random.Next(400); at + block.Length < chunk.Length; at += 200 + random.Next(400))
        {
            var part = bodies ? block.Length : Math.Min(4, block.Length);
            block.AsSpan(0, part).CopyTo(chunk.AsSpan(at));
            chunk[at + random.Next(part)] ^= (byte)(1 << random.Next(8));
            count++;
        }
        return count;
    }

    private static SerialDevice Asked(string model)
    {
        var device = Models.Make(new SerialSpec("d", model, "/dev/null"))!;
        if (device.Turns > 0)
            device.Ask(0);
        return device;
    }

    private static byte[] Good(string model) =>
        model switch
        {
            "vedirect" => Block(Charger),
            "epever" => Registers(1, 4, 1_801, 120, 2_162, 0, 1_325, 95),
            "srne" => Registers(1, 3, 64, 132, 250, 0x1985, 131, 40, 5, 181, 120, 21),
            "daly-bms" => Daly(0x90, 0x00, 0x85, 0, 0, 0x75, 0x62, 0x03, 0x6D),
            _ => Jk(version: 1, current: 250, warnings: 0),
        };

    private static long[] Fresh(SerialDevice device)
    {
        var micro = new long[device.Channels.Count];
        Array.Fill(micro, Channel.NotTold);
        return micro;
    }

    private static long[] Told(SerialDevice device, byte[] bytes)
    {
        if (device.Turns > 0)
            device.Ask(0);
        var micro = Fresh(device);
        Assert.True(device.Take(bytes, micro));
        return micro;
    }

    private static bool Turn(SerialDevice device, int turn, long[] micro, byte[] answer)
    {
        device.Ask(turn);
        return device.Take(answer, micro);
    }

    private static byte[] Block(params (string Label, string Value)[] fields)
    {
        var text = string.Concat(fields.Select(f => $"\r\n{f.Label}\t{f.Value}")) + "\r\nChecksum\t";
        var bytes = Encoding.ASCII.GetBytes(text);
        return [.. bytes, (byte)((256 - (bytes.Sum(b => b) % 256)) & 0xFF)];
    }

    private static byte[] Registers(byte unit, byte function, params int[] words) =>
        Crc([unit, function, (byte)(words.Length * 2), .. words.SelectMany(w => new[] { (byte)(w >> 8), (byte)(w & 0xFF) })]);

    private static byte[] Crc(byte[] frame)
    {
        var crc = ModbusRtu.Crc(frame);
        return [.. frame, (byte)(crc & 0xFF), (byte)(crc >> 8)];
    }

    private static byte[] Daly(byte command, params byte[] data)
    {
        byte[] frame = [0xA5, 0x01, command, 0x08, .. data];
        return [.. frame, (byte)(frame.Sum(b => b) & 0xFF)];
    }

    private static byte[] Jk(int version, int current, int warnings)
    {
        byte[] data =
        [
            0x79,
            0x0C,
            1,
            0x0C,
            0xF0,
            2,
            0x0C,
            0xEE,
            3,
            0x0C,
            0xF6,
            4,
            0x0C,
            0xF2,
            0x80,
            0,
            29,
            0x81,
            0,
            30,
            0x82,
            0,
            102,
            0x83,
            0x05,
            0x2D,
            0x84,
            (byte)(current >> 8),
            (byte)(current & 0xFF),
            0x85,
            87,
            0x86,
            2,
            0x87,
            0,
            4,
            0x89,
            0,
            0,
            0,
            0,
            0x8A,
            0,
            4,
            0x8B,
            (byte)(warnings >> 8),
            (byte)(warnings & 0xFF),
            0xB4,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            0xC0,
            (byte)version,
        ];
        var length = 2 + 4 + 3 + data.Length + 4 + 1 + 4;
        byte[] frame = [0x4E, 0x57, (byte)(length >> 8), (byte)(length & 0xFF), 0, 0, 0, 0, 6, 0, 1, .. data, 0, 0, 0, 0, 0x68];
        var sum = frame.Sum(b => b);
        return [.. frame, 0, 0, (byte)(sum >> 8), (byte)(sum & 0xFF)];
    }
}
