using System.Net;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

/// <summary>Answers that go to one asker alone, and what comes to us alone (RFC 6762 sections 5.4, 5.5, 6.7 and 11).</summary>
public sealed class MdnsDirectAnswerTests
{
    private static readonly DnsName North = Forged.Service.Under("North");
    private readonly Neighbourhood _street = new();

    [Fact]
    public void Who_wants_an_answer_alone_gets_it_alone_while_the_group_has_heard_it_lately()
    {
        var north = Settled();
        var since = _street.Now;
        _street.Inject("10.0.0.9", Alone(North, DnsType.Srv));
        _street.Run(500);

        var (_, _, to, reply) = Assert.Single(_street.Direct);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("10.0.0.9"), 5353), to);
        Assert.Equal(120u, Assert.IsType<SrvRecord>(Assert.Single(reply.Answers)).Ttl);
        Assert.IsType<AddressRecord>(Assert.Single(reply.Additionals));
        Assert.Empty(_street.From(north, since));
    }

    [Fact]
    public void Who_wants_an_answer_alone_that_the_group_has_not_heard_for_a_quarter_of_its_life_gets_it_with_the_group()
    {
        var north = Settled();
        _street.Run(31_000); // a quarter of 120 s is over for the host's records, not for the text
        var since = _street.Now;
        _street.Inject("10.0.0.9", Alone(North, DnsType.Srv));
        _street.Inject("10.0.0.9", Alone(North, DnsType.Txt));
        _street.Run(500);

        Assert.IsType<SrvRecord>(Assert.Single(Assert.Single(_street.From(north, since)).Answers));
        Assert.IsType<TxtRecord>(Assert.Single(Assert.Single(_street.Direct).Message.Answers));
    }

    [Fact]
    public void A_question_asked_both_ways_is_answered_to_the_group()
    {
        var north = Settled();
        var since = _street.Now;
        var query = new DnsMessage
        {
            Questions = [new DnsQuestion(North, DnsType.Srv, WantsUnicast: true), new DnsQuestion(North, DnsType.Srv)],
        };
        _street.Inject("10.0.0.9", query);
        _street.Run(500);

        Assert.Empty(_street.Direct);
        Assert.Single(_street.From(north, since));
    }

    [Fact]
    public void A_probe_that_wants_its_answer_alone_is_answered_to_the_group()
    {
        var north = Settled();
        var since = _street.Now;
        var probe = Alone(North, DnsType.Any) with
        {
            Authorities = [new SrvRecord(North, 120, false, 0, 0, 1, DnsName.Of("zz", "local"))],
        };
        _street.Inject("10.0.0.9", probe);
        _street.Run(500);

        Assert.Empty(_street.Direct);
        Assert.Contains(_street.From(north, since), message => message.IsResponse);
    }

    [Fact]
    public void A_plain_resolver_gets_its_number_and_question_back_with_a_short_life_and_no_flush()
    {
        Settled();
        var query = Forged.Query(Forged.Service, DnsType.Ptr) with { Id = 0xBEEF };
        _street.Inject("10.0.0.9", query.ToBytes(), port: 40_000);

        var (_, _, to, reply) = Assert.Single(_street.Direct);
        Assert.Equal(40_000, to.Port);
        Assert.Equal(0xBEEF, reply.Id);
        Assert.True(reply.IsResponse);
        Assert.Equal(query.Questions, reply.Questions);
        Assert.Equal(North, Assert.IsType<PtrRecord>(Assert.Single(reply.Answers)).Target);
        Assert.Equal([DnsType.Srv, DnsType.Txt, DnsType.A], reply.Additionals.Select(record => record.Type));
        Assert.All(
            reply.Answers.Concat(reply.Additionals),
            record => Assert.Equal((10u, false), (record.Ttl, record.CacheFlush))
        );
    }

    [Fact]
    public void A_plain_resolver_gets_at_most_512_bytes()
    {
        var north = Settled();
        var many = Enumerable.Range(1, 16).Select(i => IPAddress.Parse($"2001:db8::{i}")).ToArray();
        _street.Tell(north, engine => engine.SetLinks([Neighbourhood.LinkOf(many)], _street.Now));
        _street.Run(5_000);
        _street.Inject("10.0.0.9", Forged.Query(North, DnsType.Srv).ToBytes(), port: 40_000);

        var reply = Assert.Single(_street.Direct).Message;
        Assert.InRange(reply.ToBytes().Length, 12, 512);
        Assert.Empty(reply.Additionals);
    }

    [Theory]
    [InlineData("203.0.113.9", 40_000, true)] // a forged source would make us a mirror
    [InlineData("203.0.113.9", 5353, false)]
    [InlineData("10.1.0.9", 5353, false)]
    public void Nobody_behind_a_router_is_answered_alone(string source, int port, bool toGroup)
    {
        var north = Settled();
        var since = _street.Now;
        _street.Inject(source, Forged.Query(North, DnsType.Srv).ToBytes(), port, toGroup);
        _street.Run(500);

        Assert.Empty(_street.Direct);
        Assert.Empty(_street.From(north, since));
    }

    [Fact]
    public void A_query_that_comes_to_us_alone_is_answered_alone()
    {
        Settled();
        _street.Inject("10.0.0.9", Forged.Query(North, DnsType.Srv).ToBytes(), toGroup: false);
        _street.Inject("fe80::9", Forged.Query(North, DnsType.Srv).ToBytes(), toGroup: false);

        Assert.Equal(2, _street.Direct.Count);
    }

    [Fact]
    public void A_response_that_comes_to_us_alone_is_not_believed()
    {
        var north = Settled();
        _street.Inject("10.0.0.9", Forged.Announcement("South", "sssssssssssss", "10.0.0.9").ToBytes(), toGroup: false);
        _street.Inject("10.0.0.9", Forged.Announcement("North", "fffffffffffff", "10.0.0.9").ToBytes(), toGroup: false);

        Assert.Empty(north.Told);
        Assert.Equal((2, 0), (north.Engine.Counters.OffLink, north.Engine.Counters.Conflicts));
    }

    [Fact]
    public void Askers_get_ten_answers_alone_a_second_each_and_fifty_together()
    {
        Settled();
        for (var i = 0; i < 400; i++)
        {
            _street.Inject($"10.0.3.{i % 20}", Forged.Query(North, DnsType.Srv).ToBytes(), port: 40_000);
        }
        Assert.Equal(50, _street.Direct.Count);

        _street.Run(10_000);
        var before = _street.Direct.Count;
        for (var i = 0; i < 100; i++)
        {
            _street.Inject("10.0.3.1", Forged.Query(North, DnsType.Srv).ToBytes(), port: 40_000);
        }
        Assert.Equal(10, _street.Direct.Count - before);
    }

    private static DnsMessage Alone(DnsName name, ushort type) =>
        new() { Questions = [new DnsQuestion(name, type, WantsUnicast: true)] };

    private Resident Settled()
    {
        var resident = _street.Join("North", 'n', "10.0.0.1");
        _street.Run(10_000);
        return resident;
    }
}
