using System.Net;
using System.Security.Cryptography;
using EdgeNode.Sync;

namespace EdgeNode.Tests.Unit.Sync;

public sealed class BrokerFilesTests
{
    private static readonly string Me = "did:edge:" + new string('m', 52);
    private static readonly string Ben = "did:edge:" + new string('b', 52);
    private static readonly string Cora = "did:edge:" + new string('c', 52);

    private static BrokerSettings Settings() =>
        new()
        {
            Did = Me,
            Address = IPAddress.Parse("127.0.0.11"),
            Folder = "/var/lib/edgenode/broker",
            RunAs = "edgenode",
        };

    private static string[] Section(string config, string listener)
    {
        var lines = config.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. lines
                .SkipWhile(line => line != listener)
                .Skip(1)
                .TakeWhile(line => !line.StartsWith("listener ", StringComparison.Ordinal)),
        ];
    }

    [Fact]
    public void The_peers_door_asks_for_a_pinned_certificate_and_takes_the_name_from_it()
    {
        Assert.Equal(
            [
                "max_connections 1024",
                "allow_anonymous false",
                "tls_version tlsv1.2",
                "certfile /var/lib/edgenode/broker/node.crt",
                "keyfile /var/lib/edgenode/broker/node.key",
                "capath /var/lib/edgenode/broker/peers",
                "require_certificate true",
                "use_identity_as_username true",
                "use_username_as_clientid true",
                "acl_file /var/lib/edgenode/broker/peers.acl",
            ],
            Section(BrokerFiles.Config(Settings(), 3), "listener 8883 127.0.0.11")
        );
    }

    [Fact]
    public void The_nodes_own_door_asks_for_a_password()
    {
        Assert.Equal(
            [
                "max_connections 16",
                "allow_anonymous false",
                "password_file /var/lib/edgenode/broker/node.passwd",
                "acl_file /var/lib/edgenode/broker/node.acl",
            ],
            Section(BrokerFiles.Config(Settings(), 3), "listener 1884 127.0.0.11")
        );
    }

    [Theory]
    [InlineData("persistence false")]
    [InlineData("retain_available false")]
    [InlineData("sys_interval 0")]
    [InlineData("user edgenode")]
    [InlineData("per_listener_settings true")]
    [InlineData("max_queued_bytes 67108864")]
    [InlineData("max_inflight_messages 1000")]
    [InlineData("message_size_limit 65536")]
    [InlineData("connection_messages true")]
    public void The_broker_keeps_nothing_and_bounds_everything(string line) =>
        Assert.Contains(line, BrokerFiles.Config(Settings(), 3).Split('\n'));

    [Theory]
    [InlineData(0, 1024)]
    [InlineData(3, 1536)]
    [InlineData(256, 131072)]
    public void The_cap_lies_above_all_windows_together(int peers, int messages)
    {
        Assert.Equal(messages, BrokerFiles.QueuedMessages(256, peers));
        Assert.Contains($"max_queued_messages {messages}", BrokerFiles.Config(Settings(), peers).Split('\n'));
    }

    [Fact]
    public void A_peer_may_write_only_as_itself_to_us_and_read_only_what_we_send_it()
    {
        Assert.Equal(
            $"""
            user {Ben}
            topic write en/1/{Me}/{Ben}/#
            topic read en/1/{Ben}/{Me}/#
            user {Cora}
            topic write en/1/{Me}/{Cora}/#
            topic read en/1/{Cora}/{Me}/#

            """,
            BrokerFiles.PeersAcl(Me, [Cora, Ben])
        );
        Assert.Equal("", BrokerFiles.PeersAcl(Me, []));
        Assert.Equal("user node\ntopic readwrite en/1/#\n", BrokerFiles.NodeAcl());
    }

    [Theory]
    [InlineData("x\nallow_anonymous true")]
    [InlineData("")]
    [InlineData(" edgenode")]
    public void A_value_cannot_become_a_second_setting(string value)
    {
        Assert.Throws<ArgumentException>(() => BrokerFiles.Config(Settings() with { RunAs = value }, 0));
        Assert.Throws<ArgumentException>(() => BrokerFiles.Config(Settings() with { Folder = "/var/" + value + "\r" }, 0));
        Assert.Throws<ArgumentException>(() => BrokerFiles.Config(Settings() with { Did = value }, 0));
        Assert.Throws<ArgumentException>(() => BrokerFiles.PeersAcl(Me, [value]));
        Assert.Throws<ArgumentException>(() => BrokerFiles.PeerFile(value));
    }

    [Theory]
    [InlineData(0, 1884)]
    [InlineData(8883, 65536)]
    [InlineData(1884, 1884)]
    public void Ports_are_two_and_real(int port, int local) =>
        Assert.Throws<ArgumentException>(() => BrokerFiles.Config(Settings() with { Port = port, LocalPort = local }, 0));

    /// <summary>The salt and hash as mosquitto's own source lays them out: user, $7$, rounds, salt and hash in base64.</summary>
    [Fact]
    public void A_password_line_holds_a_hash_that_can_be_checked_and_nothing_else()
    {
        var salt = Enumerable.Range(1, 12).Select(i => (byte)i).ToArray();
        var line = BrokerFiles.Passwords("node", "correct horse", salt);
        var parts = line.TrimEnd('\n').Split(':', '$');
        Assert.Equal(["node", "", "7", "101", "AQIDBAUGBwgJCgsM"], parts[..5]);
        var expected = Rfc2898DeriveBytes.Pbkdf2("correct horse", salt, 101, HashAlgorithmName.SHA512, 64);
        Assert.Equal(expected, Convert.FromBase64String(parts[5]));
        Assert.DoesNotContain("horse", line, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => BrokerFiles.Passwords("node", "x", salt.AsSpan(0, 4)));
    }
}
