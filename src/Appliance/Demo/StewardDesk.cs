namespace EdgeNode.Appliance.Demo;

/// <summary>The steward of one cabinet with a phone: neighbours, plans, and what the cabinet shows of its rings and its wire.</summary>
internal sealed class StewardDesk(CabinetHttp http, TimeSpan look)
{
    private readonly Visitor _visitor = new(http, asSteward: true, "api/steward/session", look);

    /// <summary>Takes the code from the cabinet's label and signs in.</summary>
    public Task SignIn(string code, CancellationToken token)
    {
        _visitor.Code = code;
        return _visitor.SignIn(token);
    }

    public Task<NeighboursShown> Neighbours(CancellationToken token) =>
        _visitor.Get("api/steward/neighbours", DemoJson.Default.NeighboursShown, token);

    /// <summary>Asks the cabinet at an address for a peering.</summary>
    public Task Request(DiscoveredShown other, Func<CancellationToken, Task<bool>> isDone, CancellationToken token) =>
        _visitor.Do(
            "A request for a peering",
            t =>
                _visitor.Post(
                    "api/steward/neighbours/request",
                    new RequestPost(other.Address, other.PairPort),
                    DemoJson.Default.RequestPost,
                    t
                ),
            isDone,
            token
        );

    public Task Accept(string did, Func<CancellationToken, Task<bool>> isDone, CancellationToken token) =>
        _visitor.Do(
            "Accepting a peering",
            t => _visitor.Post($"api/steward/peerings/{Uri.EscapeDataString(did)}/accept", t),
            isDone,
            token
        );

    /// <summary>The state of the peering with a node; null when there is none.</summary>
    public async Task<PeeringShown?> Peering(string did, CancellationToken token) =>
        (await Neighbours(token)).Peerings.FirstOrDefault(p => p.Did == did);

    public Task<EntriesShown[]> Entries(CancellationToken token) =>
        _visitor.Get("api/steward/entries", DemoJson.Default.EntriesShownArray, token);

    /// <summary>Starts a matching run and waits for what it finds.</summary>
    public async Task<PlanShown> Plan(CancellationToken token)
    {
        await Command(token);
        while (true)
        {
            var plan = await LastPlan(token);
            if (plan.State is "done")
                return plan;
            if (plan.State is not "running")
                throw new DemoException($"A matching run ended as {plan.State}.");
            await Wait.For(look, token);
        }
    }

    public Task<StewardRingsShown> Rings(CancellationToken token) =>
        _visitor.Get("api/steward/rings", DemoJson.Default.StewardRingsShown, token);

    public Task<WireShown> Wire(CancellationToken token) => _visitor.Get("api/steward/wire", DemoJson.Default.WireShown, token);

    public Task<PowerShown> Power(CancellationToken token) =>
        _visitor.Get("api/steward/power", DemoJson.Default.PowerShown, token);

    private Task<PlanShown> LastPlan(CancellationToken token) =>
        _visitor.Get("api/steward/plan", DemoJson.Default.PlanShown, token);

    /// <summary>Refused while rings of the last run are undecided; they are decided soon. When nothing came back, a second command does no harm.</summary>
    private async Task Command(CancellationToken token)
    {
        while (true)
        {
            var act = await _visitor.Post("api/steward/plan", token);
            if (act.Result == ActResult.Done || act.Code == "plan.running")
                return;
            if (act.Result == ActResult.Refused && act.Code != "plan.undecided")
                throw new DemoException($"A matching run was refused: {act.Text} ({act.Code})");
            await Wait.For(look, token);
        }
    }
}
