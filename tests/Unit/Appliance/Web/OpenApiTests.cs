using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeNode.Appliance.Web;
using EdgeNode.Appliance.Web.Api;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>openapi.json is kept by hand (rulings 25); these tests keep it true.</summary>
public sealed class OpenApiTests : IDisposable
{
    private static readonly string[] Methods = ["get", "post", "put", "delete", "patch"];
    private readonly JsonDocument _document = JsonDocument.Parse(Assets.OpenApi.Bytes);

    public void Dispose() => _document.Dispose();

    [Fact]
    public void Every_route_of_the_interface_is_described()
    {
        var described = Described().Select(o => o.Name).ToHashSet();
        Assert.All(Interface(), route => Assert.Contains(route, described));
    }

    [Fact]
    public void Everything_described_is_a_route()
    {
        var routes = Interface().ToHashSet();
        Assert.All(Described(), operation => Assert.Contains(operation.Name, routes));
    }

    [Fact]
    public void Who_must_sign_in_is_described_as_the_door_has_it()
    {
        var open = Routes().Where(r => r.Access == Access.Anyone).Select(Name).ToHashSet();
        Assert.All(
            Described(),
            o => Assert.Equal(open.Contains(o.Name), o.Operation.TryGetProperty("security", out var s) && s.GetArrayLength() == 0)
        );
    }

    [Fact]
    public void What_carries_json_is_described_with_a_body_or_none()
    {
        var forms = Routes().Where(r => r.Carries == Carries.Json).Select(Name).ToHashSet();
        foreach (var (name, operation) in Described().Where(o => o.Operation.TryGetProperty("requestBody", out _)))
        {
            Assert.Contains(name, forms);
        }
    }

    [Fact]
    public void Every_reference_leads_to_a_schema_and_every_schema_is_used()
    {
        var text = System.Text.Encoding.UTF8.GetString(Assets.OpenApi.Bytes);
        var names = Schemas().Select(s => s.Name).ToHashSet();
        var used = System
            .Text.RegularExpressions.Regex.Matches(text, "#/components/schemas/([A-Za-z]+)")
            .Select(m => m.Groups[1].Value)
            .ToHashSet();
        Assert.Equal(names.Order(), used.Order());
    }

