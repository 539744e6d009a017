namespace EdgeNode.Tests.System.Browser;

/// <summary>The main journey: two cabinets, two stewards, three neighbours, only taps.</summary>
[Collection(OneBrowser.Name)]
public sealed class RingByTapsTests(Browsers browsers) : IAsyncLifetime
{
    private const string Design = "Drawing and design";
    private const string Catering = "Cooking for many";
    private const string Legal = "Legal advice";

    private readonly Look _look = new();
    private Neighbourhood _place = null!;
    private Phone _millSteward = null!;
    private Phone _hillSteward = null!;
    private Phone _alice = null!;
    private Phone _carol = null!;
    private Phone _bob = null!;

    public async Task InitializeAsync() =>
        _place = await Neighbourhood.OpenAsync(browsers.Chromium, "Mill cabinet", "Hill cabinet");

    public async Task DisposeAsync() => await _place.DisposeAsync();

    [Fact]
    public async Task A_ring_over_two_cabinets_is_found_accepted_and_done_by_taps_and_every_page_shows_it_live()
    {
        await StewardsPeerTheirCabinetsAsync();
        await NeighboursJoinAsync();
        await NeighboursSayWhatTheyOfferAndNeedAsync();
        await StewardsStartThePlanAsync();
        await EverybodySaysYesAsync();
        await EverybodyGivesAndGetsAsync();
        await StewardsLookBackAsync();
        _place.AssertClean();
        _look.AssertNothingFound();
    }

    private async Task StewardsPeerTheirCabinetsAsync()
    {
        _hillSteward = await _place.StewardAsync(_place.Hill, p => _look.AtAsync(p, "s-signin"));
        await _look.AtAsync(_hillSteward, "s-today-first");
        _millSteward = await _place.StewardAsync(_place.Mill);
        await _millSteward.ToAsync("Neighbours");
        await _millSteward.SeesLiveAsync("#peerings", _place.Hill.Name);
        await _look.AtAsync(_millSteward, "s-neighbours-found");

        await _millSteward.TapAsync(_millSteward.Found(_place.Hill));
        await _millSteward.SeesAsync("The request is on its way.");
        await _hillSteward.SeesLiveAsync("#today", "Mill cabinet asks for a peering");
        await _look.AtAsync(_hillSteward, "s-today-request");
        await _hillSteward.TapAsync("Mill cabinet asks for a peering");
        await _hillSteward.SeesAsync("Accept a peering with Mill cabinet?");
        await _look.AtAsync(_hillSteward, "s-accept");
        await _hillSteward.TapAsync("Accept the peering");
        await _hillSteward.SeesLiveAsync("#peerings", "enrolled");
        await _millSteward.SeesLiveAsync("#peerings", "enrolled");
        await _millSteward.SeesLiveAsync("#peerings", "in contact");
        await _look.AtAsync(_millSteward, "s-neighbours-enrolled");
    }

    private async Task NeighboursJoinAsync()
    {
        (_alice, _) = await _place.JoinAsync("Alice", _place.Mill);
        await _look.AtAsync(_alice, "card");
        await _alice.TapAsync("Open my page with it");
        await _alice.SeesAsync("Alice");
        await _look.AtAsync(_alice, "home-first");

        // Carol types her code, the way people type.
        (_carol, var typed) = await _place.JoinAsync("Carol", _place.Mill);
        await _carol.GoAsync(_place.Mill.Residents);
        await _look.AtAsync(_carol, "welcome");
        await _carol.WriteAsync(
            "The code on your card",
            string.Join(' ', typed.ToUpperInvariant().Chunk(4).Select(c => new string(c)))
        );
        await _carol.TapAsync("Open my page");
        await _carol.SeesAsync("Carol");

        // Bob's camera opens the link on his card.
        (_bob, var scanned) = await _place.JoinAsync("Bob", _place.Hill);
        await _bob.GoAsync($"{_place.Hill.Residents}/c#{scanned}");
        await _bob.SeesAsync("Bob");
        Assert.DoesNotContain(scanned, _bob.Page.Url, StringComparison.Ordinal);
    }

    private async Task NeighboursSayWhatTheyOfferAndNeedAsync()
    {
        await _alice.TapAsync(_alice.Tile("I offer"));
        await _look.AtAsync(_alice, "offer-empty");
        await _alice.TapAsync("Offer something");
        await _alice.SeesAsync("Who may see it?");
        await _look.AtAsync(_alice, "offer-form");
        await _alice.OfferAsync("Help with a rental contract", "Papers, money and law: " + Legal);
        await _alice.SeesLiveAsync("#entries", "Hill cabinet has it");
        await _look.AtAsync(_alice, "offer-shared");
        await _alice.NeedAsync("A buffet for twenty guests", Catering);
        await _alice.HomeAsync();

        await _carol.OfferAsync("A poster for your event", Design);
        await _carol.BeginAsync("I need", "Ask for something");
        await _look.AtAsync(_carol, "need-form");
        await _carol.NeedAsync("A lawyer to look at my lease", Legal);
        await _carol.HomeAsync();

        await _bob.OfferAsync("Cooking for up to thirty", Catering);
        await _bob.NeedAsync("A sign for my bakery", "Craft, drawing and design: " + Design);
        await _bob.SeesLiveAsync("#entries", "Mill cabinet has it");
        await _look.AtAsync(_bob, "need-shared");
        await _bob.HomeAsync();
        await _carol.SeesLiveAsync("#around", "Hill cabinet 1 offer, 1 need");
        await _bob.SeesLiveAsync("#around", "Mill cabinet 2 offers, 2 needs");
    }

