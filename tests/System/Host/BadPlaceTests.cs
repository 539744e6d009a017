using System.Net.Sockets;
using EdgeNode.Tests.System.Discovery;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>A machine that does not allow a start: each time one sentence that says what to do, exit code 1, and nothing lost.</summary>
public sealed class BadPlaceTests
{
    [Theory]
    [InlineData(0, "residents")]
    [InlineData(1, "stewards")]
    [InlineData(2, "pairing")]
    [InlineData(3, "another port")]
    [InlineData(4, "another port")]
    public async Task An_occupied_port_is_named_with_what_to_do(int door, string word)
    {
        await using var cabinet = CabinetProcess.Make();
        using var other = new TcpListener(cabinet.Address, cabinet.Ports[door]);
        other.Start();
        var ended = await cabinet.RunAsync();
        BadStart.IsRefused(ended, $"Port {cabinet.Ports[door]} on {cabinet.Address} is used by another program", word);
        // A first start that failed has not given away the code that is shown only once.
        Assert.DoesNotContain("stewards' code", ended.Output, StringComparison.Ordinal);
        other.Stop();
        await cabinet.StartAsync();
        Assert.NotEmpty(cabinet.StewardsCode);
    }

    [Fact]
    public async Task An_address_that_is_not_of_this_machine_is_named()
    {
        await using var cabinet = CabinetProcess.Make();
        cabinet.Set("network:address", "203.0.113.7");
        BadStart.IsRefused(await cabinet.RunAsync(), "203.0.113.7", "[network] address");
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused_and_the_first_goes_on()
    {
        await using var first = await CabinetProcess.StartNewAsync();
        await using var second = CabinetProcess.Make();
        second.Data = first.Data;
        BadStart.IsRefused(await second.RunAsync(), "Another edgenode runs on", first.Data, "--data");
        using var visitor = CabinetVisitor.Resident(first);
        Assert.True((await visitor.JoinAsync("Anna")).IsDone);
        Assert.Equal(0, (await first.StopAsync()).Code);
        Assert.Empty(second.Brokers());
        second.Data = Path.Combine(second.Folder, "data");
    }

    [Theory]
    [InlineData("/usr/sbin", "mosquitto is missing", "install the package mosquitto")]
    [InlineData("/usr/bin/setpriv", "setpriv", "The broker mosquitto did not start")]
    [InlineData("libmosquitto.so.1", "libmosquitto.so.1 is missing", "install the package libmosquitto1")]
    [InlineData("libsodium.so.23", "libsodium is missing", "libsodium23")]
    [InlineData("libsqlite3.so.0", "libsqlite3 is missing", "libsqlite3-0")]
    public async Task A_missing_program_or_library_is_named_with_its_package(string missing, params string[] words)
    {
        Needs.Root();
        await using var cabinet = CabinetProcess.Make();
        BadStart.IsRefused(await cabinet.RunAsync(Without(missing, cabinet.Folder)), words);
        await cabinet.StartAsync();
    }

    [Fact]
    public async Task A_folder_on_a_read_only_file_system_is_not_taken_for_a_second_process()
    {
        Needs.Root();
        await using var cabinet = await CabinetProcess.StartNewAsync();
        await cabinet.StopAsync();
        var before = BadStart.Possessions(cabinet.Data);
        var readOnly = Own($"mount --bind '{cabinet.Data}' '{cabinet.Data}' && mount -o remount,bind,ro '{cabinet.Data}'");
        BadStart.IsRefused(await cabinet.RunAsync(readOnly), "cannot be written", cabinet.Data, "--data");
        Assert.Equal(before, BadStart.Possessions(cabinet.Data));
    }

    [Fact]
    public async Task A_folder_of_another_account_is_refused_with_what_to_do()
    {
        Needs.Root();
        await using var cabinet = await CabinetProcess.StartNewAsync();
        await cabinet.StopAsync();
        var before = BadStart.Possessions(cabinet.Data);
        File.SetUnixFileMode(cabinet.Folder, (UnixFileMode)0b111_101_101); // the settings may be read by everybody, the data not
        string[] nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"];
        BadStart.IsRefused(await cabinet.RunAsync(nobody), "cannot be written", cabinet.Data, "owner");
        Assert.Equal(before, BadStart.Possessions(cabinet.Data));
    }

    [Fact]
    public async Task A_clock_in_1970_is_refused_and_started_with_by_decision_only()
    {
        await using var cabinet = CabinetProcess.Make();
        var longAgo = Faketime("@1970-01-02 03:04:05");
        BadStart.IsRefused(await cabinet.RunAsync(longAgo), "The clock says 1970-01-02", "date -s", "--clock-unsure");
        Assert.False(Directory.Exists(cabinet.Data), "a refused start made a folder");

        await cabinet.StartAsync(longAgo, ["--clock-unsure"]);
        using var visitor = CabinetVisitor.Resident(cabinet);
        var card = await visitor.JoinAsync("Anna");
        Assert.True((await visitor.SignInAsync(card["code"])).IsDone);
        await visitor.PostsAsync("Bread");
        await cabinet.KillAsync();

        // The clock is set, and what was written in 1970 is there.
        await cabinet.StartAsync();
        Assert.True((await visitor.SignInAsync(card["code"])).IsDone);
        Assert.Single((await visitor.GetAsync("api/offerings")).Json!.AsArray());
    }

    /// <summary>Runs ours in a mount namespace of its own, after a preparation; nothing outside it changes.</summary>
    private static string[] Own(string preparation) => ["unshare", "--mount", "sh", "-c", preparation + " && exec \"$@\"", "sh"];

    /// <summary>The library itself, because faketime(1) would stand as a process of its own between us and ours. The clock of waits stays true.</summary>
    private static string[] Faketime(string start)
    {
        var library = Directory
            .GetDirectories("/usr/lib")
            .Select(triplet => Path.Combine(triplet, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists);
        Assert.True(
            library is not null,
            "libfaketime is missing: install the Debian package faketime (apt-get install faketime)."
        );
        string[] waits = ["FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_FORCE_MONOTONIC_FIX=0"];
        return ["env", "LD_PRELOAD=" + library, "FAKETIME=" + start, .. waits];
    }

    private static string[] Without(string missing, string folder)
    {
        var empty = Path.Combine(folder, "empty");
        if (missing == "/usr/sbin")
        {
            Directory.CreateDirectory(empty);
            return Own($"mount --bind '{empty}' /usr/sbin");
        }
        File.WriteAllText(empty, "");
        return Own($"for f in $(ls -d '{missing}' /usr/lib/*/'{missing}' 2>/dev/null); do mount --bind '{empty}' \"$f\"; done");
    }
}
