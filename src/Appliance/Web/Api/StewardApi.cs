using System.Globalization;
using System.Net;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>The stewards' JSON interface and the metrics.</summary>
public static class StewardApi
{
    private const int MostRings = 10_000;
    private const int MostRows = 500;

    /// <summary>Adds the interface to the stewards' door.</summary>
    public static void MapApi(this Door door)
    {
        door.Get("/api/node", Access.Anyone, ResidentApi.ShowNode);
        door.PostJson("/api/steward/session", Access.Anyone, Enter);
        door.Delete("/api/steward/session", Access.Anyone, v => Task.FromResult(ResidentApi.Leave(v)));
        door.Get("/api/steward/neighbours", Access.SignedIn, ListNeighbours);
        door.PostJson("/api/steward/neighbours/request", Access.SignedIn, RequestPeering);
        door.PostJson("/api/steward/peerings/{did}/accept", Access.SignedIn, v => Do(v, v.Desk.AcceptPeering));
        door.PostJson("/api/steward/peerings/{did}/decline", Access.SignedIn, v => Do(v, v.Desk.DeclinePeering));
        door.PostJson("/api/steward/peerings/{did}/suspend", Access.SignedIn, v => Do(v, v.Desk.SuspendPeering));
        door.PostJson("/api/steward/peerings/{did}/resume", Access.SignedIn, v => Do(v, v.Desk.ResumePeering));
        door.PostJson("/api/steward/peerings/{did}/end", Access.SignedIn, v => Do(v, v.Desk.EndPeering));
        door.Get("/api/steward/queues", Access.SignedIn, ListQueues);
        door.MapLanes();
        door.PostJson("/api/steward/plan", Access.SignedIn, StartPlan);
        door.Get("/api/steward/plan", Access.SignedIn, v => Reply.Json(Plan(v.Desk.Plan()), WebJson.Safe.PlanJson));
        door.Get("/api/steward/rings", Access.SignedIn, ListRings);
        door.Get(
            "/api/steward/entries",
            Access.SignedIn,
            v => Reply.Json(v.Desk.Entries(true), WebJson.Safe.IReadOnlyListEntryCount)
        );
        door.Get("/api/steward/scarcity", Access.SignedIn, ListScarcity);
        door.Get("/api/steward/wire", Access.SignedIn, v => Reply.Json(v.Desk.Wire(), WebJson.Safe.WireView));
        door.Get("/api/steward/health", Access.SignedIn, v => Reply.Json(Health(v.Desk.Health()), WebJson.Safe.HealthJson));
        door.Get("/api/steward/power", Access.SignedIn, ShowPower);
        door.Get("/api/steward/audit", Access.SignedIn, ListAudit);
        door.PostJson("/api/steward/residents", Access.SignedIn, AddResident);
        door.Get("/metrics", Access.SignedIn, v => Reply.Text(Metrics.Write(v), "text/plain; version=0.0.4; charset=utf-8"));
    }

