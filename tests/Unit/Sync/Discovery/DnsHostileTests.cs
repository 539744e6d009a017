using System.Net;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

/// <summary>Packets that somebody made on purpose, each by its name.</summary>
public sealed class DnsHostileTests
{
    private static readonly DnsName South = Forged.Service.Under("South");
    private static readonly DnsName Host = DnsName.Of("edgenode-s", "local");

    public static TheoryData<string> Names => new(Packets().Select(packet => packet.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_hostile_packet_changes_nothing_for_others(string name)
    {
        var packet = Packets().First(one => one.Name == name).Packet;
        var street = new Neighbourhood();
        var north = street.Join("North", 'n', "10.0.0.1");
        var east = street.Join("East", 'e', "10.0.0.3");
        street.Run(5_000);
        for (var i = 0; i < 20; i++)
        {
            street.Inject("10.0.0.66", packet);
            street.Inject("10.0.0.66", packet, toGroup: false);
            street.Inject("10.0.0.66", packet, port: 40_000);
            street.Run(500);
        }

        Assert.Equal(("North", "East"), (north.Engine.InstanceName, east.Engine.InstanceName));
        Assert.Equal(["East"], north.Sees);
        Assert.InRange(north.Engine.CacheCount, 1, MdnsOptions.Default.CacheEntries);
        Assert.InRange(street.Sent.Count + street.Direct.Count, 1, 400);
    }

    private static IEnumerable<(string Name, byte[] Packet)> Packets() =>
        [
            ("nothing at all", []),
            ("a header alone", new byte[12]),
            ("a name that points at itself", Raw([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], [0xC0, 0x0C, 0, 12, 0, 1])),
            (
                "two names that point at each other",
                Raw([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], [0xC0, 0x0E, 0xC0, 0x0C, 0, 12, 0, 1])
            ),
            ("a target that points into itself", SelfTarget()),
            ("a name of 127 labels of one byte", LongName()),
            ("a name one byte too long", TooLongName()),
            ("a pointer to the root", Told(new PtrRecord(Forged.Service, 4_500, false, DnsName.Of()))),
            ("a pointer to the type itself", Told(new PtrRecord(Forged.Service, 4_500, false, Forged.Service))),
            ("a pointer two labels below the type", Told(new PtrRecord(Forged.Service, 4_500, false, South.Under("a")))),
            ("a text of 8,000 bytes", Whole(Text(8_000))),
            ("a text of 4,000 empty strings", Whole(new byte[4_000])),
            ("a text that says nothing", Whole([])),
            ("a text in another alphabet", Whole(Forged.Text("v=\u0661", "pair=8444", "did=sssssssssssss"))),
            ("a packet of more than 9,000 bytes", new byte[9_001]),
            ("port 0", Whole(null, port: 0)),
            ("a service at the root", Whole(null, target: DnsName.Of())),
            ("a service without an address", Told([.. Records(null).SkipLast(1)])),
            ("500 pointers at once", Many(500)),
            ("1,400 questions at once", Questions(1_400)),
            ("a probe for our name with 200 records", Probe(200)),
            ("a denial with a broken map", BrokenDenial()),
            ("a label that writes backwards", Told([.. Records(null, Forged.Service.Under("a\u202Eb"))])),
            ("a life of 68 years", Told([.. Records(null).Select(record => record with { Ttl = int.MaxValue, Name = Host })])),
            ("noise", Noise(1_200)),
        ];

    private static byte[] Told(params DnsRecord[] records) => new DnsMessage { IsResponse = true, Answers = records }.ToBytes();

    private static byte[] Whole(byte[]? text, ushort port = 8883, DnsName? target = null) =>
        Told([.. Records(text, port: port, target: target)]);

    private static DnsRecord[] Records(byte[]? text, DnsName? instance = null, ushort port = 8883, DnsName? target = null) =>
        [
            new PtrRecord(Forged.Service, 4_500, false, instance ?? South),
            new SrvRecord(instance ?? South, 120, true, 0, 0, port, target ?? Host),
            new TxtRecord(instance ?? South, 4_500, true, text ?? Forged.Text("v=1", "pair=8444", "did=sssssssssssss")),
            new AddressRecord(target ?? Host, 120, true, IPAddress.Parse("10.0.0.66")),
        ];

    private static byte[] Text(int bytes) =>
        [
            .. Forged.Text("v=1", "pair=8444", "did=sssssssssssss"),
            .. Enumerable.Range(0, bytes / 100).SelectMany(_ => (byte[])[99, .. new byte[99]]),
        ];

    private static byte[] Many(int count) =>
        Told([
            .. Enumerable.Range(0, count).Select(i => new PtrRecord(Forged.Service, 120, false, Forged.Service.Under($"{i:x}"))),
        ]);

    private static byte[] Questions(int count) =>
        new DnsMessage { Questions = [.. Enumerable.Repeat(new DnsQuestion(Forged.Service, DnsType.Ptr), count)] }.ToBytes();

    private static byte[] Probe(int count) =>
        new DnsMessage
        {
            Questions = [new DnsQuestion(Forged.Service.Under("North"), DnsType.Any)],
            Authorities =
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new SrvRecord(Forged.Service.Under("North"), 120, false, 9, 9, (ushort)(9_000 + i), Host)),
            ],
        }.ToBytes();

    private static byte[] Raw(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    private static byte[] SelfTarget() =>
        Raw([0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 12, 0, 1, 0, 0, 17, 148, 0, 2, 0xC0, 0x17]);

    private static byte[] LongName() =>
        Raw(
            [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
            [.. Enumerable.Repeat<byte[]>([1, 97], 127).SelectMany(label => label)],
            [0, 0, 12, 0, 1]
        );

    private static byte[] TooLongName() =>
        Raw(
            [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
            [.. Enumerable.Repeat<byte[]>([1, 97], 128).SelectMany(label => label)],
            [0, 0, 12, 0, 1]
        );

    // A map that says it is 255 bytes long and is one.
    private static byte[] BrokenDenial() =>
        Raw([0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 47, 0, 1, 0, 0, 0, 120, 0, 4, 0, 0, 255, 64]);

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(7).NextBytes(noise);
        noise.AsSpan(0, 12).Clear();
        noise[2] = 0x84;
        noise[7] = 3;
        return noise;
    }
}
