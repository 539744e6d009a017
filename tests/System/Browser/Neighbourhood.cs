using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeNode.Tests.System.Browser;

/// <summary>Two cabinets, their stewards and their neighbours, each with a phone.</summary>
internal sealed partial class Neighbourhood : IAsyncDisposable
{
    private readonly IBrowser _browser;
    private readonly bool _script;
    private readonly Stack<IAsyncDisposable> _things = new();
    private readonly List<Phone> _phones = [];

    private Neighbourhood(IBrowser browser, bool script) => (_browser, _script) = (browser, script);

    public Cabinet Mill { get; private set; } = null!;
    public Cabinet Hill { get; private set; } = null!;

    public static async Task<Neighbourhood> OpenAsync(IBrowser browser, string mill, string hill, bool script = true)
    {
        var place = new Neighbourhood(browser, script);
        try
        {
            place.Mill = await place.StartAsync(mill);
            place.Hill = await place.StartAsync(hill);
            return place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    public async Task<Phone> PhoneAsync(string who, Cabinet cabinet)
    {
        var phone = await Phone.UnpackAsync(_browser, who, cabinet, _script);
        _things.Push(phone);
        _phones.Add(phone);
        return phone;
    }

    /// <summary>A steward opens their desk with the code that the cabinet printed.</summary>
    public async Task<Phone> StewardAsync(Cabinet cabinet, Func<Phone, Task>? before = null)
    {
        var phone = await PhoneAsync($"The steward of {cabinet.Name}", cabinet);
        await phone.GoAsync(cabinet.Stewards);
        if (before is not null)
        {
            await before(phone);
        }
        await phone.WriteAsync("The stewards' code", cabinet.StewardsCode);
        await phone.TapAsync("Open the desk");
        await phone.SeesAsync("Today");
        return phone;
    }

    /// <summary>Somebody makes their card at the cabinet; the page with the card is open afterwards.</summary>
    /// <returns>The phone, and the secret that stands on the card.</returns>
    public async Task<(Phone Phone, string Secret)> JoinAsync(string name, Cabinet cabinet)
    {
        var phone = await PhoneAsync(name, cabinet);
        await phone.GoAsync(cabinet.Residents);
        await phone.TapAsync("Make my card");
        await phone.WriteAsync("A name or a nickname", name);
        await phone.TapAsync("Make my card");
        await phone.SeesAsync("This is your card");
        var secret = await phone.Page.Locator(".paper .code").GetAttributeAsync("data-code");
        Assert.Matches(CardSecret(), secret);
        return (phone, secret!);
    }

    /// <summary>Every page of everybody stayed in the cabinet and without a fault, and the cabinets had no fault to tell of.</summary>
    public void AssertClean()
    {
        Assert.All(_phones, phone => phone.AssertClean());
        Assert.All([Mill, Hill], cabinet => Assert.DoesNotContain("fault", cabinet.Output, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        while (_things.TryPop(out var thing))
        {
            await thing.DisposeAsync();
        }
    }

    private async Task<Cabinet> StartAsync(string name)
    {
        var cabinet = await Cabinet.StartAsync(name);
        _things.Push(cabinet);
        return cabinet;
    }

    [GeneratedRegex("^[a-z2-7]{26}$")]
    private static partial Regex CardSecret();
}

/// <summary>What residents do on their pages, in the words of the pages.</summary>
internal static class Errands
{
    public static async Task OfferAsync(this Phone phone, string title, string kind)
    {
        await phone.BeginAsync("I offer", "Offer something");
        await phone.WriteAsync("What can you give or do?", title);
        await phone.ChooseKindAsync(kind);
        await phone.ChooseAsync("all neighbour cabinets");
        await phone.TapAsync("Offer it");
        await phone.SeesAsync("#entries", title);
    }

    public static async Task NeedAsync(this Phone phone, string title, params string[] kinds)
    {
        await phone.BeginAsync("I need", "Ask for something");
        await phone.WriteAsync("What do you need?", title);
        foreach (var kind in kinds)
        {
            await phone.ChooseKindAsync(kind);
        }
        await phone.ChooseAsync("all neighbour cabinets");
        await phone.TapAsync("Ask for it");
        await phone.SeesAsync("#entries", title);
    }

    /// <summary>
    /// Chooses a kind: among those that the words suggest, or, written as "Group: kind", from the tree. Without a script the button brings the suggestions.
    /// </summary>
    public static async Task ChooseKindAsync(this Phone phone, string kind)
    {
        if (kind.Split(": ") is [var group, var leaf])
        {
            await phone.Page.Locator("summary", new() { HasText = "All kinds" }).TapAsync();
            await phone.TapAsync(phone.Page.Locator("button.pick").Filter(new() { HasText = group }).First);
            await phone.Page.Locator("#tree label.pick").Filter(new() { HasText = leaf }).First.TapAsync();
            return;
        }

        if (await phone.Page.Locator("button.ask").IsVisibleAsync())
        {
            await phone.TapAsync(phone.Page.Locator("button.ask"));
        }

        await phone.Page.Locator("#kinds label.pick").Filter(new() { HasText = kind }).First.TapAsync();
    }

    /// <summary>From anywhere home, and to the form behind a tile.</summary>
    public static async Task BeginAsync(this Phone phone, string tile, string form)
    {
        await phone.HomeAsync();
        await phone.TapAsync(phone.Tile(tile));
        await phone.TapAsync(form);
        await Expect(phone.Page.Locator("h1")).ToHaveTextAsync(form);
    }

    public static ILocator Tile(this Phone phone, string words) => phone.Page.Locator(".tile").Filter(new() { HasText = words });

    /// <summary>The button that asks a cabinet seen on the network for a peering.</summary>
    public static ILocator Found(this Phone phone, Cabinet cabinet) =>
        phone
            .Page.Locator(".row")
            .Filter(new() { HasText = cabinet.Name })
            .Filter(new() { HasText = cabinet.Address })
            .GetByRole(AriaRole.Button);

    public static async Task HomeAsync(this Phone phone)
    {
        await phone.TapAsync(phone.Page.Locator(".bar .where"));
        await Expect(phone.Page.Locator(".tiles")).ToBeVisibleAsync();
    }

    /// <summary>A steward goes to a page of the rail.</summary>
    public static async Task ToAsync(this Phone phone, string page)
    {
        await phone.TapAsync(phone.Page.Locator(".rail a").Filter(new() { HasText = page }).First);
        await Expect(phone.Page.Locator("h1")).ToHaveTextAsync(page);
    }
}
