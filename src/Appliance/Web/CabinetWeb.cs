using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Appliance.Io;

namespace EdgeNode.Appliance.Web;

/// <summary>How both web doors of a cabinet are opened.</summary>
public sealed record CabinetWebOptions
{
    /// <summary>What the pages read and say of the node.</summary>
    public required NodeDeskOptions Desk { get; init; }

    /// <summary>The address both doors listen on.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Port of the residents' door, http; 0 takes a free one.</summary>
    public required int ResidentsPort { get; init; }

    /// <summary>Port of the stewards' door, https; 0 takes a free one.</summary>
    public required int StewardsPort { get; init; }

    /// <summary>The node's certificate with its key.</summary>
    public required X509Certificate2 Certificate { get; init; }

    /// <summary>Names and addresses, beside the one a connection came in on, by which browsers may call the cabinet.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Where a fault of ours is told (default: nowhere).</summary>
    public Action<Exception> Report { get; init; } = _ => { };
}

/// <summary>Both web doors of a running node. Disposing it closes them and wipes every key that residents had opened.</summary>
public sealed class CabinetWeb : IAsyncDisposable
{
    private readonly NodeDoor _node;
    private readonly LiveHub _live;

    private CabinetWeb(NodeDoor node, LiveHub live, OpenDoor residents, OpenDoor stewards)
    {
        (_node, _live, Residents, Stewards) = (node, live, residents, stewards);
        _node.PageChanged += _live.Tell;
    }

    /// <summary>The residents' door.</summary>
    public OpenDoor Residents { get; }

    /// <summary>The stewards' door.</summary>
    public OpenDoor Stewards { get; }

    /// <summary>Opens both doors and returns when they answer.</summary>
    /// <exception cref="IOException">A port is in use.</exception>
    public static async Task<CabinetWeb> OpenAsync(CabinetWebOptions options, NodeDoor node, TimeProvider clock)
    {
        var live = new LiveHub(clock);
        var desk = new NodeDesk(node, options.Desk, clock);
        var residents = await WebDoors
            .OpenResidents(DoorOptions(options, "r"), desk, live, clock, new IPEndPoint(options.Address, options.ResidentsPort))
            .ConfigureAwait(false);
        try
        {
            var at = new IPEndPoint(options.Address, options.StewardsPort);
            var stewards = await WebDoors
                .OpenStewards(DoorOptions(options, "s"), desk, live, clock, options.Certificate, at)
                .ConfigureAwait(false);
            return new CabinetWeb(node, live, residents, stewards);
        }
        catch
        {
            await residents.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _node.PageChanged -= _live.Tell;
        await Residents.DisposeAsync().ConfigureAwait(false);
        await Stewards.DisposeAsync().ConfigureAwait(false);
    }

    private static DoorOptions DoorOptions(CabinetWebOptions options, string letter) =>
        new()
        {
            Letter = letter,
            Https = letter == "s",
            Did = options.Desk.Did,
            Hosts = [options.Address.ToString(), .. options.Hosts],
            ResidentAddress = ResidentAddress(options),
            Report = options.Report,
        };

    // Printed on cards. A cabinet that listens everywhere is called by its first name.
    private static string ResidentAddress(CabinetWebOptions options)
    {
        var anywhere = options.Address.Equals(IPAddress.Any) || options.Address.Equals(IPAddress.IPv6Any);
        var first = options.Hosts is [var name, ..] ? name : null;
        var host = anywhere ? first : new IPEndPoint(options.Address, 0).ToString()[..^2];
        var port = options.ResidentsPort == 80 ? "" : $":{options.ResidentsPort}";
        return host is null || options.ResidentsPort == 0 ? "" : $"http://{host}{port}";
    }
}
