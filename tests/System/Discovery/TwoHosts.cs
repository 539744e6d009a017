namespace EdgeNode.Tests.System.Discovery;

/// <summary>
/// Two network namespaces with a cable between them: two hosts on one network, apart from everything else on this
/// machine. Link-local IPv6 comes by itself, IPv4 addresses on demand.
/// </summary>
internal sealed class TwoHosts : IAsyncDisposable
{
    private static int _made;

    private TwoHosts(string name) => (A, B) = ($"{name}a", $"{name}b");

    /// <summary>Name of the first namespace; its end of the cable is "enA", with 10.77.0.1 when IPv4 is wanted.</summary>
    public string A { get; }

    /// <summary>Name of the second namespace; its end of the cable is "enB", with 10.77.0.2 when IPv4 is wanted.</summary>
    public string B { get; }

    public static async Task<TwoHosts> CreateAsync(bool withIPv4)
    {
        Needs.Root();
        Needs.Program("/usr/sbin/ip", "/sbin/ip", package: "iproute2");
        var hosts = new TwoHosts($"edgenode-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");
        try
        {
            await Child.RunAsync("ip", "netns", "add", hosts.A);
            await Child.RunAsync("ip", "netns", "add", hosts.B);
            await Child.RunAsync(
                "ip",
                "link",
                "add",
                "enA",
                "netns",
                hosts.A,
                "type",
                "veth",
                "peer",
                "name",
                "enB",
                "netns",
                hosts.B
            );
            await RaiseAsync(hosts.A, "enA", withIPv4 ? "10.77.0.1/24" : null);
            await RaiseAsync(hosts.B, "enB", withIPv4 ? "10.77.0.2/24" : null);
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    /// <summary>The start of a command line that runs in the namespace.</summary>
    public static string[] In(string space) => ["ip", "netns", "exec", space];

    /// <summary>Adds an address while everything runs.</summary>
    public static Task AddAddressAsync(string space, string device, string address) =>
        Child.RunAsync("ip", "-n", space, "addr", "add", address, "dev", device);

    /// <summary>Pulls the cable, or plugs it in again.</summary>
    public static Task SetLinkAsync(string space, string device, bool up) =>
        Child.RunAsync("ip", "-n", space, "link", "set", device, up ? "up" : "down");

    public async ValueTask DisposeAsync()
    {
        foreach (var space in new[] { A, B }.Where(space => File.Exists($"/run/netns/{space}")))
        {
            await Child.RunAsync("ip", "netns", "del", space);
        }
    }

    private static async Task RaiseAsync(string space, string device, string? address)
    {
        await Child.RunAsync("ip", "-n", space, "link", "set", "lo", "up");
        await Child.RunAsync("ip", "-n", space, "link", "set", device, "up");
        if (address is not null)
        {
            await AddAddressAsync(space, device, address);
        }
    }
}

/// <summary>What a test cannot do without, each with a sentence that says how to get it.</summary>
internal static class Needs
{
    public static void Root() =>
        Assert.True(Environment.IsPrivilegedProcess, "This test makes network namespaces and has to run as root.");

    public static void Program(string path, string otherPath, string package) =>
        Assert.True(
            File.Exists(path) || File.Exists(otherPath),
            $"{path} is missing: install the Debian package {package} (apt-get install {package})."
        );
}
