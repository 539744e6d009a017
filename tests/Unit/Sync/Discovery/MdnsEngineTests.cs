using System.Net;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

public sealed class MdnsEngineTests
{
    private readonly Neighbourhood _street = new();

    [Fact]
    public void Two_cabinets_find_each_other_and_a_goodbye_is_seen()
    {
        var north = _street.Join("North", 'n', "10.0.0.1");
        var south = _street.Join("South", 's', "10.0.0.2");
        _street.Run(2_000);

        var seen = Assert.IsType<ServiceSeen>(Assert.Single(north.Told)).Service;
        Assert.Equal(
            ("South", "sssssssssssss", "1", 8883, 8444, "edgenode-s.local"),
            (seen.Instance, seen.DidPrefix, seen.Version, seen.Port, seen.PairPort, seen.HostName)
        );
        Assert.Equal([IPAddress.Parse("10.0.0.2")], seen.Addresses);

        _street.Stop(south);
        Assert.Equal(["South"], north.Sees);
        _street.Run(1_000);

        Assert.Equal(new ServiceGone(seen), north.Told[^1]);
        Assert.Equal(0, north.Engine.CacheCount);
    }

    [Fact]
    public void Probes_three_times_250_ms_apart_then_announces_twice_a_second_apart()
    {
        var start = _street.Now;
        _street.Join("North", 'n', "10.0.0.1", jitter: _ => 100);
        _street.Run(5_000);

        var probes = _street.Sent.Where(sent => sent.Message.Authorities.Count > 0).ToList();
        Assert.Equal([100, 350, 600], probes.Select(sent => sent.At - start));
        Assert.All(
            probes,
            sent => Assert.Equal([DnsType.Any, DnsType.Any], sent.Message.Questions.Select(question => question.Type))
        );
        Assert.Equal([DnsType.Srv, DnsType.Txt, DnsType.A], probes[0].Message.Authorities.Select(record => record.Type));
        var announcements = _street.Sent.Where(sent => sent.Message.IsResponse).ToList();
        Assert.Equal([850, 1_850], announcements.Select(sent => sent.At - start));
        Assert.Equal(
            [DnsType.Ptr, DnsType.Ptr, DnsType.Srv, DnsType.Txt, DnsType.A],
            announcements[0].Message.Answers.Select(record => record.Type)
        );
        Assert.Equal([false, false, true, true, true], announcements[0].Message.Answers.Select(record => record.CacheFlush));
        Assert.Equal([4_500u, 4_500u, 120u, 4_500u, 120u], announcements[0].Message.Answers.Select(record => record.Ttl));
    }

    [Fact]
    public void Takes_a_number_when_the_name_is_held()
    {
        var first = _street.Join("Corner", 'a', "10.0.0.1");
        _street.Run(5_000);
        var second = _street.Join("Corner", 'b', "10.0.0.2");
        _street.Run(5_000);

        Assert.Contains(new NameChanged("Corner", "Corner (2)"), second.Told);
        Assert.Equal(("Corner", "Corner (2)"), (first.Engine.InstanceName, second.Engine.InstanceName));
        Assert.Equal(["Corner (2)"], first.Sees);
        Assert.Equal(["Corner"], second.Sees);

        var third = _street.Join("Corner", 'c', "10.0.0.3");
        _street.Run(5_000);
        Assert.Equal("Corner (3)", third.Engine.InstanceName);
    }

    [Fact]
    public void Of_two_that_probe_at_the_same_moment_exactly_one_keeps_the_name()
    {
        var a = _street.Join("Corner", 'a', "10.0.0.1");
        var b = _street.Join("Corner", 'b', "10.0.0.2");
        _street.Run(10_000);

        // RFC 6762 section 8.2: the later data wins; the SRV targets edgenode-a and edgenode-b decide.
        Assert.Equal(("Corner (2)", "Corner"), (a.Engine.InstanceName, b.Engine.InstanceName));
        Assert.Equal(["Corner"], a.Sees);
        Assert.Equal(["Corner (2)"], b.Sees);
    }

