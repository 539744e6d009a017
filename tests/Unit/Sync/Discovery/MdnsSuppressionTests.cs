using System.Net;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

/// <summary>What is left unsaid because others have said it, and what we say does not exist (RFC 6762 sections 6.1, 7.3, 7.4, 8.4).</summary>
public sealed class MdnsSuppressionTests
{
    private static readonly DnsName AllServices = DnsName.Of("_services", "_dns-sd", "_udp", "local");
    private readonly Neighbourhood _street = new();

    [Fact]
    public void Of_many_cabinets_that_want_to_ask_the_same_only_the_first_asks()
    {
        for (var i = 0; i < 8; i++)
        {
            var late = 10 * i;
            _street.Join($"Cabinet {i}", (char)('a' + i), $"10.0.0.{i + 1}", jitter: below => Math.Min(late, below - 1));
        }
        _street.Run(900);

        Assert.Single(Browses(), sent => sent.From == "a");
        Assert.Single(Browses());
    }

    [Fact]
    public void A_question_that_lists_an_answer_we_do_not_know_is_asked_by_us_too()
    {
        var known = new PtrRecord(Forged.Service, 4_000, false, Forged.Service.Under("Elsewhere"));
        _street.Join("North", 'n', "10.0.0.1");
        _street.Inject("10.0.0.9", Forged.Query(Forged.Service, DnsType.Ptr, known));
        _street.Run(900);

        Assert.Single(Browses());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_question_that_wants_its_answer_alone_or_is_not_finished_does_not_stand_for_ours(bool alone, bool truncated)
    {
        _street.Join("North", 'n', "10.0.0.1");
        var query = new DnsMessage { Questions = [new DnsQuestion(Forged.Service, DnsType.Ptr, alone)], Truncated = truncated };
        _street.Inject("10.0.0.9", query);
        _street.Run(900);

        Assert.Single(Browses());
    }

    [Fact]
    public void The_list_of_types_is_told_once_by_whoever_is_first()
    {
        for (var i = 0; i < 5; i++)
        {
            var late = 20 * i;
            _street.Join($"Cabinet {i}", (char)('a' + i), $"10.0.0.{i + 1}", jitter: below => Math.Min(late, below - 1));
        }
        _street.Run(10_000);
        var since = _street.Now;
        _street.Inject("10.0.0.99", Forged.Query(AllServices, DnsType.Ptr));
        _street.Run(500);

        var told = _street.Sent.Where(sent => sent.At >= since && sent.Message.IsResponse).ToList();
        Assert.Equal(Forged.Service, Assert.IsType<PtrRecord>(Assert.Single(Assert.Single(told).Message.Answers)).Target);
    }

    [Fact]
    public void Nobody_can_answer_for_us_so_that_we_keep_silent()
    {
        var north = Settled();
        var since = _street.Now;
        _street.Inject("10.0.0.9", Forged.Query(Forged.Service, DnsType.Ptr));
        var ours = new PtrRecord(Forged.Service, 4_500, false, Forged.Service.Under("North"));
        _street.Inject("10.0.0.66", new DnsMessage { IsResponse = true, Answers = [ours] });
        _street.Run(500);

        Assert.Contains(_street.From(north, since), message => message.IsResponse && message.Answers.OfType<PtrRecord>().Any());
    }

    [Fact]
    public void A_type_that_our_name_does_not_have_is_denied_with_those_that_it_has()
    {
        var north = Settled();
        var since = _street.Now;
        _street.Inject("10.0.0.9", Forged.Query(DnsName.Of("edgenode-n", "local"), DnsType.Aaaa));
        _street.Run(500);

        var denial = Assert.IsType<NsecRecord>(Assert.Single(Assert.Single(_street.From(north, since)).Answers));
        Assert.Equal((true, false, false), (denial.Has(DnsType.A), denial.Has(DnsType.Aaaa), denial.Has(DnsType.Srv)));
        Assert.Equal((denial.Name, 120u, true), (denial.Next, denial.Ttl, denial.CacheFlush));
    }

    [Fact]
    public void Our_own_denial_that_comes_back_over_another_cable_is_no_conflict()
    {
        var north = Settled();
        var denial = NsecRecord.For(DnsName.Of("edgenode-n", "local"), 120, DnsType.A);
        _street.Inject("10.0.0.1", new DnsMessage { IsResponse = true, Answers = [denial] });
        _street.Run(5_000);

        Assert.Equal(0, north.Engine.Counters.Conflicts);
    }

    [Fact]
    public void An_address_that_is_gone_is_taken_back_and_the_rest_announced_anew()
    {
        var north = Settled();
        _street.Tell(north, engine => engine.SetLinks([Neighbourhood.LinkOf(V4, V6)], _street.Now));
        _street.Run(5_000);
        var watcher = _street.Join("South", 's', "10.0.0.2");
        _street.Run(5_000);
        Assert.Equal(2, Assert.Single(watcher.Engine.Services).Addresses.Count);
        var since = _street.Now;
        _street.Tell(north, engine => engine.SetLinks([Neighbourhood.LinkOf(V4)], _street.Now));
        _street.Run(1_100);

        var goodbye = _street.From(north, since).First();
        Assert.Equal((V6, 0u), (Assert.IsType<AddressRecord>(Assert.Single(goodbye.Answers)).Address, goodbye.Answers[0].Ttl));
        Assert.Equal([V4], Assert.Single(watcher.Engine.Services).Addresses);
        Assert.Equal(2, _street.From(north, since).Count(message => message.Answers.OfType<SrvRecord>().Any()));
        Assert.DoesNotContain(watcher.Told, effect => effect is ServiceGone);
    }

    private static readonly IPAddress V4 = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress V6 = IPAddress.Parse("2001:db8::1");

    private List<(long At, string From, DnsMessage Message)> Browses() =>
        [.. _street.Sent.Where(sent => sent.Message.Questions.Any(question => question.Type == DnsType.Ptr))];

    private Resident Settled()
    {
        var resident = _street.Join("North", 'n', "10.0.0.1");
        _street.Run(10_000);
        return resident;
    }
}
