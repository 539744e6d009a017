using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>Record types that this subset reads and writes (IANA numbers).</summary>
public static class DnsType
{
    public const ushort A = 1;
    public const ushort Ptr = 12;
    public const ushort Txt = 16;
    public const ushort Aaaa = 28;
    public const ushort Srv = 33;
    public const ushort Nsec = 47;

    /// <summary>Only in questions: every type.</summary>
    public const ushort Any = 255;
}

/// <summary>
/// A question of class IN or ANY. <paramref name="WantsUnicast"/> is the QU bit (RFC 6762 section 5.4); we read it and never
/// set it, because a unicast answer to the shared port 5353 reaches only one of its sockets.
/// </summary>
public readonly record struct DnsQuestion(DnsName Name, ushort Type, bool WantsUnicast = false)
{
    /// <summary>True when the record is one that this question asks for.</summary>
    public bool Asks(DnsRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return (Type == record.Type || Type == DnsType.Any) && Name.Equals(record.Name);
    }
}

/// <summary>A resource record of class IN. <paramref name="Ttl"/> is in seconds.</summary>
/// <param name="Name">Whose record it is.</param>
/// <param name="Ttl">Seconds that it stays true; 0 is a goodbye (RFC 6762 section 10.1).</param>
/// <param name="CacheFlush">The sender says that it knows the whole set (RFC 6762 section 10.2).</param>
public abstract record DnsRecord(DnsName Name, uint Ttl, bool CacheFlush)
{
    public abstract ushort Type { get; }

    /// <summary>Class, without the cache-flush bit; 1 is IN.</summary>
    public virtual ushort Class => 1;

    /// <summary>True when both records say the same about the same name, whatever their time to live.</summary>
    public bool SaysTheSame(DnsRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Type == other.Type && Class == other.Class && Name.Equals(other.Name) && SameData(other);
    }

    /// <summary>The data, uncompressed: what RFC 6762 section 8.2 compares when two hosts probe for one name.</summary>
    internal byte[] RawData()
    {
        var writer = new DnsWriter(compress: false);
        WriteData(writer);
        return writer.ToArray();
    }

    internal abstract void WriteData(DnsWriter writer);

    private protected abstract bool SameData(DnsRecord other);
}

public sealed record PtrRecord(DnsName Name, uint Ttl, bool CacheFlush, DnsName Target) : DnsRecord(Name, Ttl, CacheFlush)
{
    public override ushort Type => DnsType.Ptr;

    internal override void WriteData(DnsWriter writer) => writer.Name(Target);

    private protected override bool SameData(DnsRecord other) => other is PtrRecord ptr && Target.Equals(ptr.Target);
}

public sealed record SrvRecord(
    DnsName Name,
    uint Ttl,
    bool CacheFlush,
    ushort Priority,
    ushort Weight,
    ushort Port,
    DnsName Target
) : DnsRecord(Name, Ttl, CacheFlush)
{
    public override ushort Type => DnsType.Srv;

    internal override void WriteData(DnsWriter writer)
    {
        writer.U16(Priority);
        writer.U16(Weight);
        writer.U16(Port);
        // Compression of the target is allowed in multicast DNS (RFC 6762 section 18.14).
        writer.Name(Target);
    }

    private protected override bool SameData(DnsRecord other) =>
        other is SrvRecord srv && (Priority, Weight, Port) == (srv.Priority, srv.Weight, srv.Port) && Target.Equals(srv.Target);
}

/// <summary><paramref name="Data"/> is the record's data as it travels: strings with one length byte each.</summary>
public sealed record TxtRecord(DnsName Name, uint Ttl, bool CacheFlush, ReadOnlyMemory<byte> Data)
    : DnsRecord(Name, Ttl, CacheFlush)
{
    public override ushort Type => DnsType.Txt;

    internal override void WriteData(DnsWriter writer) => writer.Bytes(Data.Span);

    private protected override bool SameData(DnsRecord other) => other is TxtRecord txt && Data.Span.SequenceEqual(txt.Data.Span);
}

/// <summary>A or AAAA, by the address's family.</summary>
public sealed record AddressRecord(DnsName Name, uint Ttl, bool CacheFlush, IPAddress Address) : DnsRecord(Name, Ttl, CacheFlush)
{
    public override ushort Type =>
        Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa;

    internal override void WriteData(DnsWriter writer) => writer.Bytes(Address.GetAddressBytes());

    // Scope ids are a host's own numbers and do not travel, so the bytes decide.
    private protected override bool SameData(DnsRecord other) =>
        other is AddressRecord address && Address.GetAddressBytes().AsSpan().SequenceEqual(address.Address.GetAddressBytes());
}

/// <summary>
/// "There is nothing else under this name": which types exist, in the restricted form of RFC 6762 section 6.1, which knows
/// types 1 to 255 only.
/// </summary>
/// <param name="Bitmap">One bit per type from type 0 on, the highest bit first, at most 32 bytes (RFC 4034 section 4.1.2).</param>
public sealed record NsecRecord(DnsName Name, uint Ttl, bool CacheFlush, DnsName Next, ReadOnlyMemory<byte> Bitmap)
    : DnsRecord(Name, Ttl, CacheFlush)
{
    public const int MaxBitmap = 32;

    /// <summary>A record that says which types a name of ours has.</summary>
    public static NsecRecord For(DnsName name, uint ttl, params ReadOnlySpan<ushort> types)
    {
        var bitmap = new byte[MaxBitmap];
        var length = 1;
        foreach (var type in types)
        {
            Wire.Invariant.Hold(type < 8 * MaxBitmap, "the restricted form knows types up to 255");
            bitmap[type / 8] |= (byte)(0x80 >> (type % 8));
            length = Math.Max(length, type / 8 + 1);
        }
        return new NsecRecord(name, ttl, true, name, bitmap.AsMemory(0, length));
    }

    public override ushort Type => DnsType.Nsec;

    /// <summary>True when the name has records of this type.</summary>
    public bool Has(ushort type) => type / 8 < Bitmap.Length && (Bitmap.Span[type / 8] & (0x80 >> (type % 8))) != 0;

    internal override void WriteData(DnsWriter writer)
    {
        writer.Name(Next);
        writer.Bytes([0, (byte)Bitmap.Length]);
        writer.Bytes(Bitmap.Span);
    }

    private protected override bool SameData(DnsRecord other) =>
        other is NsecRecord nsec && Next.Equals(nsec.Next) && Bitmap.Span.SequenceEqual(nsec.Bitmap.Span);
}

/// <summary>A record whose data this subset has no use for (OPT, HINFO, another class ...): its data was skipped.</summary>
public sealed record OtherRecord : DnsRecord
{
    private readonly ushort _type;
    private readonly ushort _class;

    public OtherRecord(DnsName name, uint ttl, bool cacheFlush, ushort type, ushort recordClass)
        : base(name, ttl, cacheFlush) => (_type, _class) = (type, recordClass);

    public override ushort Type => _type;

    public override ushort Class => _class;

    internal override void WriteData(DnsWriter writer) { }

    private protected override bool SameData(DnsRecord other) => false;
}
