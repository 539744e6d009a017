namespace EdgeNode.Sync.Discovery;

/// <summary>Who gets a name that two hosts probe for at the same moment (RFC 6762 section 8.2).</summary>
internal static class NameContest
{
    /// <summary>
    /// Below zero: ours come earlier and we yield. Zero: the same records, no contest. Above zero: we win. Records are
    /// sorted by class, type and raw data and compared pair by pair; when one side runs out, the longer one wins.
    /// </summary>
    public static int Compare(IEnumerable<DnsRecord> ours, IEnumerable<DnsRecord> theirs)
    {
        var left = Sorted(ours);
        var right = Sorted(theirs);
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            var order = Compare(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }
        return left.Count.CompareTo(right.Count);
    }

    private static List<Entry> Sorted(IEnumerable<DnsRecord> records)
    {
        var entries = records.Select(record => new Entry(record.Class, record.Type, record.RawData())).ToList();
        entries.Sort(Compare);
        return entries;
    }

    private static int Compare(Entry a, Entry b)
    {
        var order = a.Class.CompareTo(b.Class);
        order = order != 0 ? order : a.Type.CompareTo(b.Type);
        return order != 0 ? order : a.Data.AsSpan().SequenceCompareTo(b.Data);
    }

    private readonly record struct Entry(ushort Class, ushort Type, byte[] Data);
}