    [Fact]
    public void Two_established_holders_of_one_name_settle_it_when_their_networks_are_joined()
    {
        var elsewhere = new Neighbourhood();
        var a = _street.Join("Corner", 'a', "10.0.0.1");
        var b = elsewhere.Join("Corner", 'b', "10.0.0.2");
        _street.Run(5_000);
        elsewhere.Run(5_000);

        _street.Adopt(b);
        _street.Inject("10.0.0.2", Forged.Announcement("Corner", new string('b', 13), "10.0.0.2", "edgenode-b", 8883, 120));
        _street.Run(10_000);

        Assert.Equal(
            ["Corner", "Corner (2)"],
            new[] { a.Engine.InstanceName, b.Engine.InstanceName }.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_host_name_that_is_taken_gets_a_number_and_the_instance_keeps_its_name()
    {
        var held = new DnsMessage
        {
            IsResponse = true,
            Answers = [new AddressRecord(DnsName.Of("EDGENODE-n", "local"), 120, true, IPAddress.Parse("10.0.0.9"))],
        };
        var north = _street.Join("North", 'n', "10.0.0.1");
        _street.Run(100);
        _street.Inject("10.0.0.9", held);
        _street.Run(3_000);

        Assert.Equal([new NameChanged("edgenode-n.local", "edgenode-n-2.local")], north.Told);
        Assert.Equal("North", north.Engine.InstanceName);
        var srv = _street.From(north).Last(message => message.IsResponse).Answers.OfType<SrvRecord>().Single();
        Assert.Equal("edgenode-n-2.local", srv.Target.ToString());
    }

    [Fact]
    public void A_long_name_is_cut_at_a_character_so_that_its_number_fits()
    {
        var name = new string('x', 60) + "éé";
        _street.Join(name, 'a', "10.0.0.1");
        _street.Run(5_000);
        var second = _street.Join(name, 'b', "10.0.0.2");
        _street.Run(5_000);

        Assert.Equal(new string('x', 59) + " (2)", second.Engine.InstanceName);
    }

    [Theory]
    [InlineData("_edgenode._tcp.local", DnsType.Ptr, "Ptr Srv Txt A")]
    [InlineData("_services._dns-sd._udp.local", DnsType.Ptr, "Ptr")]
    [InlineData("North._edgenode._tcp.local", DnsType.Srv, "Srv A")]
    [InlineData("NORTH._EdgeNode._tcp.LOCAL", DnsType.Txt, "Txt")]
    [InlineData("North._edgenode._tcp.local", DnsType.Any, "Srv Txt A")]
    [InlineData("edgenode-n.local", DnsType.A, "A Nsec")]
    [InlineData("edgenode-n.local", DnsType.Any, "A Nsec")]
    [InlineData("edgenode-n.local", DnsType.Aaaa, "Nsec")]
    [InlineData("North._edgenode._tcp.local", DnsType.Ptr, "Nsec")]
    [InlineData("_printer._sub._edgenode._tcp.local", DnsType.Ptr, "")]
    [InlineData("South._edgenode._tcp.local", DnsType.Any, "")]
    public void Answers_questions_about_its_own_records_and_no_others(string name, ushort type, string expected)
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var since = _street.Now;
        _street.Inject("10.0.0.9", Forged.Query(DnsName.Of(name.Split('.')), type));
        _street.Run(200);

        var answers = _street.From(north, since).Where(message => message.IsResponse).ToList();
        var types = answers
            .SelectMany(message => message.Answers.Concat(message.Additionals))
            .Select(record => Mnemonic(record.Type));
        Assert.Equal(expected, string.Join(' ', types));
        Assert.True(answers.Count <= 1);
    }

    [Fact]
    public void Does_not_repeat_what_the_asker_knows_unless_half_its_life_is_over()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var name = Forged.Service.Under("north");

        Assert.Equal(
            0,
            Answers(north, Forged.Query(Forged.Service, DnsType.Ptr, new PtrRecord(Forged.Service, 2_250, false, name)))
        );
        Assert.Equal(
            1,
            Answers(north, Forged.Query(Forged.Service, DnsType.Ptr, new PtrRecord(Forged.Service, 2_249, false, name)))
        );
    }

    [Fact]
    public void Waits_for_the_rest_of_the_known_answers_when_a_query_says_that_more_follow()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var query = Forged.Query(Forged.Service, DnsType.Ptr) with { Truncated = true };
        var rest = new DnsMessage { Answers = [new PtrRecord(Forged.Service, 4_000, false, Forged.Service.Under("North"))] };

        _street.Inject("10.0.0.9", query);
        _street.Run(300);
        Assert.Equal(0, Answers(north, rest));

