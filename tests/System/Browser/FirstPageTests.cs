using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeNode.Tests.System.Browser;

/// <summary>What somebody who knows nothing meets first, and what they meet when something is wrong.</summary>
[Collection(OneBrowser.Name)]
public sealed class FirstPageTests(Browsers browsers) : IAsyncLifetime
{
    /// <summary>In bytes, everything that the first page asks for, with its headers.</summary>
    private const int HeaviestFirstPage = 30_000;

    private readonly Look _look = new();
    private Cabinet _cabinet = null!;

    public async Task InitializeAsync() => _cabinet = await Cabinet.StartAsync("Station cabinet");

    public async Task DisposeAsync() => await _cabinet.DisposeAsync();

    [Fact]
    public async Task The_first_page_weighs_at_most_30_kilobytes_in_three_requests()
    {
        await using var phone = await Phone.UnpackAsync(browsers.Chromium, "Somebody", _cabinet);
        var asked = new List<IRequest>();
        phone.Page.RequestFinished += (_, request) => asked.Add(request);
        var listening = phone.Page.WaitForRequestAsync(request => request.Url.Contains("/events", StringComparison.Ordinal));

        await phone.GoAsync(_cabinet.Residents);
        await listening;

        Assert.Equal(["/", "/live.js", "/style.css"], asked.Select(r => new Uri(r.Url).AbsolutePath).Order());
        var sizes = await Task.WhenAll(asked.Select(r => r.SizesAsync()));
        Assert.InRange(sizes.Sum(s => s.ResponseBodySize + s.ResponseHeadersSize), 1, HeaviestFirstPage);
        phone.AssertClean();
    }

    [Fact]
    public async Task A_page_that_was_seen_before_asks_for_itself_alone()
    {
        await using var phone = await Phone.UnpackAsync(browsers.Chromium, "Somebody", _cabinet);
        await phone.GoAsync(_cabinet.Residents);
        await phone.TapAsync("How does this work?");
        await Expect(phone.Page.Locator("h1")).ToHaveTextAsync("Help");
        var fetched = await phone.Page.EvaluateAsync<string[]>(
            "performance.getEntriesByType('resource').filter(e => e.transferSize > 0).map(e => new URL(e.name).pathname)"
        );
        Assert.Empty(fetched);
    }

    [Fact]
    public async Task What_goes_wrong_is_said_on_a_page_that_everybody_can_use()
    {
        await using var phone = await Phone.UnpackAsync(browsers.Chromium, "Somebody", _cabinet);
        await phone.GoAsync(_cabinet.Residents + "/help");
        await _look.AtAsync(phone, "help");
        await phone.GoAsync(_cabinet.Residents + "/no-such-page");
        await phone.SeesAsync("There is no such page here");
        await _look.AtAsync(phone, "error");

        await phone.GoAsync(_cabinet.Residents + "/offer");
        await phone.SeesAsync("Please show your card again");
        await _look.AtAsync(phone, "signed-out");
        await phone.WriteAsync("The code on your card", "aaaa bbbb cccc dddd eeee ffff gg");
        await phone.TapAsync("Open my page");
        await phone.SeesAsync("This code does not open anything here.");
        await _look.AtAsync(phone, "wrong-code");

        await phone.GoAsync(_cabinet.Residents + "/join");
        await _look.AtAsync(phone, "join");
        _look.AssertNothingFound();
    }

    [Fact]
    public async Task A_look_at_a_bad_page_finds_what_is_bad()
    {
        await using var phone = await Phone.UnpackAsync(browsers.Chromium, "Somebody", _cabinet);
        await phone.GoAsync(_cabinet.Residents);
        await phone.Page.EvaluateAsync(
            """
            const bad = document.createElement("div");
            bad.innerHTML = "<button></button><p>too pale to read</p>";
            bad.style.width = "500px";
            bad.lastChild.style.color = "#bbb";
            bad.lastChild.style.background = "#fff";
            document.querySelector("main").append(bad);
            """
        );
        var look = new Look();
        await look.AtAsync(phone, "bad");
        Assert.Contains(look.Found, f => f.Contains("wide on a screen of 390", StringComparison.Ordinal));
        Assert.Contains(look.Found, f => f.Contains("button-name", StringComparison.Ordinal));
        Assert.Contains(look.Found, f => f.Contains("color-contrast", StringComparison.Ordinal));
    }
}
