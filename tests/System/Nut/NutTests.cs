using System.Diagnostics;
using System.Net;
using EdgeNode.Hardware.Nut;
using EdgeNode.Hardware.Nut.Io;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Nut;

/// <summary>Our server against Debian's upsc and upsmon, our client against Debian's upsd with its dummy driver. All on loopback.</summary>
public sealed class NutTests : IAsyncLifetime, IDisposable
{
    readonly NutPrograms _nut = new();
    readonly NutServer _server = NutServer.Start(
        new NutDesk("asecret", "Mill cabinet", "0.1.0"),
        new IPEndPoint(IPAddress.Loopback, 0)
    );

    string Address => $"{NutDesk.Ups}@127.0.0.1:{_server.At.Port}";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _nut.Dispose();

    [Fact]
    public async Task Upsc_lists_the_cabinet_and_reads_it()
    {
        _server.Say(NutState.Unknown with { OnBattery = true, Charge = 61, Volts = 3.81, RuntimeSeconds = 7200 });
        Assert.Contains(
            "cabinet",
            (await _nut.RunAsync("bin/upsc", "-l", $"127.0.0.1:{_server.At.Port}")).Said,
            StringComparison.Ordinal
        );
        var (code, said) = await _nut.RunAsync("bin/upsc", Address);
        Assert.Equal(0, code);
        foreach (var line in (string[])["battery.charge: 61", "battery.voltage: 3.81", "battery.runtime: 7200", "ups.status: OB"])
            Assert.Contains(line, said, StringComparison.Ordinal);
        Assert.Contains("61", (await _nut.RunAsync("bin/upsc", Address, "battery.charge")).Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upsc_is_told_what_there_is_not()
    {
        Assert.Contains(
            "not supported",
            (await _nut.RunAsync("bin/upsc", Address, "input.voltage")).Said,
            StringComparison.OrdinalIgnoreCase
        );
        var (code, said) = await _nut.RunAsync("bin/upsc", $"other@127.0.0.1:{_server.At.Port}");
        Assert.NotEqual(0, code);
        Assert.Contains("Unknown UPS", said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Upsmon_logs_in_and_obeys_the_stop()
    {
        var stopped = Path.Combine(_nut.Folder, "stopped");
        _nut.Write(
            "upsmon.conf",
            $"""
            MONITOR {Address} 1 monitor asecret slave
            MINSUPPLIES 1
            SHUTDOWNCMD "touch {stopped}"
            POLLFREQ 1
            POLLFREQALERT 1
            HOSTSYNC 3
            DEADTIME 6
            FINALDELAY 1
            RUN_AS_USER {Environment.UserName}
            POWERDOWNFLAG {Path.Combine(_nut.Folder, "killpower")}

            """
        );
        await using var upsmon = _nut.Start("lib/nut/upsmon", "-D", "-F");
        await Until.HoldsAsync(() => _server.Logins == 1, "upsmon logs in");
        _server.Say(NutState.Unknown with { OnBattery = true, Charge = 40 });
        Assert.False(File.Exists(stopped));
        var clock = Stopwatch.StartNew();
        _server.LatchFsd();
        await Until.HoldsAsync(() => File.Exists(stopped), "upsmon runs its shutdown command");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Debians_server_is_read_as_a_supply_and_its_silence_as_silence()
    {
        var port = FreePort();
        _nut.Write(
            "ups.conf",
            $"[ups]\n  driver = dummy-ups\n  port = {Path.Combine(_nut.Folder, "state.dev")}\n  desc = \"test\"\n"
        );
        _nut.Write("upsd.conf", $"LISTEN 127.0.0.1 {port}\nSTATEPATH {_nut.Folder}\n");
        _nut.Write("upsd.users", "");
        _nut.Write("state.dev", "ups.status: OL\nbattery.charge: 88\nbattery.voltage: 13.2\n");
        var address = NutAddress.Parse($"ups@127.0.0.1:{port}")!;
        Assert.Null((await NutClient.ReadAsync(address, default)).ToSample(0).Mains);

        await using var driver = _nut.Start("lib/nut/dummy-ups", "-a", "ups", "-D", "-F", "-u", Environment.UserName);
        await Until.HoldsAsync(
            () => File.Exists(Path.Combine(_nut.Folder, "dummy-ups-ups")),
            "the dummy driver opens its socket"
        );
        await using var upsd = _nut.Start("lib/nut/upsd", "-D", "-F", "-u", Environment.UserName);
        await Until.HoldsAsync(
            async () => (await NutClient.ReadAsync(address, default)).ToSample(0).Mains == true,
            "upsd says that mains is there"
        );
        var sample = (await NutClient.ReadAsync(address, default)).ToSample(7);
        Assert.Equal((88.0, 13.2), (sample.Percent, sample.Volts));

        await Until.HoldsAsync(
            async () =>
            {
                _nut.Write("state.dev", "ups.status: OB LB\nbattery.charge: 20\nbattery.voltage: 11.9\n");
                return (await NutClient.ReadAsync(address, default)).ToSample(0).Mains == false;
            },
            "the loss of mains comes through"
        );
        Assert.Equal(5, (await NutClient.ReadAsync(address, default)).ToSample(0).Percent);
        Assert.Equal("UNKNOWN-UPS", (await NutClient.ReadAsync(address with { Ups = "other" }, default)).Refusal);
    }

    static int FreePort()
    {
        using var socket = new global::System.Net.Sockets.Socket(
            global::System.Net.Sockets.SocketType.Stream,
            global::System.Net.Sockets.ProtocolType.Tcp
        );
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
