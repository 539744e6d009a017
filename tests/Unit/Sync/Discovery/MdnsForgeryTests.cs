using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

/// <summary>Liars and noise on the local network.</summary>
public sealed class MdnsForgeryTests
{
    private readonly Neighbourhood _street = new();

    [Fact]
    public void A_forged_answer_for_our_name_does_not_silence_or_rename_us()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        _street.Inject("10.0.0.66", Forged.Announcement("North", "fffffffffffff", "10.0.0.66"));
        var since = _street.Now;
        _street.Inject("10.0.0.9", Forged.Query(Forged.Service.Under("North"), DnsType.Srv));
        _street.Run(10);

        var srv = _street.From(north, since).SelectMany(message => message.Answers).OfType<SrvRecord>().Single();
        Assert.Equal((8883, "edgenode-n.local"), (srv.Port, srv.Target.ToString()));

        _street.Run(5_000);
        Assert.Equal("North", north.Engine.InstanceName);
        Assert.Equal(1, north.Engine.Counters.Conflicts);
        Assert.Contains(_street.From(north, since), message => message.Authorities.Count == 3); // it asked again whether the name is its own
        Assert.DoesNotContain(north.Told, effect => effect is NameChanged);
    }

    [Fact]
    public void A_forger_who_follows_every_name_makes_us_slow_and_not_busy()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        var packets = _street.Sent.Count;
        for (var i = 0; i < 3_000; i++)
        {
            _street.Inject("10.0.0.66", Forged.Announcement(north.Engine.InstanceName!, "fffffffffffff", "10.0.0.66"));
            _street.Run(20);
        }

        // A minute: 16 renames in the first moments, then one in five seconds (RFC 6762 section 8.1).
        Assert.InRange(north.Told.OfType<NameChanged>().Count(), 10, 40);
        Assert.InRange(_street.Sent.Count - packets, 1, 400);
    }

    [Fact]
    public void A_forged_answer_stands_beside_the_true_one_and_not_in_its_place()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        Settled("South", 's', "10.0.0.2");
        _street.Inject("10.0.0.66", Forged.Announcement("South", "sssssssssssss", "10.0.0.66", "edgenode-s"));
        _street.Run(5_000);
        _street.Inject("10.0.0.67", Forged.Announcement("South", "sssssssssssss", "10.0.0.67", "edgenode-s", 8883));
        _street.Run(5_000);

        Assert.Equal([8883, 666], north.Engine.Services.Select(service => service.Port));
        var truth = north.Engine.Services.First();
        Assert.Equal("10.0.0.2", truth.Addresses[0].ToString());
        Assert.DoesNotContain(north.Told, effect => effect is ServiceGone { Service.Port: 8883 });
    }

    [Fact]
    public void A_forged_goodbye_removes_nobody()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        Settled("South", 's', "10.0.0.2");
        _street.Inject("10.0.0.66", Forged.Announcement("South", "sssssssssssss", "10.0.0.2", "edgenode-s", 8883, ttl: 0));
        _street.Run(60_000);

        Assert.Equal(["South"], north.Sees);
        Assert.IsType<ServiceSeen>(Assert.Single(north.Told));
    }

    [Fact]
    public void Our_own_identity_from_elsewhere_is_no_neighbour()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        _street.Inject("10.0.0.66", Forged.Announcement("Northern", "nnnnnnnnnnnnn", "10.0.0.66"));

        Assert.Empty(north.Told);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void An_address_that_leads_back_to_us_or_nowhere_is_not_believed(string address)
    {
        var north = Settled("North", 'n', "10.0.0.1");
        _street.Inject("10.0.0.66", Forged.Announcement("South", "sssssssssssss", address));

        Assert.Empty(north.Told);
    }

    [Fact]
    public void One_sender_of_100_000_services_fills_256_places_and_pushes_nobody_out()
    {
        var north = Settled("North", 'n', "10.0.0.1", Unmetered);
        _street.Cut(Settled("South", 's', "10.0.0.2"));
        Flood(100_000, i => "10.0.0.66");

        Assert.Equal(256, north.Engine.CacheCount);
        Assert.Contains("South", north.Sees);
        Assert.InRange(north.Engine.Counters.Refused, 99_000, 101_000);

        // And a newcomer still gets a place.
        Settled("East", 'e', "10.0.0.3");
        Assert.Contains("East", north.Sees);
        Assert.Equal(256, north.Engine.CacheCount);
    }

    [Fact]
    public void Of_100_000_forged_senders_none_pushes_out_a_favoured_cabinet()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        north.Engine.Favour(["sssssssssssss"]);
        _street.Cut(Settled("South", 's', "10.0.0.2"));
        Flood(100_000, i => $"10.{1 + i / 65_536}.{i / 256 % 256}.{i % 256}");

        Assert.Equal(256, north.Engine.CacheCount);
        Assert.Contains("South", north.Sees);
        Assert.DoesNotContain(north.Told, effect => effect is ServiceGone { Service.Instance: "South" });
    }

    [Fact]
    public void A_forger_who_carries_a_favoured_prefix_gets_four_protected_places_at_most()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        north.Engine.Favour(["sssssssssssss"]);
        Settled("South", 's', "10.0.0.2");
        for (var i = 0; i < 300; i++)
        {
            _street.Inject($"10.1.{i / 250}.{i % 250}", Forged.Announcement($"South {i}", "sssssssssssss", "10.0.0.66"));
        }
        Settled("East", 'e', "10.0.0.3");

        Assert.Contains("South", north.Sees);
        Assert.Contains("East", north.Sees);
    }

    [Fact]
    public void A_flood_of_half_told_services_does_not_keep_a_true_one_from_being_refreshed()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        Settled("South", 's', "10.0.0.2");
        for (var second = 0; second < 300; second++)
        {
            for (var i = 0; i < 20; i++)
            {
                var whole = Forged.Announcement($"{second} {i}", "fffffffffffff", "10.0.0.66");
                _street.Inject("10.0.0.66", whole with { Answers = [whole.Answers[0]] });
            }
            _street.Run(1_000);
        }

        Assert.Equal(["South"], north.Sees);
        Assert.IsType<ServiceSeen>(Assert.Single(north.Told));
    }

    [Fact]
    public void A_sender_of_too_many_packets_is_no_longer_read_and_others_are()
    {
        var north = Settled("North", 'n', "10.0.0.1");
        Flood(10_000, i => "10.0.0.66");

        Assert.Equal(10_000 - MdnsOptions.Default.PacketBurst, north.Engine.Counters.Throttled);
        Settled("South", 's', "10.0.0.2");
        Assert.Contains("South", north.Sees);

        // And is read again after a rest.
        var read = north.Engine.Counters.Throttled;
        _street.Inject("10.0.0.66", Forged.Announcement("Late", "lllllllllllll", "10.0.0.66"));
        Assert.Equal(read, north.Engine.Counters.Throttled);
        Assert.Contains("Late", north.Sees);
    }

    [Fact]
    public void A_stranger_who_keeps_asking_what_we_would_ask_halves_our_questions_and_no_more()
    {
        _street.Join("North", 'n', "10.0.0.1", options: new MdnsOptions { LongestQueryIntervalMs = 4_000 });
        for (var i = 0; i < 600; i++)
        {
            _street.Inject("10.0.0.66", Forged.Query(Forged.Service, DnsType.Ptr));
            _street.Run(100);
        }

        var asked = _street.Sent.Count(sent => sent.Message.Questions.Any(question => question.Type == DnsType.Ptr));
        Assert.InRange(asked, 6, 12); // a minute holds 15 questions, the first ones closer together
    }

    private static MdnsOptions Unmetered => MdnsOptions.Default with { PacketsPerSecond = 1_000_000, PacketBurst = 1_000_000 };

    private void Flood(int count, Func<int, string> source)
    {
        for (var i = 0; i < count; i++)
        {
            _street.Inject(source(i), Forged.Announcement($"Forged {i}", "fffffffffffff", "10.0.0.66", $"forger-{i}"));
        }
    }

    private Resident Settled(string name, char did, string address, MdnsOptions? options = null)
    {
        var resident = _street.Join(name, did, address, options: options);
        _street.Run(10_000);
        return resident;
    }
}
