using System.Net;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

public sealed class DnsMessageTests
{
    // Offset 12: "_edgenode._tcp.local", as it begins in every packet below.
    private const string Type = "09 5F 65 64 67 65 6E 6F 64 65  04 5F 74 63 70  05 6C 6F 63 61 6C  00";

    private static readonly DnsName Service = DnsName.Of("_edgenode", "_tcp", "local");

    [Fact]
    public void Reads_a_query_with_the_unicast_bit_and_a_known_answer()
    {
        var message = Parse(
            "0000 0000 0001 0001 0000 0000",
            Type + "000C 8001", // PTR, class IN with the QU bit
            "C00C 000C 0001 00001194 0004  01 41 C00C" // known: A._edgenode._tcp.local, 4500 s
        );

        Assert.False(message.IsResponse);
        Assert.Equal(new DnsQuestion(Service, DnsType.Ptr, WantsUnicast: true), Assert.Single(message.Questions));
        Assert.Equal(
            new PtrRecord(Service, 4500, false, DnsName.Of("A", "_edgenode", "_tcp", "local")),
            Assert.Single(message.Answers)
        );
    }

    [Fact]
    public void Reads_a_response_with_every_record_type_and_skips_the_others()
    {
        var message = Parse(
            "0000 8400 0000 0001 0000 0006",
            Type + "000C 0001 00001194 0004  01 41 C00C", // PTR to A at offset 44
            "C02C 0021 8001 00000078 000A  0000 0000 22B3  01 68 C01B", // SRV port 8883, target h.local at offset 66
            "C02C 0010 8001 00001194 0004  03 76 3D 31", // TXT "v=1"
            "C042 0001 8001 00000078 0004  C0000207", // A 192.0.2.7
            "C042 001C 8001 00000078 0010  FE80 0000 0000 0000 0000 0000 0000 0007", // AAAA fe80::7
            "C02C 002F 8001 00001194 0009  C02C 0005 0000 8000 40", // NSEC of two fields, skipped
            "00 0029 05A0 00000000 0000" // OPT, skipped
        );

        var instance = Service.Under("A");
        var host = DnsName.Of("h", "local");
        Assert.True(message.IsResponse);
        Assert.Equal(instance, Assert.IsType<PtrRecord>(message.Answers[0]).Target);
        Assert.Equal(new SrvRecord(instance, 120, true, 0, 0, 8883, host), message.Additionals[0]);
        var text = Assert.IsType<TxtRecord>(message.Additionals[1]);
        Assert.True(text.Data.Span.SequenceEqual("\u0003v=1"u8));
        Assert.Equal(new AddressRecord(host, 120, true, IPAddress.Parse("192.0.2.7")), message.Additionals[2]);
        Assert.Equal(new AddressRecord(host, 120, true, IPAddress.Parse("fe80::7")), message.Additionals[3]);
        Assert.Equal((DnsType.Nsec, 1), (message.Additionals[4].Type, message.Additionals[4].Class));
        Assert.Equal((41, 1440), (message.Additionals[5].Type, message.Additionals[5].Class));
    }