    private async Task StewardsStartThePlanAsync()
    {
        await _millSteward.ToAsync("Rings");
        await _hillSteward.ToAsync("Rings");
        await _look.AtAsync(_millSteward, "s-rings-first");
        // Both cabinets find the same ring; the one where it begins proposes it.
        await _millSteward.TapAsync("Start a plan run");
        await _hillSteward.TapAsync("Start a plan run");
        await _millSteward.SeesLiveAsync("#rings section.card", "The last run found 1 ring with 3 items");
        await _hillSteward.SeesLiveAsync("#rings tbody", "being asked");
        await _millSteward.SeesLiveAsync("#rings tbody", "being asked");
        await _alice.SeesLiveAsync("#waiting", "A ring waits for you");
        await _bob.SeesLiveAsync("#waiting", "A ring waits for you");
        await _look.AtAsync(_bob, "home-ring");
    }

    private async Task EverybodySaysYesAsync()
    {
        foreach (var phone in new[] { _alice, _carol, _bob })
        {
            await phone.TapAsync("A ring waits for you");
            await phone.SeesAsync("A ring of 3 people");
        }
        await _carol.SeesAsync("You give A poster for your event to Bob. You get Help with a rental contract from Alice.");
        await Look.PictureAsync(_carol, "ring-card");
        await _look.AtAsync(_carol, "ring-asked");
        await WhyThisRingAsync();

        await _alice.TapAsync("Yes");
        await _alice.SeesAsync("Your yes is signed and kept here.");
        await _look.AtAsync(_alice, "ring-waits");
        await _alice.GoAsync(_place.Mill.Residents + "/promises");
        await _look.AtAsync(_alice, "promises-under-way");
        await _carol.TapAsync("Yes");
        await _bob.TapAsync("Yes");
        await _alice.SeesLiveAsync("#promises", "Agreed");
        await _bob.SeesLiveAsync("#ring", "What was agreed");
        await _carol.SeesLiveAsync("#ring", "What was agreed");
        await _look.AtAsync(_carol, "ring-agreed");
    }

    private async Task WhyThisRingAsync()
    {
        await _carol.Page.Locator("summary", new() { HasText = "Why this ring?" }).TapAsync();
        await _carol.TapAsync("Why exactly this one?");
        await _carol.SeesAsync(
            "You get Help with a rental contract, because it is of the kind Legal advice, which you chose for your need A lawyer to look at my lease."
        );
        await _carol.SeesAsync("No other offer that is shared would meet this need.");
        await _look.AtAsync(_carol, "ring-why");
        await _carol.TapAsync("Back to the ring");
    }

    private async Task EverybodyGivesAndGetsAsync()
    {
        await _alice.TapAsync("You give Help with a rental contract");
        await _alice.TapAsync("I have given it");
        await _carol.SeesLiveAsync("#ring", "Alice says it was given");
        await _look.AtAsync(_carol, "ring-given");
        await _carol.TapAsync("I have got it");
        await _carol.TapAsync("I have given it");
        await _bob.SeesLiveAsync("#ring", "Carol says it was given");
        await _bob.TapAsync("I have got it");
        await _bob.TapAsync("I have given it");
        await _alice.SeesLiveAsync("#ring", "Bob says it was given");
        await _alice.TapAsync("I have got it");
        foreach (var phone in new[] { _alice, _bob, _carol })
        {
            await phone.SeesLiveAsync("#ring", "This ring is done.");
        }
        await _look.AtAsync(_bob, "ring-done");
        await _bob.HomeAsync();
        await _bob.TapAsync(_bob.Tile("My promises"));
        await _look.AtAsync(_bob, "promises-over");
    }

    private async Task StewardsLookBackAsync()
    {
        await _millSteward.SeesLiveAsync("#rings", "done");
        await _look.AtAsync(_millSteward, "s-rings-done");
        foreach (
            var (page, name) in new[]
            {
                ("Today", "s-today"),
                ("Queues", "s-queues"),
                ("Scarce", "s-scarce"),
                ("Data map", "s-map"),
            }
        )
        {
            await _millSteward.ToAsync(page);
            await _look.AtAsync(_millSteward, name);
        }
        foreach (var (page, name) in new[] { ("Residents", "s-residents"), ("Audit", "s-audit"), ("Health", "s-health") })
        {
            await _millSteward.ToAsync(page);
            await _look.AtAsync(_millSteward, name);
        }
        await _millSteward.ToAsync("Neighbours");
        await _millSteward.TapAsync("End");
        await _millSteward.SeesAsync("End the peering with Hill cabinet?");
        await _look.AtAsync(_millSteward, "s-end");
    }
}
