namespace EdgeNode.Appliance.Demo;

/// <summary>One cabinet of the neighbourhood: where it stands, its process, its doors, and its steward.</summary>
internal sealed class Cabinet : IAsyncDisposable
{
    public Cabinet(CabinetPlace place, string program, DemoWaits waits)
    {
        Place = place;
        Process = new CabinetProcess(place, program, waits.Stop);
        Http = new CabinetHttp(place, waits.Request);
        Steward = new StewardDesk(Http, waits.Look);
        Passer = new Visitor(Http, asSteward: false, "api/session", waits.Look);
    }

    public CabinetPlace Place { get; }
    public CabinetProcess Process { get; }
    public CabinetHttp Http { get; }
    public StewardDesk Steward { get; }

    /// <summary>Somebody without a card: sees what anybody on the cabinet's network may see.</summary>
    public Visitor Passer { get; }

    /// <summary>The node's DID, once the cabinet said it.</summary>
    public string Did { get; set; } = "";

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Process.DisposeAsync();
    }
}