    [Theory]
    [InlineData("Error", typeof(ErrorJson))]
    [InlineData("JoinRequest", typeof(JoinRequest))]
    [InlineData("Joined", typeof(JoinedJson))]
    [InlineData("CodeRequest", typeof(CodeRequest))]
    [InlineData("Me", typeof(MeJson))]
    [InlineData("Node", typeof(NodeJson))]
    [InlineData("EntryCount", typeof(EntryCount))]
    [InlineData("OfferingRequest", typeof(OfferingRequest))]
    [InlineData("NeedRequest", typeof(NeedRequest))]
    [InlineData("Id", typeof(IdJson))]
    [InlineData("Delivery", typeof(DeliveryJson))]
    [InlineData("Offering", typeof(OfferingJson))]
    [InlineData("Need", typeof(NeedJson))]
    [InlineData("Ring", typeof(RingJson))]
    [InlineData("Gives", typeof(GivesJson))]
    [InlineData("Gets", typeof(GetsJson))]
    [InlineData("AnswerRequest", typeof(AnswerRequest))]
    [InlineData("SettleRequest", typeof(SettleRequest))]
    [InlineData("Neighbours", typeof(NeighboursJson))]
    [InlineData("Discovered", typeof(DiscoveredJson))]
    [InlineData("Peering", typeof(PeeringJson))]
    [InlineData("PeeringRequest", typeof(PeeringRequest))]
    [InlineData("CardMakeRequest", typeof(CardMakeRequest))]
    [InlineData("CardText", typeof(CardTextJson))]
    [InlineData("Card", typeof(CardJson))]
    [InlineData("Queues", typeof(QueuesJson))]
    [InlineData("Queue", typeof(QueueJson))]
    [InlineData("QueueRow", typeof(QueueRowJson))]
    [InlineData("SetAside", typeof(SetAsideJson))]
    [InlineData("LaneRequest", typeof(LaneRequest))]
    [InlineData("Links", typeof(LinksView))]
    [InlineData("Restraint", typeof(RestraintView))]
    [InlineData("PeerLanes", typeof(PeerLanes))]
    [InlineData("Lane", typeof(LaneView))]
    [InlineData("Plan", typeof(PlanJson))]
    [InlineData("StewardRings", typeof(StewardRingsJson))]
    [InlineData("StewardRing", typeof(StewardRingJson))]
    [InlineData("Participant", typeof(ParticipantJson))]
    [InlineData("RingNode", typeof(RingNodeJson))]
    [InlineData("Edge", typeof(EdgeJson))]
    [InlineData("Wire", typeof(WireView))]
    [InlineData("Refused", typeof(RefusedView))]
    [InlineData("Health", typeof(HealthJson))]
    [InlineData("Check", typeof(CheckJson))]
    [InlineData("Category", typeof(CategoryJson))]
    [InlineData("Categories", typeof(CategoriesJson))]
    [InlineData("Suggested", typeof(SuggestedJson))]
    [InlineData("Suggest", typeof(SuggestJson))]
    [InlineData("Found", typeof(FoundJson))]
    [InlineData("Find", typeof(FindJson))]
    [InlineData("Balance", typeof(BalanceJson))]
    [InlineData("Audit", typeof(AuditJson))]
    [InlineData("AuditRow", typeof(AuditView))]
    [InlineData("Stream", typeof(StreamJson))]
    [InlineData("CourierOutRequest", typeof(CourierOutRequest))]
    [InlineData("CourierFile", typeof(CourierFileJson))]
    [InlineData("CourierOut", typeof(CourierOutJson))]
    [InlineData("CourierInRequest", typeof(CourierInRequest))]
    [InlineData("Delivered", typeof(DeliveredJson))]
    [InlineData("Blobs", typeof(BlobsView))]
    [InlineData("BlobUnderWay", typeof(BlobUnderWay))]
    public void A_schema_has_exactly_the_members_that_are_written_and_read(string schema, Type type)
    {
        var described = Schemas().Single(s => s.Name == schema).Value;
        var info = WebJson.Safe.GetTypeInfo(type)!;
        Assert.Equal(
            info.Properties.Select(p => p.Name).Order(),
            described.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order()
        );
        var optional = info.Properties.Where(IsOptional).Select(p => p.Name);
        // Where everything may be left out the list is left out too: an empty one is no OpenAPI.
        var required = described.TryGetProperty("required", out var list)
            ? list.EnumerateArray().Select(r => r.GetString()!)
            : [];
        Assert.Equal(info.Properties.Select(p => p.Name).Except(optional).Order(), required.Order());
    }

    [Fact]
    public async Task It_is_served_at_both_doors()
    {
        await using var residents = await TestDoor.Residents();
        await using var stewards = await TestDoor.Stewards();
        var one = await residents.Visitor().Page("/openapi.json");
        Assert.Equal(System.Text.Encoding.UTF8.GetString(Assets.OpenApi.Bytes), one);
        Assert.Equal(one, await stewards.Visitor().Page("/openapi.json"));
    }

    private static bool IsOptional(JsonPropertyInfo property) => property.IsGetNullable;

    private static string Name(WebRoute route) => $"{route.Method} {route.Pattern}";

    private static IEnumerable<string> Interface() =>
        Routes().Where(r => r.IsApi || r.Pattern is "/events" or "/openapi.json").Select(Name).Distinct();

    private static IEnumerable<WebRoute> Routes()
    {
        foreach (var letter in new[] { "r", "s" })
        {
            var options = new DoorOptions
            {
                Letter = letter,
                Https = letter == "s",
                Did = PaperDesk.Did,
            };
            using var door = new Door(options, new PaperDesk(), new LiveHub(TimeProvider.System), TimeProvider.System);
            (letter == "r" ? (Action<Door, CancellationToken>)WebDoors.MapResidents : WebDoors.MapStewards)(door, default);
            foreach (var route in door.Routes)
            {
                yield return route;
            }
        }
    }

    private IEnumerable<(string Name, JsonElement Operation)> Described() =>
        from path in _document.RootElement.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where Methods.Contains(operation.Name)
        select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value);

    private JsonElement.ObjectEnumerator Schemas() =>
        _document.RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject();
}
