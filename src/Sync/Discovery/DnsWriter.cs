using System.Buffers.Binary;

namespace EdgeNode.Sync.Discovery;

/// <summary>Writes questions and records, with names compressed against what the message already holds (RFC 1035 section 4.1.4).</summary>
internal sealed class DnsWriter(bool compress = true)
{
    private const int HeaderLength = 12;
    private const int MaxPointer = 0x3FFF;
    private readonly List<byte> _bytes = new(512);
    private readonly Dictionary<DnsName, int> _written = [];

    public int Length => _bytes.Count;

    public byte[] ToArray() => [.. _bytes];

    /// <summary>Forgets everything from <paramref name="length"/> on, pointers into it included.</summary>
    public void CutTo(int length)
    {
        _bytes.RemoveRange(length, _bytes.Count - length);
        foreach (var name in _written.Where(pair => pair.Value >= length).Select(pair => pair.Key).ToList())
        {
            _written.Remove(name);
        }
    }

    /// <summary>Twelve zero bytes; <see cref="SetHeader"/> fills them when the counts are known.</summary>
    public void ReserveHeader() => _bytes.AddRange(new byte[HeaderLength]);

    public void SetHeader(ushort id, ushort flags, params ReadOnlySpan<int> counts)
    {
        Set(0, id);
        Set(2, flags);
        for (var i = 0; i < counts.Length; i++)
        {
            Set(4 + 2 * i, (ushort)counts[i]);
        }
    }

    public void Question(DnsQuestion question)
    {
        Name(question.Name);
        U16(question.Type);
        U16((ushort)(question.WantsUnicast ? 0x8001 : 1));
    }

    public void Record(DnsRecord record)
    {
        Name(record.Name);
        U16(record.Type);
        U16((ushort)(record.CacheFlush ? record.Class | 0x8000 : record.Class));
        U32(record.Ttl);
        var lengthAt = Length;
        U16(0);
        record.WriteData(this);
        Set(lengthAt, (ushort)(Length - lengthAt - 2));
    }

    public void Name(DnsName name)
    {
        for (var rest = name; !rest.IsRoot; rest = rest.Parent)
        {
            if (compress && _written.TryGetValue(rest, out var earlier))
            {
                U16((ushort)(0xC000 | earlier));
                return;
            }
            if (Length <= MaxPointer)
            {
                _written.TryAdd(rest, Length);
            }
            Bytes(rest.Wire[..(rest.Wire[0] + 1)]);
        }
        _bytes.Add(0);
    }

    public void U16(ushort value)
    {
        _bytes.Add((byte)(value >> 8));
        _bytes.Add((byte)(value & 0xFF));
    }

    public void U32(uint value)
    {
        U16((ushort)(value >> 16));
        U16((ushort)(value & 0xFFFF));
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    private void Set(int at, ushort value)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, value);
        _bytes[at] = two[0];
        _bytes[at + 1] = two[1];
    }
}