    private static async Task<Reply> Enter(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.CodeRequest) is not { } body)
        {
            return ResidentApi.BadBody();
        }

        return ResidentApi.Told(SignIn.AsSteward(v, body.Code));
    }

    private static Reply ListNeighbours(Visit v)
    {
        var discovered = v
            .Desk.Discovered()
            .Select(d => new DiscoveredJson(d.Instance, d.Did13, d.Address, d.Port, d.PairPort, d.Seen.ToUnixTimeMilliseconds()));
        var peerings = v
            .Desk.Peerings()
            .Select(p => new PeeringJson(
                p.Did,
                p.Name,
                p.State,
                p.RequestedBy,
                p.Contract,
                p.Since,
                p.LastContact,
                p.Connected,
                p.Reason
            ));
        return Reply.Json(new NeighboursJson([.. discovered], [.. peerings]), WebJson.Safe.NeighboursJson);
    }

    private static async Task<Reply> RequestPeering(Visit v)
    {
        var body = await v.ReadJson(WebJson.Safe.PeeringRequest);
        if (body is not { PairPort: > 0 and <= 65_535 } || !IPAddress.TryParse(body.Address, out var address))
        {
            return ResidentApi.BadBody();
        }

        return ResidentApi.Told(await v.Desk.RequestPeering(address.ToString(), body.PairPort, v.Token));
    }

    private static async Task<Reply> Do(Visit v, Func<string, CancellationToken, Task<Outcome<Done>>> act) =>
        ResidentApi.Told(await act(v.Route("did"), v.Token));

    private static Reply ListQueues(Visit v)
    {
        var queues = v
            .Desk.Queues()
            .Select(q => new QueueJson(q.Did, q.Name, q.Connected, q.LastContact, [.. q.Rows.Select(Row)]));
        var aside = v
            .Desk.SetAside(MostRows)
            .Select(a => new SetAsideJson(a.Id, a.Peer, a.Kind, a.StatementId, a.Reason, a.Since));
        return Reply.Json(new QueuesJson([.. queues], [.. aside]), WebJson.Safe.QueuesJson);
    }

    private static QueueRowJson Row(QueueRow r) => new(ResidentApi.DeliveryWord(r.Kind), r.Count, r.Bytes, r.Oldest);

    private static async Task<Reply> StartPlan(Visit v) =>
        (await v.Desk.StartPlan(v.Token)).Refusal is { } refusal
            ? Errors.Of(refusal)
            : Reply.Json(Plan(v.Desk.Plan()), WebJson.Safe.PlanJson, 202);

    private static PlanJson Plan(PlanView p) =>
        new(p.State, p.Rings, p.Items, p.Value, p.Bound, p.Optimal, p.PlanHash, p.Cap, p.Proposed, p.Seconds);

    private static Reply ListRings(Visit v)
    {
        var counts = v.Desk.RingCounts().ToDictionary(c => c.Key.ToLowerInvariant(), c => c.Value, StringComparer.Ordinal);
        var rings = v.Desk.AllRings(MostRings).Select(Ring);
        return Reply.Json(new StewardRingsJson(counts, [.. rings]), WebJson.Safe.StewardRingsJson);
    }

    private static StewardRingJson Ring(StewardRing r) =>
        new(
            r.ChainId,
            r.State.ToLowerInvariant(),
            r.Since,
            r.Deadline,
            [.. r.Participants.Select(p => new ParticipantJson(p.Did, p.Label, p.HomeNode))],
            [.. r.HomeNodes.Select(n => new RingNodeJson(n.Did, n.Name, n.Vote))],
            [.. r.Edges.Select(e => new EdgeJson(e.Index, e.From, e.To, e.What, ResidentApi.EdgeWord(e.State)))]
        );

    private static Reply ListScarcity(Visit v) =>
        Reply.Json(
            v.Desk.Scarcity(Pages.ScarcePage.MostKinds)
                .Select(b => new BalanceJson(
                    b.Category,
                    Categories.WordsOf(b.Category, v.Texts.Language),
                    b.Offerings,
                    b.Needs,
                    b.Unmet,
                    b.Unwanted
                ))
                .ToList(),
            WebJson.Safe.ListBalanceJson
        );

    private static HealthJson Health(HealthView h) =>
        new(
            h.Version,
            h.Started,
            h.Now,
            h.DiskFree,
            h.DiskTotal,
            h.DatabaseBytes,
            [.. h.Checks.Select(c => new CheckJson(c.Name, c.Level.ToString().ToLowerInvariant(), c.Says, c.Do))]
        );

    private static Reply ShowPower(Visit v)
    {
        var power = v.Desk.Power(v.Now - TimeSpan.FromDays(1));
        var facts = power.Facts;
        return Reply.Json(
            new PowerJson(
                Word(facts?.State.ToString()),
                facts?.Mains,
                facts?.Percent,
                facts?.Volts,
                facts?.Watts,
                facts?.HoursLeft,
                facts?.Disputed ?? false,
                facts?.Armed ?? false,
                facts?.Simulated ?? false,
                power.Loads,
                power.Neighbours
            ),
            WebJson.Safe.PowerJson
        );
    }

    /// <summary>OnBattery becomes on_battery; unknown when this cabinet does not look at its power.</summary>
    private static string Word(string? name) =>
        name is null
            ? "unknown"
            : string.Concat(
                name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")
            );

    private static Reply ListAudit(Visit v)
    {
        _ = long.TryParse(v.Query("after"), NumberStyles.None, CultureInfo.InvariantCulture, out var after);
        var rows = v.Desk.Audit(after, MostRows);
        return Reply.Json(new AuditJson(rows, rows.Count == 0 ? after : rows[^1].Seq), WebJson.Safe.AuditJson);
    }

    private static async Task<Reply> AddResident(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.JoinRequest) is not { } body)
        {
            return ResidentApi.BadBody();
        }

        var made = await v.Desk.Join(body.Label, body.Language, true, v.Token);
        return made.Value is { } card
            ? Reply.Json(new JoinedJson(card.Did, card.Code), WebJson.Safe.JoinedJson, 201)
            : Errors.Of(made.Refusal!);
    }
}