        var since = _street.Now;
        _street.Inject("10.0.0.9", query);
        _street.Run(399);
        Assert.DoesNotContain(_street.From(north, since), message => message.IsResponse);
        _street.Run(200);
        Assert.Contains(_street.From(north, since), message => message.IsResponse);
    }

    [Fact]
    public void Sends_a_record_at_most_once_a_second_however_often_it_is_asked()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var since = _street.Now;
        for (var i = 0; i < 500; i++)
        {
            _street.Inject($"10.0.1.{i % 250}", Forged.Query(Forged.Service, DnsType.Ptr));
            _street.Inject($"10.0.1.{i % 250}", Forged.Query(Forged.Service.Under("North"), DnsType.Any));
            _street.Run(10);
        }

        var sent = _street.Sent.Where(sent => sent.At >= since && sent.Message.IsResponse).ToList();
        foreach (var type in (ushort[])[DnsType.Ptr, DnsType.Srv, DnsType.Txt, DnsType.A])
        {
            var times = sent.Where(one => one.Message.Answers.Concat(one.Message.Additionals).Any(record => record.Type == type))
                .Select(one => one.At)
                .ToList();
            Assert.InRange(times.Count, 4, 6);
            Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 1_000));
        }
    }

    [Fact]
    public void Defends_its_name_against_a_probe_within_a_second_of_the_last_answer()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        Assert.Equal(1, Answers(north, Forged.Query(Forged.Service.Under("North"), DnsType.Srv)));

        var probe = new DnsMessage
        {
            Questions = [new DnsQuestion(Forged.Service.Under("North"), DnsType.Any)],
            Authorities = [new SrvRecord(Forged.Service.Under("North"), 120, false, 0, 0, 1, DnsName.Of("zz", "local"))],
        };
        Assert.Equal(1, Answers(north, probe));
        Assert.Equal("North", north.Engine.InstanceName);
    }

    [Fact]
    public void Browses_at_1_2_4_and_more_seconds_and_lists_what_it_knows()
    {
        Settled("South", 's', "10.0.0.2");
        var since = _street.Now;
        var north = _street.Join("North", 'n', "10.0.0.1");
        _street.Run(40_000);

        var queries = _street
            .Sent.Where(sent => sent.From == "n" && !sent.Message.IsResponse && sent.Message.Authorities.Count == 0)
            .ToList();
        Assert.Equal([20, 1_020, 3_020, 7_020, 15_020, 31_020], queries.Select(sent => sent.At - since));
        Assert.Empty(queries[0].Message.Answers);
        Assert.All(
            queries.Skip(1),
            sent =>
                Assert.Equal(Forged.Service.Under("South"), Assert.IsType<PtrRecord>(Assert.Single(sent.Message.Answers)).Target)
        );
        Assert.Equal(["South"], north.Sees);
    }

    [Fact]
    public void Never_browses_more_rarely_than_the_option_says()
    {
        _street.Join(
            "North",
            'n',
            "10.0.0.1",
            options: new MdnsOptions { FirstQueryIntervalMs = 200, LongestQueryIntervalMs = 3_000 }
        );
        _street.Run(60_000);

        var times = _street
            .Sent.Where(sent => sent.Message.Questions.Any(question => question.Type == DnsType.Ptr))
            .Select(sent => sent.At)
            .ToList();
        Assert.Equal(500, times[1] - times[0]); // a link rests half a second between questions
        Assert.All(times.Zip(times.Skip(1)).Skip(4), pair => Assert.Equal(3_000, pair.Second - pair.First));
    }

    [Fact]
    public void A_cabinet_that_fell_silent_is_asked_for_at_80_85_90_and_95_percent_and_then_gone()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var south = _street.Join("South", 's', "10.0.0.2");
        _street.Run(1_750);
        var heard = _street.Sent.Last(sent => sent.From == "s" && sent.Message.IsResponse).At;
        _street.Cut(south);
        _street.Run(heard + 119_999 - _street.Now);
        Assert.Equal(["South"], north.Sees);
        _street.Run(1);
        Assert.Empty(north.Sees);

        var asked = _street.Sent.Where(sent =>
            sent.At > heard && sent.Message.Questions.Any(question => question.Type == DnsType.Srv)
        );
        Assert.Equal([96_000, 102_000, 108_000, 114_000], asked.Select(sent => sent.At - heard));
    }

    [Fact]
    public void A_cabinet_that_answers_stays_for_days_at_little_cost()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        Settled("South", 's', "10.0.0.2");
        var packets = _street.Sent.Count;
        _street.Run(48 * 3_600_000L);

        Assert.IsType<ServiceSeen>(Assert.Single(north.Told));
        // Each asks for the other's host records every 96 s and gets an answer: four packets, or 3,600 a day.
        Assert.InRange(_street.Sent.Count - packets, 6_000, 9_000);
    }

    [Fact]
    public void A_cabinet_that_comes_back_at_another_address_is_updated()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var south = Settled("South", 's', "10.0.0.2");
        _street.Readdress(south, "10.0.0.7");
        _street.Run(130_000);

        Assert.Equal([IPAddress.Parse("10.0.0.7")], Assert.Single(north.Engine.Services).Addresses);
        Assert.DoesNotContain(north.Told, effect => effect is ServiceGone);
    }

    [Fact]
    public void A_half_told_service_is_asked_for_five_times_and_reported_when_complete()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var whole = Forged.Announcement("South", "sssssssssssss", "10.0.0.2", "south");
        var since = _street.Now;
        _street.Inject("10.0.0.2", whole with { Answers = [whole.Answers[0]] });
        _street.Run(20_000);
        var asked = _street.Sent.Where(sent =>
            sent.At >= since && sent.Message.Questions.Any(question => question.Type == DnsType.Txt)
        );
        Assert.Equal([20, 1_020, 3_020, 7_020, 15_020], asked.Select(sent => sent.At - since));
        Assert.Empty(north.Told);

        _street.Inject("10.0.0.2", whole with { Answers = [whole.Answers[1], whole.Answers[2]] });
        _street.Inject("10.0.0.2", whole with { Answers = [whole.Answers[3]] });
        Assert.Equal("South", Assert.IsType<ServiceSeen>(Assert.Single(north.Told)).Service.Instance);
    }

    [Theory]
    [InlineData("v=1", "pair=8444")]
    [InlineData("v=1", "pair=8444", "did=SSSSSSSSSSSSS")]
    [InlineData("v=1", "pair=8444", "did=ssss")]
    [InlineData("v=1", "pair=0", "did=sssssssssssss")]
    [InlineData("v=1", "pair=65536", "did=sssssssssssss")]
    [InlineData("v=1", "pair= 8444", "did=sssssssssssss")]
    [InlineData("v=<b>", "pair=8444", "did=sssssssssssss")]
    [InlineData("v=1", "pair=0", "pair=8444", "did=sssssssssssss")]
    public void What_does_not_describe_itself_as_a_cabinet_is_not_reported(params string[] text)
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var whole = Forged.Announcement("South", "", "10.0.0.2", "south");
        var txt = (TxtRecord)whole.Answers[2] with { Data = Forged.Text(text) };
        _street.Inject("10.0.0.2", whole with { Answers = [whole.Answers[0], whole.Answers[1], txt, whole.Answers[3]] });
        _street.Run(5_000);

        Assert.Empty(north.Told);
    }

    [Fact]
    public void Keys_of_the_text_compare_without_case_and_unknown_ones_are_passed_over()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var whole = Forged.Announcement("South", "", "10.0.0.2", "south");
        var txt = (TxtRecord)whole.Answers[2] with
        {
            Data = Forged.Text("x", "V=1-2", "=", "", "PAIR=9", "Did=sssssssssssss", "did=ttttttttttttt"),
        };
        _street.Inject("10.0.0.2", whole with { Answers = [whole.Answers[0], whole.Answers[1], txt, whole.Answers[3]] });

        var seen = Assert.IsType<ServiceSeen>(Assert.Single(north.Told)).Service;
        Assert.Equal(("1-2", 9, "sssssssssssss"), (seen.Version, seen.PairPort, seen.DidPrefix));
    }

    [Fact]
    public void A_lost_link_takes_its_services_along_and_a_new_one_is_probed_and_browsed()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        Settled("South", 's', "10.0.0.2");

        var gone = north.Engine.SetLinks([], _street.Now);
        Assert.IsType<ServiceGone>(Assert.Single(gone));
        Assert.Equal(MdnsEngine.Never, north.Engine.NextWake);

        var back = north.Engine.SetLinks([new MdnsLink(9, 4, [IPAddress.Parse("fe80::1")])], _street.Now);
        var probe = Assert.IsType<SendPacket>(Assert.Single(back));
        Assert.Equal(9, probe.Link);
    }

    [Fact]
    public void One_service_heard_on_two_links_is_one_with_both_addresses()
    {
        var engine = new MdnsEngine(MdnsOptions.Default, null, _ => 0);
        engine.SetLinks([new MdnsLink(4, 2, [IPAddress.Parse("10.0.0.1")]), new MdnsLink(5, 2, [IPAddress.Parse("fe80::1")])], 0);
        Hear(engine, 4, "10.0.0.2", "10.0.0.2");
        var effects = Hear(engine, 5, "fe80::2%2", "fe80::2");

        var updated = Assert.IsType<ServiceUpdated>(Assert.Single(effects, effect => effect is not SendPacket));
        Assert.Equal([IPAddress.Parse("10.0.0.2"), IPAddress.Parse("fe80::2%2")], updated.Service.Addresses);
        Assert.Equal(2, engine.CacheCount);
    }

    [Fact]
    public void Its_own_packets_are_recognised_by_address_and_bytes()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var received = north.Engine.Counters.Received;
        var query = Forged.Query(Forged.Service, DnsType.Ptr).ToBytes();
        _street.Run(3_600_000);
        Assert.Equal(received, north.Engine.Counters.Received);

        // Another program on this machine that asks the same is answered.
        var since = _street.Now;
        _street.Inject("10.0.0.1", query);
        _street.Run(200);
        Assert.Contains(_street.From(north, since), message => message.IsResponse);
    }

    [Fact]
    public void Responses_from_other_ports_and_packets_with_other_codes_are_left_alone()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var since = _street.Now;
        var query = Forged.Query(Forged.Service, DnsType.Ptr);
        _street.Inject("10.0.0.9", Forged.Announcement("South", "sssssssssssss", "10.0.0.9").ToBytes(), port: 40_000);
        _street.Inject("10.0.0.9", query with { Opcode = 5 });
        _street.Inject("10.0.0.9", Forged.Announcement("South", "sssssssssssss", "10.0.0.9") with { ResponseCode = 3 });
        _street.Run(500);

        Assert.DoesNotContain(_street.From(north, since), message => message.IsResponse);
        Assert.Empty(north.Told);
    }

    [Fact]
    public void Says_goodbye_for_what_is_its_own_and_not_for_the_type_that_others_share()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var since = _street.Now;
        _street.Stop(north);

        var goodbye = Assert.Single(_street.From(north, since));
        Assert.All(goodbye.Answers, record => Assert.Equal(0u, record.Ttl));
        Assert.Equal([DnsType.Ptr, DnsType.Srv, DnsType.Txt, DnsType.A], goodbye.Answers.Select(record => record.Type));
        Assert.Equal(Forged.Service, goodbye.Answers[0].Name);
        Assert.Equal(MdnsEngine.Never, north.Engine.NextWake);
    }

    [Fact]
    public void What_was_never_announced_needs_no_goodbye()
    {
        var north = _street.Join("North", 'n', "10.0.0.1");
        _street.Run(500);
        var since = _street.Now;
        _street.Stop(north);

        Assert.DoesNotContain(_street.From(north, since), message => message.IsResponse);
    }

    [Theory]
    [InlineData("", "edgenode-a", "aaaaaaaaaaaaa", 8883)]
    [InlineData("A\tB", "edgenode-a", "aaaaaaaaaaaaa", 8883)]
    [InlineData("A", "edge.node", "aaaaaaaaaaaaa", 8883)]
    [InlineData("A", "-edgenode", "aaaaaaaaaaaaa", 8883)]
    [InlineData("A", "edgenode-a", "AAAAAAAAAAAAA", 8883)]
    [InlineData("A", "edgenode-a", "aaaaaaaaaaaaa", 0)]
    public void An_announcement_out_of_bounds_is_refused(string instance, string host, string did, int port)
    {
        var announcement = new ServiceAnnouncement
        {
            Instance = instance,
            HostName = host,
            DidPrefix = did,
            Port = port,
        };
        Assert.Throws<ArgumentException>(() => new MdnsEngine(MdnsOptions.Default, announcement, _ => 0));
    }

    private Resident Settled(string name, char did, string address)
    {
        var resident = _street.Join(name, did, address);
        _street.Run(10_000);
        return resident;
    }

    private int Answers(Resident resident, DnsMessage query)
    {
        var since = _street.Now;
        _street.Inject("10.0.0.9", query);
        _street.Run(900);
        return _street.From(resident, since).Count(message => message.IsResponse);
    }

    private static IReadOnlyList<MdnsEffect> Hear(MdnsEngine engine, int link, string source, string address)
    {
        var packet = Forged.Announcement("South", "sssssssssssss", address, "south").ToBytes();
        return engine.Receive(link, new IPEndPoint(IPAddress.Parse(source), 5353), packet, 10);
    }

    private static string Mnemonic(ushort type) =>
        type switch
        {
            DnsType.A => "A",
            DnsType.Ptr => "Ptr",
            DnsType.Txt => "Txt",
            DnsType.Srv => "Srv",
            DnsType.Nsec => "Nsec",
            _ => $"{type}",
        };
}