    [Fact]
    public void Writes_names_compressed_byte_for_byte()
    {
        var instance = Service.Under("A");
        var message = new DnsMessage
        {
            IsResponse = true,
            Answers = [new PtrRecord(Service, 4500, false, instance)],
            Additionals =
            [
                new SrvRecord(instance, 120, true, 0, 0, 8883, DnsName.Of("h", "local")),
                new AddressRecord(DnsName.Of("h", "local"), 120, true, IPAddress.Parse("192.0.2.7")),
            ],
        };

        var expected = Bytes(
            "0000 8400 0000 0001 0000 0002",
            Type + "000C 0001 00001194 0004  01 41 C00C",
            "C02C 0021 8001 00000078 000A  0000 0000 22B3  01 68 C01B",
            "C042 0001 8001 00000078 0004  C0000207"
        );
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(message.ToBytes()));
    }

    [Fact]
    public void Cuts_a_query_whose_known_answers_do_not_fit_and_marks_all_but_the_last()
    {
        var known = Enumerable
            .Range(0, 40)
            .Select(i => (DnsRecord)new PtrRecord(Service, 4000, false, Service.Under($"Cabinet {i}")))
            .ToList();

        var packets = DnsMessage.Query([new DnsQuestion(Service, DnsType.Ptr)], known, limit: 300);

        var parsed = packets.Select(packet => DnsMessage.TryParse(packet, out var message, out _) ? message : null).ToList();
        Assert.All(packets, packet => Assert.InRange(packet.Length, 12, 300));
        Assert.All(parsed.SkipLast(1), message => Assert.True(message!.Truncated));
        Assert.False(parsed[^1]!.Truncated);
        Assert.Single(parsed[0]!.Questions);
        Assert.All(parsed.Skip(1), message => Assert.Empty(message!.Questions));
        Assert.Equal(known, parsed.SelectMany(message => message!.Answers));
    }

    [Theory]
    [InlineData("a message has 12 to 9000 bytes", "0000 8400 0000 0000 0000 00")]
    [InlineData("the counts promise more than the packet holds", "0000 8400 FFFF FFFF FFFF FFFF", "00 0001 0001")]
    [InlineData("a name points forward or at itself", "0000 0000 0001 0000 0000 0000", "C00C 000C 0001")]
    [InlineData("a name points forward or at itself", "0000 0000 0001 0000 0000 0000", "C00E 000C 0001")]
    [InlineData("a name points forward or at itself", "0000 0000 0002 0000 0000 0000", "01 41 C00C 000C 0001 00 000C 0001")]
    [InlineData("a name runs past the end", "0000 0000 0001 0000 0000 0000", "04 41 41 41 41")]
    [InlineData("a label runs past the end", "0000 0000 0001 0000 0000 0000", "3F 41 41 41 41")]
    [InlineData("a compression pointer runs past the end", "0000 0000 0001 0000 0000 0000", "03 41 41 41 C0")]
    [InlineData("a label has a reserved type", "0000 0000 0001 0000 0000 0000", "80 0000 0000 00")]
    [InlineData("the packet ends within a number", "0000 0000 0001 0000 0000 0000", "02 41 41 00 00")]
    [InlineData("an address record has the wrong length", "0000 8400 0000 0001 0000 0000", "00 0001 0001 00000078 0003 C00002")]
    [InlineData("an address record has the wrong length", "0000 8400 0000 0001 0000 0000", "00 001C 0001 00000078 0004 C0000207")]
    [InlineData("a record's data runs past the end", "0000 8400 0000 0001 0000 0000", "00 0010 0001 00000078 0005 C0000207")]
    [InlineData(
        "a record's data and its length disagree",
        "0000 8400 0000 0001 0000 0000",
        "00 000C 0001 00000078 0004 01 41 00 00"
    )]
    [InlineData(
        "a record's data and its length disagree",
        "0000 8400 0000 0001 0000 0000",
        "00 0021 0001 00000078 000A 0000 0000 0001 01 41 00 00"
    )]
    [InlineData("a text string runs past its record", "0000 8400 0000 0001 0000 0000", "00 0010 0001 00000078 0003 03 41 41 41")]
    public void Refuses_a_hostile_packet_with_the_reason(string fault, params string[] packet)
    {
        Assert.False(DnsMessage.TryParse(Bytes(packet), out var message, out var said));
        Assert.Null(message);
        Assert.Equal(fault, said);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Follows_64_compression_pointers_and_no_more(int hops, bool accepted)
    {
        // A chain: offset 12 holds the root as the data of an ignored record; then pointers, each to the one before it.
        var chain = new List<byte>([0]);
        for (var i = 0; i < hops - 1; i++)
        {
            var target = i == 0 ? 23 : 24 + 2 * (i - 1);
            chain.AddRange([(byte)(0xC0 | (target >> 8)), (byte)target]);
        }
        var last = hops == 1 ? 23 : 24 + 2 * (hops - 2);
        var packet = new List<byte>(Bytes("0000 8400 0000 0001 0000 0001", "00 00FF 0001 00000000"));
        packet.AddRange([(byte)(chain.Count >> 8), (byte)chain.Count]);
        packet.AddRange(chain);
        packet.AddRange([(byte)(0xC0 | (last >> 8)), (byte)last, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 7]);

        Assert.Equal(accepted, DnsMessage.TryParse([.. packet], out _, out var fault));
        Assert.Equal(accepted ? null : "a name takes more than 64 hops", fault);
    }

    [Fact]
    public void Refuses_a_name_that_grows_over_255_bytes_by_compression()
    {
        var label = "3F" + string.Concat(Enumerable.Repeat("61", 63));
        var four = label + label + label + "3C" + string.Concat(Enumerable.Repeat("61", 60)); // 253 bytes without the end

        Assert.True(DnsMessage.TryParse(Bytes("0000 0000 0001 0000 0000 0000", four + "00 000C 0001"), out _, out _));
        var packet = Bytes("0000 0000 0002 0000 0000 0000", four + "00 000C 0001", "02 6161 C00C 000C 0001");
        Assert.False(DnsMessage.TryParse(packet, out _, out var fault));
        Assert.Equal("a name is longer than 255 bytes", fault);
    }

    [Fact]
    public void Refuses_to_unpack_a_small_packet_into_much_memory()
    {
        var label = "3F" + string.Concat(Enumerable.Repeat("61", 63));
        var questions = string.Concat(Enumerable.Repeat("C00C 000C 0001", 200));
        var packet = Bytes("0000 0000 00C9 0000 0000 0000", label + label + label + "00 000C 0001", questions);

        Assert.False(DnsMessage.TryParse(packet, out _, out var fault));
        Assert.Equal("the names unpack to far more than the packet holds", fault);
    }

    [Fact]
    public void A_time_to_live_with_the_top_bit_is_zero_and_another_class_asks_nothing()
    {
        var message = Parse("0000 8400 0001 0001 0000 0000", Type + "00FF 0003", "C00C 0001 0001 80000001 0004 C0000207");

        Assert.Equal(0u, message.Answers[0].Ttl);
        Assert.False(message.Questions[0].Asks(message.Answers[0]));
    }

    private static DnsMessage Parse(params string[] hex)
    {
        Assert.True(DnsMessage.TryParse(Bytes(hex), out var message, out var fault), fault);
        return message!;
    }

    private static byte[] Bytes(params string[] hex) =>
        Convert.FromHexString(string.Concat(hex).Replace(" ", "", StringComparison.Ordinal));
}
