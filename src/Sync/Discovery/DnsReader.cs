using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>
/// Reads a packet from a stranger. Every step answers true, or false with <see cref="Fault"/> set; nothing throws, and
/// no length is believed before the bytes behind it are seen.
/// </summary>
internal ref struct DnsReader(ReadOnlySpan<byte> packet)
{
    /// <summary>Most compression pointers in one name.</summary>
    private const int MaxHops = 64;

    private readonly ReadOnlySpan<byte> _packet = packet;
    private int _at;

    // Compression lets 12 bytes name 255. Decoded names may take three times the packet and a little, which honest
    // messages never reach, so that a hostile one cannot buy memory.
    private int _nameBytesLeft = checked(3 * packet.Length + 512);

    public string? Fault { get; private set; }

    public readonly int Left => _packet.Length - _at;

    public bool TryU16(out ushort value)
    {
        value = 0;
        if (Left < 2)
        {
            return Fail("the packet ends within a number");
        }
        value = BinaryPrimitives.ReadUInt16BigEndian(_packet[_at..]);
        _at += 2;
        return true;
    }

    public bool TryQuestion(out DnsQuestion question)
    {
        question = default;
        if (!TryName(out var name) || !TryU16(out var type) || !TryU16(out var recordClass))
        {
            return false;
        }
        question = new DnsQuestion(name, type, (recordClass & 0x8000) != 0);
        // A class that is neither IN nor ANY asks nothing of us; type 0 exists nowhere and keeps the question inert.
        if ((recordClass & 0x7FFF) is not (1 or 255))
        {
            question = question with { Type = 0 };
        }
        return true;
    }

    public bool TryRecord([NotNullWhen(true)] out DnsRecord? record)
    {
        record = null;
        if (!TryName(out var name) || !TryU16(out var type) || !TryU16(out var recordClass) || !TryU32(out var ttl))
        {
            return false;
        }
        if (!TryU16(out var length))
        {
            return false;
        }
        if (length > Left)
        {
            return Fail("a record's data runs past the end");
        }
        // RFC 2181 section 8: a time to live with the top bit set counts as zero.
        var head = new Head(name, type, recordClass, ttl > int.MaxValue ? 0 : ttl, length);
        return TryData(head, out record);
    }

    private bool TryData(Head head, [NotNullWhen(true)] out DnsRecord? record)
    {
        if (head.PlainClass == 1)
        {
            switch (head.Type)
            {
                case DnsType.A:
                    return TryAddress(head, 4, out record);
                case DnsType.Aaaa:
                    return TryAddress(head, 16, out record);
                case DnsType.Ptr:
                    return TryPtr(head, out record);
                case DnsType.Srv:
                    return TrySrv(head, out record);
                case DnsType.Txt:
                    return TryTxt(head, out record);
                case DnsType.Nsec:
                    return TryNsec(head, out record);
            }
        }
        _at += head.Length;
        record = new OtherRecord(head.Name, head.Ttl, head.Flush, head.Type, head.PlainClass);
        return true;
    }

    private bool TryAddress(Head head, int size, [NotNullWhen(true)] out DnsRecord? record)
    {
        record = null;
        if (head.Length != size)
        {
            return Fail("an address record has the wrong length");
        }
        record = new AddressRecord(head.Name, head.Ttl, head.Flush, new IPAddress(_packet.Slice(_at, size)));
        _at += size;
        return true;
    }

    private bool TryPtr(Head head, [NotNullWhen(true)] out DnsRecord? record)
    {
        record = null;
        var end = _at + head.Length;
        if (!TryName(out var target) || !EndsAt(end))
        {
            return false;
        }
        record = new PtrRecord(head.Name, head.Ttl, head.Flush, target);
        return true;
    }

    private bool TrySrv(Head head, [NotNullWhen(true)] out DnsRecord? record)
    {
        record = null;
        var end = _at + head.Length;
        if (!TryU16(out var priority) || !TryU16(out var weight) || !TryU16(out var port))
        {
            return false;
        }
        if (!TryName(out var target) || !EndsAt(end))
        {
            return false;
        }
        record = new SrvRecord(head.Name, head.Ttl, head.Flush, priority, weight, port, target);
        return true;
    }

    private bool TryTxt(Head head, [NotNullWhen(true)] out DnsRecord? record)
    {
        record = null;
        var data = _packet.Slice(_at, head.Length);
        for (var i = 0; i < data.Length; i += data[i] + 1)
        {
            if (i + data[i] >= data.Length)
            {
                return Fail("a text string runs past its record");
            }
        }
        record = new TxtRecord(head.Name, head.Ttl, head.Flush, data.ToArray());
        _at += head.Length;
        return true;
    }

    // Only the restricted form of RFC 6762 section 6.1 says something to us; another is passed over like an unknown type.
    private bool TryNsec(Head head, [NotNullWhen(true)] out DnsRecord? record)
    {
        record = null;
        var end = _at + head.Length;
        if (!TryName(out var next))
        {
            return false;
        }
        if (_at > end)
        {
            return EndsAt(end);
        }
        var rest = _packet[_at..end];
        _at = end;
        var restricted = rest.Length is > 2 and <= 2 + NsecRecord.MaxBitmap && rest[0] == 0 && rest[1] == rest.Length - 2;
        record = restricted
            ? new NsecRecord(head.Name, head.Ttl, head.Flush, next, rest[2..].ToArray())
            : new OtherRecord(head.Name, head.Ttl, head.Flush, head.Type, head.PlainClass);
        return true;
    }

    private bool EndsAt(int end) => _at == end || Fail("a record's data and its length disagree");

    private bool TryU32(out uint value)
    {
        value = 0;
        if (!TryU16(out var high) || !TryU16(out var low))
        {
            return false;
        }
        value = ((uint)high << 16) | low;
        return true;
    }

    private bool TryName([NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        Span<byte> wire = stackalloc byte[DnsName.MaxWireLength];
        var length = 0;
        var after = -1; // where reading goes on: behind the first pointer, if there is one
        var at = _at;
        var floor = _at; // a pointer must lead strictly below where the last run of labels began, so loops cannot exist
        for (var hops = 0; hops <= MaxHops; hops++)
        {
            if (!TryLabels(ref at, wire, ref length, out var pointer))
            {
                return false;
            }
            after = after < 0 ? at : after;
            if (pointer < 0)
            {
                _at = after;
                return TryKeep(wire[..length], out name);
            }
            if (pointer >= floor)
            {
                return Fail("a name points forward or at itself");
            }
            at = floor = pointer;
        }
        return Fail($"a name takes more than {MaxHops} hops");
    }

    // Copies labels from `at` until the empty label (pointer = -1) or a compression pointer; `at` ends behind it.
    private bool TryLabels(ref int at, scoped Span<byte> wire, ref int length, out int pointer)
    {
        pointer = -1;
        while (at < _packet.Length)
        {
            var head = _packet[at];
            if (head >= 0xC0)
            {
                return TryPointer(ref at, head, out pointer);
            }
            if (head > DnsName.MaxLabelLength)
            {
                return Fail("a label has a reserved type");
            }
            var size = head + 1;
            if (size > _packet.Length - at)
            {
                return Fail("a label runs past the end");
            }
            // One byte stays free for the empty label, unless this is it.
            if (length + size > DnsName.MaxWireLength - (head == 0 ? 0 : 1))
            {
                return Fail($"a name is longer than {DnsName.MaxWireLength} bytes");
            }
            _packet.Slice(at, size).CopyTo(wire[length..]);
            length += size;
            at += size;
            if (head == 0)
            {
                return true;
            }
        }
        return Fail("a name runs past the end");
    }

    private bool TryPointer(ref int at, byte head, out int pointer)
    {
        pointer = -1;
        if (at + 1 >= _packet.Length)
        {
            return Fail("a compression pointer runs past the end");
        }
        pointer = ((head & 0x3F) << 8) | _packet[at + 1];
        at += 2;
        return true;
    }

    private bool TryKeep(scoped ReadOnlySpan<byte> wire, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        _nameBytesLeft -= wire.Length;
        if (_nameBytesLeft < 0)
        {
            return Fail("the names unpack to far more than the packet holds");
        }
        name = new DnsName(wire.ToArray());
        return true;
    }

    private bool Fail(string fault)
    {
        Fault = fault;
        return false;
    }

    private readonly record struct Head(DnsName Name, ushort Type, ushort RecordClass, uint Ttl, int Length)
    {
        public ushort PlainClass => (ushort)(RecordClass & 0x7FFF);
        public bool Flush => (RecordClass & 0x8000) != 0;
    }
}
