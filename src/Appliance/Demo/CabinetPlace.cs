using System.Net;
using EdgeNode.Federation;

namespace EdgeNode.Appliance.Demo;

/// <summary>Where one cabinet of the demo stands: its name, address, doors and folder.</summary>
public sealed record CabinetPlace(int Index, string Name, IPAddress Address, string Folder)
{
    public const int ResidentsPort = 8080;
    public const int StewardsPort = 8443;
    public const int PairingPort = 8444;
    public const int PeersPort = 8883;
    public const int BrokerPort = 1884;

    private static readonly string[] Names = ["Mill", "Hill", "Quay"];

    /// <summary>Last number of the first cabinet's address; the others follow it.</summary>
    private const int FirstHost = 11;

    public string DataFolder => Path.Combine(Folder, Name.ToLowerInvariant());
    public string ConfigFile => DataFolder + ".ini";
    public string LogFile => DataFolder + ".log";
    public string CertificateFile => Path.Combine(DataFolder, "node.crt");
    public Uri Residents => new($"http://{Address}:{ResidentsPort}/");
    public Uri Stewards => new($"https://{Address}:{StewardsPort}/");

    /// <summary>The three cabinets with equal ports at addresses of their own, so that a browser keeps their cookies apart.</summary>
    /// <exception cref="DemoException">The network is not three numbers of a loopback address.</exception>
    public static IReadOnlyList<CabinetPlace> Three(string network, string folder)
    {
        if (
            !IPAddress.TryParse($"{network}.{FirstHost}", out var first)
            || !IPAddress.IsLoopback(first)
            || network.Count(c => c == '.') != 2
        )
            throw new DemoException(
                $"--network takes the first three numbers of a loopback address, such as 127.0.0, not '{network}'."
            );
        return [.. Names.Select((name, i) => new CabinetPlace(i, name, IPAddress.Parse($"{network}.{FirstHost + i}"), folder))];
    }

    /// <summary>The file through which the demo moves this cabinet's simulated mains and battery.</summary>
    public string PowerScript => DataFolder + ".power";

    /// <summary>The settings file of this cabinet.</summary>
    /// <param name="cap">Longest ring.</param>
    /// <param name="mode">How it finds partners.</param>
    /// <param name="power">It looks at a simulated battery.</param>
    public string Settings(int cap, FindingMode mode, bool power = false) =>
        $"""
            ; Written by edgenode demo at every start; changes are lost.
            [cabinet]
            version=1
            name={Name}
            operator=the stewards of {Name}
            [network]
            address={Address}
            residents={ResidentsPort}
            stewards={StewardsPort}
            pairing={PairingPort}
            peers={PeersPort}
            broker={BrokerPort}
            [residents]
            join=open
            [matching]
            plan=manual
            cap={cap}
            mode={mode.Word()}
            [timing]
            pace=demo
            {(power ? $"[power]\nscript={PowerScript}" : "")}

            """;
}
