using System.Diagnostics.CodeAnalysis;

namespace EdgeNode.Sync.Discovery;

/// <summary>A multicast DNS message (RFC 6762 section 18): the subset that discovery of cabinets needs.</summary>
public sealed record DnsMessage
{
    /// <summary>Largest packet that is read or written, in bytes (RFC 6762 section 17, IP and UDP headers left out).</summary>
    public const int MaxLength = 9000;

    private const int HeaderLength = 12;
    private const int SmallestQuestion = 5;
    private const int SmallestRecord = 11;
    private const ushort ResponseBit = 0x8000;
    private const ushort AuthoritativeBit = 0x0400;
    private const ushort TruncatedBit = 0x0200;

    public ushort Id { get; init; }

    /// <summary>True for a response, false for a query.</summary>
    public bool IsResponse { get; init; }

    /// <summary>In a query: more known answers follow in another packet (RFC 6762 section 7.2).</summary>
    public bool Truncated { get; init; }

    /// <summary>Operation code; multicast DNS uses 0 only and ignores others (RFC 6762 section 18.3).</summary>
    public int Opcode { get; init; }

    /// <summary>Response code; multicast DNS uses 0 only and ignores others (RFC 6762 section 18.11).</summary>
    public int ResponseCode { get; init; }

    public IReadOnlyList<DnsQuestion> Questions { get; init; } = [];

    /// <summary>In a query: the answers that the sender already knows.</summary>
    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    /// <summary>In a probe: the records that the sender would like to own.</summary>
    public IReadOnlyList<DnsRecord> Authorities { get; init; } = [];

    public IReadOnlyList<DnsRecord> Additionals { get; init; } = [];

    /// <summary>
    /// Reads a packet from a stranger. Never throws; on false <paramref name="fault"/> says what is wrong with it, as a
    /// clause. Takes memory in proportion to the packet only. Bytes behind the last record are ignored.
    /// </summary>
    public static bool TryParse(
        ReadOnlySpan<byte> packet,
        [NotNullWhen(true)] out DnsMessage? message,
        [NotNullWhen(false)] out string? fault
    )
    {
        message = null;
        if (packet.Length is < HeaderLength or > MaxLength)
        {
            fault = $"a message has {HeaderLength} to {MaxLength} bytes";
            return false;
        }
        var reader = new DnsReader(packet);
        if (TryHeader(ref reader, out var counts, out var head) && TrySections(ref reader, counts, head, out message))
        {
            fault = null;
            return true;
        }
        fault = reader.Fault ?? "the counts promise more than the packet holds";
        return false;
    }

    /// <summary>The packet's bytes, names compressed.</summary>
    /// <exception cref="InvalidOperationException">It would be longer than <see cref="MaxLength"/>: our own records never are.</exception>
    public byte[] ToBytes()
    {
        var writer = new DnsWriter();
        writer.ReserveHeader();
        foreach (var question in Questions)
        {
            writer.Question(question);
        }
        foreach (var record in Answers.Concat(Authorities).Concat(Additionals))
        {
            writer.Record(record);
        }
        writer.SetHeader(Id, Flags(), Questions.Count, Answers.Count, Authorities.Count, Additionals.Count);
        return writer.Length <= MaxLength
            ? writer.ToArray()
            : throw new InvalidOperationException($"A message of {writer.Length} bytes is over the limit of {MaxLength}.");
    }

    /// <summary>
    /// A query with its known answers, cut into packets of at most <paramref name="limit"/> bytes: all but the last carry
    /// the truncation bit, all but the first carry no question (RFC 6762 section 7.2). At most 32 packets; known answers
    /// beyond that are left out, which costs a repeated answer and nothing else.
    /// </summary>
    internal static List<byte[]> Query(IReadOnlyList<DnsQuestion> questions, IReadOnlyList<DnsRecord> known, int limit)
    {
        const int maxPackets = 32;
        var packets = new List<byte[]>();
        var next = 0;
        do
        {
            var asked = packets.Count == 0 ? questions : [];
            var fit = FillQuery(asked, known, next, limit, out var writer);
            next += fit;
            var more = next < known.Count && fit > 0 && packets.Count + 1 < maxPackets;
            writer.SetHeader(0, more ? TruncatedBit : (ushort)0, asked.Count, fit, 0, 0);
            packets.Add(writer.ToArray());
            if (!more)
            {
                return packets;
            }
        } while (true);
    }

    private static int FillQuery(
        IReadOnlyList<DnsQuestion> questions,
        IReadOnlyList<DnsRecord> known,
        int from,
        int limit,
        out DnsWriter writer
    )
    {
        writer = new DnsWriter();
        writer.ReserveHeader();
        foreach (var question in questions)
        {
            writer.Question(question);
        }
        for (var i = from; i < known.Count; i++)
        {
            var before = writer.Length;
            writer.Record(known[i]);
            if (writer.Length > limit)
            {
                writer.CutTo(before);
                return i - from;
            }
        }
        return known.Count - from;
    }

    private static bool TryHeader(ref DnsReader reader, out Counts counts, out DnsMessage head)
    {
        counts = default;
        head = new DnsMessage();
        if (!reader.TryU16(out var id) || !reader.TryU16(out var flags) || !reader.TryU16(out var questions))
        {
            return false;
        }
        if (!reader.TryU16(out var answers) || !reader.TryU16(out var authorities) || !reader.TryU16(out var additionals))
        {
            return false;
        }
        counts = new Counts(questions, answers, authorities, additionals);
        head = new DnsMessage
        {
            Id = id,
            IsResponse = (flags & ResponseBit) != 0,
            Truncated = (flags & TruncatedBit) != 0,
            Opcode = (flags >> 11) & 0xF,
            ResponseCode = flags & 0xF,
        };
        return counts.SmallestLength <= reader.Left;
    }

    private static bool TrySections(
        ref DnsReader reader,
        Counts counts,
        DnsMessage head,
        [NotNullWhen(true)] out DnsMessage? message
    )
    {
        message = null;
        var questions = new DnsQuestion[counts.Questions];
        for (var i = 0; i < questions.Length; i++)
        {
            if (!reader.TryQuestion(out questions[i]))
            {
                return false;
            }
        }
        if (
            !TryRecords(ref reader, counts.Answers, out var answers)
            || !TryRecords(ref reader, counts.Authorities, out var authorities)
        )
        {
            return false;
        }
        if (!TryRecords(ref reader, counts.Additionals, out var additionals))
        {
            return false;
        }
        message = head with { Questions = questions, Answers = answers, Authorities = authorities, Additionals = additionals };
        return true;
    }

    private static bool TryRecords(ref DnsReader reader, int count, out DnsRecord[] records)
    {
        // Sections read before this one may have used the bytes that the header check counted for it.
        records = count * SmallestRecord <= reader.Left ? new DnsRecord[count] : [];
        if (records.Length != count)
        {
            return false;
        }
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryRecord(out var record))
            {
                return false;
            }
            records[i] = record;
        }
        return true;
    }

    private ushort Flags()
    {
        var flags = ((Opcode & 0xF) << 11) | (ResponseCode & 0xF);
        flags |= IsResponse ? ResponseBit | AuthoritativeBit : 0;
        flags |= Truncated ? TruncatedBit : 0;
        return (ushort)flags;
    }

    private readonly record struct Counts(int Questions, int Answers, int Authorities, int Additionals)
    {
        public int SmallestLength => Questions * SmallestQuestion + (Answers + Authorities + Additionals) * SmallestRecord;
    }
}
