using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using EdgeNode.Sync;
using EdgeNode.Sync.Io;
using NodeBroker = EdgeNode.Sync.Io.Broker;

namespace EdgeNode.Tests.System.Brokers;

/// <summary>The broker's process: starting, dying with us, never in the way of the next one.</summary>
public sealed class BrokerLifeTests
{
    private const string Address = "127.0.0.33";

    [Fact]
    public async Task Takes_its_configuration_without_a_complaint()
    {
        using var peer = new TestIdentity();
        await using var node = await TestNode.StartAsync(Address, peer);
        Assert.DoesNotContain(
            node.Broker.LastLines,
            line => line.Contains("Error", StringComparison.Ordinal) || line.Contains("deprecated", StringComparison.Ordinal)
        );
        Assert.All(
            Directory.GetFiles(node.Folder),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode)
        );
    }

    [Fact]
    public async Task Asks_the_node_itself_for_its_password()
    {
        await using var node = await TestNode.StartAsync(Address);
        string[] door = ["-h", Address, "-p", node.LocalPort.ToString(CultureInfo.InvariantCulture)];
        string[] message = ["-q", "1", "-t", "en/1/x", "-m", "x"];
        Assert.NotEqual(0, (await Foreign.RunAsync("mosquitto_pub", [.. door, .. message])).Code);
        Assert.NotEqual(0, (await Foreign.RunAsync("mosquitto_pub", [.. door, .. message, "-u", "node", "-P", "guess"])).Code);
        string[] login = ["-u", BrokerFiles.LocalUser, "-P", node.Broker.LocalPassword];
        Assert.Equal(0, (await Foreign.RunAsync("mosquitto_pub", [.. door, .. message, .. login])).Code);
    }

    [Fact]
    public async Task Is_gone_when_the_node_stops_it()
    {
        int id;
        await using (var node = await TestNode.StartAsync(Address))
            id = node.Broker.ProcessId!.Value;
        Assert.False(Foreign.Lives(id));
    }

    [Fact]
    public async Task Does_not_outlive_a_node_that_was_killed()
    {
        await using var node = TestNode.Make(Address);
        using var owner = BrokerOwner.Start(node);
        using var limit = new CancellationTokenSource(TestNode.Deadline);
        int broker = int.Parse((await owner.StandardOutput.ReadLineAsync(limit.Token))!, CultureInfo.InvariantCulture);
        Assert.True(Foreign.Lives(broker));
        owner.Kill();
        await Foreign.UntilAsync(() => !Foreign.Lives(broker), "the broker died with its node");
        await node.RunBrokerAsync();
    }

    [Fact]
    public async Task Ends_a_broker_that_an_earlier_node_left_behind()
    {
        await using var node = await TestNode.StartAsync(Address);
        var command = node.Broker.CommandLine;
        await node.Broker.DisposeAsync();
        using var leftover = Process.Start(new ProcessStartInfo(command[4], command.Skip(5)) { RedirectStandardError = true })!;
        await File.WriteAllTextAsync(Path.Join(node.Folder, "broker.pid"), leftover.Id.ToString(CultureInfo.InvariantCulture));
        await leftover.StandardError.ReadLineAsync();
        await node.RunBrokerAsync();
        Assert.True(leftover.WaitForExit(TestNode.Deadline));
        Assert.Equal(128 + 9, leftover.ExitCode);
    }

    [Fact]
    public async Task Leaves_a_process_alone_that_only_has_the_old_number()
    {
        await using var node = TestNode.Make(Address);
        await File.WriteAllTextAsync(
            Path.Join(node.Folder, "broker.pid"),
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
        );
        await node.RunBrokerAsync();
        Assert.NotEqual(Environment.ProcessId, node.Broker.ProcessId);
    }

    [Fact]
    public async Task An_occupied_port_is_named_in_a_sentence()
    {
        await using var node = TestNode.Make(Address);
        using var other = new TcpListener(node.Address, node.Port);
        other.Start();
        var refusal = await Assert.ThrowsAsync<BrokerException>(() => node.RunBrokerAsync());
        Assert.Equal("broker.port_in_use", refusal.Code);
        Assert.Equal(
            $"Port {node.Port} on {Address} is used by another program; stop it or give this cabinet another port.",
            refusal.Message
        );
    }

    [Fact]
    public async Task A_missing_program_is_named_in_a_sentence()
    {
        await using var node = TestNode.Make(Address);
        var none = new Dictionary<string, string>();
        var options = node.Options();
        var refusal = await Assert.ThrowsAsync<BrokerException>(() =>
            NodeBroker.StartAsync(options with { Mosquitto = "/nowhere/mosquitto" }, none, CancellationToken.None)
        );
        Assert.Equal("broker.program_missing", refusal.Code);
        Assert.Contains("install the package mosquitto", refusal.Message, StringComparison.Ordinal);
        refusal = await Assert.ThrowsAsync<BrokerException>(() =>
            NodeBroker.StartAsync(options with { Launcher = "/nowhere/setpriv" }, none, CancellationToken.None)
        );
        Assert.Equal("broker.launcher_missing", refusal.Code);
    }

    [Fact]
    public async Task A_broker_that_will_not_start_says_why()
    {
        await using var node = TestNode.Make(Address);
        var broken = node.Options() with { CertificatePem = "no certificate\n" };
        var refusal = await Assert.ThrowsAsync<BrokerException>(() =>
            NodeBroker.StartAsync(broken, new Dictionary<string, string>(), CancellationToken.None)
        );
        Assert.Equal("broker.not_started", refusal.Code);
        Assert.Contains("certificate", refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_broker_that_hangs_is_replaced_when_somebody_suspects_it()
    {
        await using var node = TestNode.Make(Address);
        await using var broker = await NodeBroker.StartAsync(
            node.Options() with
            {
                ReplyWithin = TimeSpan.FromSeconds(1),
                EndWithin = TimeSpan.FromSeconds(0.2),
            },
            new Dictionary<string, string>(),
            CancellationToken.None
        );
        int first = broker.ProcessId!.Value;
        broker.Suspect();
        await Foreign.RunAsync("kill", "-STOP", first.ToString(CultureInfo.InvariantCulture));
        broker.Suspect();
        await Foreign.UntilAsync(
            () => broker.ProcessId is { } now && now != first && broker.Restarts == 1,
            "another broker runs"
        );
        Assert.False(Foreign.Lives(first));
    }
}
