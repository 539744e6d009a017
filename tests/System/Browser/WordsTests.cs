using static Microsoft.Playwright.Assertions;

namespace EdgeNode.Tests.System.Browser;

/// <summary>Words that become a kind while they are written, and words that find what neighbours share.</summary>
[Collection(OneBrowser.Name)]
public sealed class WordsTests(Browsers browsers) : IAsyncLifetime
{
    private readonly Look _look = new();
    private Neighbourhood _place = null!;

    public async Task InitializeAsync() =>
        _place = await Neighbourhood.OpenAsync(browsers.Chromium, "Mill cabinet", "Hill cabinet");

    public async Task DisposeAsync() => await _place.DisposeAsync();

    [Fact]
    public async Task Kinds_appear_while_somebody_types_and_a_search_finds_what_a_neighbour_shares()
    {
        await PeerAsync();
        var alice = await JoinAsync("Alice", _place.Mill);
        await KindsAppearWhileTypingAsync(alice);
        var bob = await JoinAsync("Bob", _place.Hill);
        await SearchFindsWhatIsSharedAsync(bob);
        _place.AssertClean();
        _look.AssertNothingFound();
    }

    private async Task KindsAppearWhileTypingAsync(Phone alice)
    {
        await alice.BeginAsync("I offer", "Offer something");
        await Expect(alice.Page.Locator("button.ask")).ToBeHiddenAsync();
        await alice.SeesAsync("#kinds", "Write a few words above");
        await alice.Page.EvaluateAsync("window.stillTheSame = true");

        // Letter by letter, as fingers do; a slip of the finger is understood.
        await alice.Page.GetByLabel("What can you give or do?").PressSequentiallyAsync("Fresh sou", new() { Delay = 40 });
        await alice.SeesAsync("#kinds", "Bread");
        await alice.Page.GetByLabel("What can you give or do?").FillAsync("Bycicle repair, also brakes");
        await alice.SeesAsync("#kinds", "Bicycle repair");
        await alice.SeesAsync("#kinds", "Understood as bicycle repair");
        await _look.AtAsync(alice, "words-typed");
        Assert.Equal(0, await alice.Page.Locator("#kinds input:checked").CountAsync());

        // What was chosen stays chosen when more is written.
        await alice.ChooseKindAsync("Bicycle repair");
        await alice.Page.GetByLabel("What can you give or do?").FillAsync("Bicycle repair for children");
        await alice.SeesAsync("#kinds", "Children");
        Assert.Equal("bike-repair", await alice.Page.Locator("#kinds input:checked").GetAttributeAsync("value"));
        Assert.True(await alice.Page.EvaluateAsync<bool>("window.stillTheSame === true"));
        await alice.ChooseAsync("all neighbour cabinets");
        await alice.TapAsync("Offer it");
        await alice.SeesAsync("#entries", "Bicycle repair for children");
        await alice.SeesLiveAsync("#entries", "Hill cabinet has it");
        await BrowsesAsync(alice);
    }

    // Who would rather look than write opens the tree; nothing written or chosen is lost on the way.
    private async Task BrowsesAsync(Phone alice)
    {
        await alice.BeginAsync("I need", "Ask for something");
        await alice.WriteAsync("What do you need?", "خبز");
        await alice.SeesAsync("#kinds", "Bread");
        await alice.ChooseKindAsync("Bread");
        await alice.ChooseKindAsync("Garden and plants: Compost and soil");
        await _look.AtAsync(alice, "words-tree");
        Assert.Equal(
            ["bread", "compost"],
            await alice.Page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('input[name=category]:checked')].map(i => i.value)"
            )
        );
        Assert.Equal("خبز", await alice.Page.GetByLabel("What do you need?").InputValueAsync());
    }

    private async Task SearchFindsWhatIsSharedAsync(Phone bob)
    {
        await bob.HomeAsync();
        await bob.WriteAsync("What are you looking for?", "bycicles");
        await bob.TapAsync("Find");
        await bob.SeesAsync("Nobody shares anything like bycicles now.");
        await _look.AtAsync(bob, "find-nothing");
        await bob.TapAsync("Did you mean bicycle?");
        await bob.SeesAsync("#found", "Bicycle repair for children");
        await bob.SeesAsync("#found", "Alice offers it");
        await bob.SeesAsync("#found", "Mill cabinet");
        await _look.AtAsync(bob, "find-found");
        await bob.GoAsync(_place.Hill.Residents + "/find?q=zither");
        await bob.TapAsync("Ask for it");
        Assert.Equal("zither", await bob.Page.GetByLabel("What do you need?").InputValueAsync());
    }

    private async Task PeerAsync()
    {
        var (mill, hill) = (await _place.StewardAsync(_place.Mill), await _place.StewardAsync(_place.Hill));
        await mill.ToAsync("Neighbours");
        await mill.SeesLiveAsync("#peerings", _place.Hill.Name);
        await mill.TapAsync(mill.Found(_place.Hill));
        await hill.SeesLiveAsync("#today", "Mill cabinet asks for a peering");
        await hill.TapAsync("Mill cabinet asks for a peering");
        await hill.TapAsync("Accept the peering");
        await hill.SeesLiveAsync("#peerings", "enrolled");
        await mill.SeesLiveAsync("#peerings", "enrolled");
    }

    private async Task<Phone> JoinAsync(string name, Cabinet cabinet)
    {
        var (phone, _) = await _place.JoinAsync(name, cabinet);
        await phone.TapAsync("Open my page with it");
        await phone.SeesAsync(name);
        return phone;
    }
}
