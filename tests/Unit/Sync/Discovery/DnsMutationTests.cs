using System.Diagnostics;
using System.Net;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

/// <summary>Damaged packets by the hundred thousand. The sequence is fixed, so a failure comes again.</summary>
public sealed class DnsMutationTests
{
    private const int Mutations = 100_000;

    [Fact]
    public void No_damaged_packet_makes_the_reader_throw_dawdle_or_take_more_than_16_times_its_size()
    {
        var seeds = Seeds();
        var noise = new Noise(1);
        long parsed = 0;
        var slowest = TimeSpan.Zero;
        Assert.True(DnsMessage.TryParse(seeds[0], out _, out _)); // the first call compiles
        for (var i = 0; i < Mutations; i++)
        {
            var packet = noise.Damage(seeds[i % seeds.Count]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var fine = DnsMessage.TryParse(packet, out var message, out var fault);
            var took = GC.GetAllocatedBytesForCurrentThread() - before;
            var time = BestOfThree(packet);
            slowest = time > slowest ? time : slowest;
            Assert.Equal(fine, fault is null && message is not null);
            Assert.True(
                took <= 16 * Math.Max(packet.Length, 64),
                $"{took} bytes for a packet of {packet.Length}: {Convert.ToHexString(packet)}"
            );
            parsed += fine ? 1 : 0;
        }

        Assert.InRange(parsed, Mutations / 20, Mutations * 19 / 20); // both ways are really taken
        Assert.True(slowest < TimeSpan.FromMilliseconds(50), $"{slowest}");
    }

    [Fact]
    public void The_costliest_packets_stay_within_16_times_their_size()
    {
        foreach (var packet in new[] { ManyQuestions(), ManyRecords() })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(DnsMessage.TryParse(packet, out _, out var fault), fault);
            var took = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(took <= 16L * packet.Length, $"{took} bytes for {packet.Length}");
        }
    }

    [Fact]
    public void No_damaged_packet_makes_the_engine_throw_or_forget_its_own_name()
    {
        var seeds = Seeds();
        var noise = new Noise(2);
        var street = new Neighbourhood();
        var north = street.Join("North", 'n', "10.0.0.1");
        street.Join("South", 's', "10.0.0.2");
        street.Run(5_000);
        for (var i = 0; i < Mutations / 10; i++)
        {
            street.Inject($"10.0.{i % 3}.66", noise.Damage(seeds[i % seeds.Count]));
            street.Run(5);
            Assert.InRange(north.Engine.CacheCount, 0, 256);
        }

        Assert.StartsWith("North", north.Engine.InstanceName);
        Assert.Contains(north.Sees, name => name.StartsWith("South", StringComparison.Ordinal));
        Assert.True(north.Engine.Counters.Malformed > 1_000);
    }

    [Fact]
    public void What_is_written_reads_the_same()
    {
        foreach (var seed in Seeds())
        {
            Assert.True(DnsMessage.TryParse(seed, out var message, out var fault), fault);
            Assert.Equal(Convert.ToHexString(seed), Convert.ToHexString(message.ToBytes()));
        }
    }

    // The shortest of three is the reader's own time: a busy machine interrupts one try, hardly all of them.
    private static TimeSpan BestOfThree(byte[] packet)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            _ = DnsMessage.TryParse(packet, out _, out _);
            var time = Stopwatch.GetElapsedTime(clock);
            best = time < best ? time : best;
        }
        return best;
    }

    private static List<byte[]> Seeds()
    {
        var name = Forged.Service.Under("South");
        var host = DnsName.Of("edgenode-s", "local");
        DnsRecord[] records =
        [
            new SrvRecord(name, 120, true, 0, 0, 8883, host),
            new TxtRecord(name, 4_500, true, Forged.Text("v=1", "pair=8444", "did=sssssssssssss")),
            new AddressRecord(host, 120, true, IPAddress.Parse("10.0.0.2")),
            new AddressRecord(host, 120, true, IPAddress.Parse("fe80::2")),
        ];
        var pointer = new PtrRecord(Forged.Service, 4_500, false, name);
        return
        [
            new DnsMessage
            {
                IsResponse = true,
                Answers = [pointer],
                Additionals = records,
            }.ToBytes(),
            new DnsMessage { IsResponse = true, Answers = [pointer, .. records] }.ToBytes(),
            new DnsMessage { Questions = [new DnsQuestion(Forged.Service, DnsType.Ptr)], Answers = [pointer] }.ToBytes(),
            new DnsMessage
            {
                Questions = [new DnsQuestion(name, DnsType.Any, WantsUnicast: true)],
                Authorities = records,
            }.ToBytes(),
            Forged.Announcement("North", "nnnnnnnnnnnnn", "10.0.0.66").ToBytes(),
        ];
    }

    // Questions of six bytes that all name the shortest name by a pointer.
    private static byte[] ManyQuestions() => Filled(4, [1, (byte)'a', 0, 0, 12, 0, 1], [0xC0, 0x0C, 0, 12, 0, 1]);

    // PTR records of thirteen bytes, each with two names.
    private static byte[] ManyRecords() => Filled(6, [], [0, 0, 12, 0, 1, 0, 0, 0, 1, 0, 1, 0]);

    private static byte[] Filled(int countAt, byte[] first, byte[] each)
    {
        var packet = new List<byte>(new byte[12]);
        packet.AddRange(first);
        var count = first.Length > 0 ? 1 : 0;
        for (; packet.Count + each.Length <= DnsMessage.MaxLength; count++)
        {
            packet.AddRange(each);
        }
        (packet[countAt], packet[countAt + 1]) = ((byte)(count >> 8), (byte)(count & 0xFF));
        return [.. packet];
    }

    /// <summary>Splitmix64: small, and the same on every machine.</summary>
    private sealed class Noise(ulong seed)
    {
        private ulong _state = seed;

        public byte[] Damage(byte[] seed)
        {
            var packet = seed.ToList();
            for (var rounds = Next(4); rounds >= 0 && packet.Count > 0; rounds--)
            {
                var at = Next(packet.Count);
                switch (Next(6))
                {
                    case 0:
                        packet[at] = (byte)Next(256);
                        break;
                    case 1:
                        packet[at] ^= (byte)(1 << Next(8));
                        break;
                    case 2:
                        packet.RemoveRange(at, Next(packet.Count - at));
                        break;
                    case 3:
                        packet.InsertRange(at, packet.GetRange(at, Next(Math.Min(64, packet.Count - at))));
                        break;
                    case 4:
                        packet[at] = (byte)(0xC0 | Next(2));
                        break;
                    default:
                        packet[Math.Min(4 + Next(8), packet.Count - 1)] = (byte)Next(4);
                        break;
                }
            }
            return [.. packet];
        }

        private int Next(int below)
        {
            // Wrap-around is what the generator is made of.
            unchecked
            {
                _state += 0x9E3779B97F4A7C15;
                var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
                mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
                return (int)((mixed ^ (mixed >> 31)) % (ulong)Math.Max(1, below));
            }
        }
    }
}
