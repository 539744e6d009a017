namespace EdgeNode.Tests.System.Discovery;

/// <summary>Debian's avahi-daemon with a message bus of its own in a network namespace: the foreign implementation.</summary>
internal sealed class AvahiHost : IAsyncDisposable
{
    private readonly string _space;
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-avahi-").FullName;
    private readonly List<Child> _children = [];

    private AvahiHost(string space) => _space = space;

    public static async Task<AvahiHost> StartAsync(string space)
    {
        Needs.Program("/usr/sbin/avahi-daemon", "/sbin/avahi-daemon", package: "avahi-daemon");
        Needs.Program("/usr/bin/avahi-browse", "/bin/avahi-browse", package: "avahi-utils");
        Needs.Program("/usr/bin/dbus-daemon", "/bin/dbus-daemon", package: "dbus");
        var host = new AvahiHost(space);
        try
        {
            await host.StartBusAsync();
            await host.StartDaemonAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>avahi-browse, resolving what it finds, one line with semicolons per finding.</summary>
    public Child Browse(string type) =>
        Run([.. TwoHosts.In(_space), "avahi-browse", "--resolve", "--parsable", "--no-db-lookup", type]);

    /// <summary>avahi-publish: holds the service until it is killed.</summary>
    public Child Publish(string name, string type, int port, params string[] text) =>
        Run(["avahi-publish", "--service", name, type, $"{port}", .. text]);

    /// <summary>avahi-resolve: one line with the name and its address of the family, which is "-4" or "-6".</summary>
    public Child Resolve(string host, string family) => Run([.. TwoHosts.In(_space), "avahi-resolve", family, "--name", host]);

    public async ValueTask DisposeAsync()
    {
        foreach (var child in Enumerable.Reverse(_children))
        {
            await child.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private string Bus => $"unix:path={_folder}/bus";

    private async Task StartBusAsync()
    {
        var config = Path.Combine(_folder, "bus.conf");
        await File.WriteAllTextAsync(
            config,
            $"""
            <busconfig>
              <type>system</type>
              <listen>{Bus}</listen>
              <auth>EXTERNAL</auth>
              <policy context="default">
                <allow user="*"/>
                <allow own="*"/>
                <allow send_destination="*"/>
                <allow receive_sender="*"/>
              </policy>
            </busconfig>
            """
        );
        var bus = Run("dbus-daemon", $"--config-file={config}", "--nofork", "--nopidfile", "--print-address");
        await bus.LineAsync(line => line.StartsWith("unix:", StringComparison.Ordinal), "the message bus");
    }

    private async Task StartDaemonAsync()
    {
        var config = Path.Combine(_folder, "avahi.conf");
        await File.WriteAllTextAsync(
            config,
            """
            [server]
            host-name=foreign
            use-ipv4=yes
            use-ipv6=yes
            allow-point-to-point=yes
            [publish]
            publish-workstation=no
            publish-hinfo=no
            """
        );
        // avahi keeps its process number in /run: a private one lets it run beside the machine's own.
        var command = $"mount -t tmpfs tmpfs /run && exec avahi-daemon -f {config} --no-drop-root --no-chroot --no-rlimits";
        var daemon = Run([.. TwoHosts.In(_space), "unshare", "-m", "sh", "-c", command]);
        await daemon.LineAsync(line => line.Contains("Server startup complete", StringComparison.Ordinal), "avahi's start");
    }

    private Child Run(params string[] command)
    {
        var environment = new Dictionary<string, string> { ["DBUS_SYSTEM_BUS_ADDRESS"] = Bus };
        var child = Child.Start(command[0], environment, command);
        _children.Add(child);
        return child;
    }
}
