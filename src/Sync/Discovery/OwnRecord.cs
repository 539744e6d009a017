using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>A record that we answer with on one link, and when it was last sent and is next due there.</summary>
internal sealed class OwnRecord(DnsRecord record, bool shared)
{
    /// <summary>A record is multicast at most once in this time, in milliseconds (RFC 6762 section 6).</summary>
    private const long Rest = 1_000;

    /// <summary>The same when it defends our name against a probe.</summary>
    private const long RestWhenDefending = 250;

    public const long Never = long.MaxValue;

    // Far enough back for every comparison, near enough not to overflow.
    private long _lastSent = long.MinValue / 2;
    private IPAddress? _askedBy;

    public DnsRecord Record { get; } = record;

    /// <summary>Others may hold records of the same name and type (PTR); ours is one of the set.</summary>
    public bool Shared { get; } = shared;

    public long AnswerAt { get; private set; } = Never;

    /// <summary>Wants it sent after <paramref name="delay"/>, or when it has rested long enough. An earlier wish stands.</summary>
    public void Ask(IPAddress? by, long now, int delay, bool defending)
    {
        _askedBy = AnswerAt == Never || Equals(_askedBy, by) ? by : null;
        var rested = _lastSent + (defending ? RestWhenDefending : Rest);
        AnswerAt = Math.Min(AnswerAt, Math.Max(now + delay, rested));
    }

    /// <summary>The only asker says that it knows the answer already (RFC 6762 section 7.2): nothing is due any more.</summary>
    public void Withdraw(IPAddress by)
    {
        if (AnswerAt != Never && by.Equals(_askedBy))
        {
            AnswerAt = Never;
        }
    }

    /// <summary>The only asker has more known answers to send: wait for them.</summary>
    public void Postpone(IPAddress by, long until)
    {
        if (AnswerAt != Never && by.Equals(_askedBy))
        {
            AnswerAt = Math.Max(AnswerAt, until);
        }
    }

    /// <summary>True when it was not multicast within the last second, so that it may ride along with another answer.</summary>
    public bool IsRested(long now) => now - _lastSent >= Rest;

    /// <summary>True when it was multicast within the last quarter of its life, so that an answer to one asker may go to that one alone (section 5.4).</summary>
    public bool IsFresh(long now) => now - _lastSent < Record.Ttl * 1_000L / 4;

    /// <summary>Somebody else has just multicast the same record with as long a life: that was our answer too (RFC 6762 section 7.4).</summary>
    public void Overheard(long now) => Sent(now);

    public void Sent(long now) => (_lastSent, AnswerAt) = (now, Never);

    /// <summary>True when a query lists this record as known with at least half of its life left (RFC 6762 section 7.1).</summary>
    public bool IsKnownTo(DnsMessage query)
    {
        foreach (var known in query.Answers)
        {
            if (known.Ttl >= Record.Ttl / 2 && known.SaysTheSame(Record))
            {
                return true;
            }
        }
        return false;
    }
}
