using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeNode.Tests.System.Browser;

/// <summary>
/// A person with a phone: 390 by 844 points, used by taps. Everything the phone asks for and every complaint of its browser is kept, so that a test can
/// claim that nothing left the cabinet and nothing was wrong.
/// </summary>
internal sealed class Phone : IAsyncDisposable
{
    public const int Width = 390;
    public const int Height = 844;

    private readonly IBrowserContext _context;
    private readonly Cabinet _cabinet;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Phone(string who, IBrowserContext context, Cabinet cabinet, IPage page) =>
        (Who, _context, _cabinet, Page) = (who, context, cabinet, page);

    public string Who { get; }
    public IPage Page { get; }

    public static async Task<Phone> UnpackAsync(IBrowser browser, string who, Cabinet cabinet, bool script = true)
    {
        var context = await browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = Width, Height = Height },
                DeviceScaleFactor = 2,
                HasTouch = true,
                IsMobile = true,
                Locale = "en-GB",
                JavaScriptEnabled = script,
                // The stewards' certificate is the cabinet's own.
                IgnoreHTTPSErrors = true,
            }
        );
        var phone = new Phone(who, context, cabinet, await context.NewPageAsync());
        context.Request += (_, request) => phone.Hear(request);
        context.Console += (_, message) => phone.Hear(message);
        context.WebError += (_, error) => phone.Complain($"script: {error.Error}");
        return phone;
    }

    /// <summary>Opens an address of the cabinet.</summary>
    public Task GoAsync(string address) => Page.GotoAsync(address);

    /// <summary>Taps the link or button that is called so, and waits for the page it leads to.</summary>
    public Task TapAsync(string words) =>
        TapAsync(
            Page.GetByRole(AriaRole.Button, new() { Name = words, Exact = true })
                .Or(Page.GetByRole(AriaRole.Link, new() { Name = words }))
                .First
        );

    /// <summary>Taps what leads to another page, and waits until that page has taken the place of this one.</summary>
    public async Task TapAsync(ILocator what)
    {
        await Page.EvaluateAsync("document.documentElement.dataset.left = ''");
        await what.TapAsync();
        await Expect(Page.Locator("html:not([data-left]) main")).ToBeVisibleAsync();
    }

    /// <summary>Taps a row of a choice.</summary>
    public Task ChooseAsync(string words) => Page.Locator("label.pick").Filter(new() { HasText = words }).First.TapAsync();

    public Task WriteAsync(string label, string words) => Page.GetByLabel(label).FillAsync(words);

    /// <summary>Waits until these words are on the page, to be seen.</summary>
    public Task SeesAsync(string words) => SeesAsync("#main", words);

    public Task SeesAsync(string part, string words) => Expect(Page.Locator(part)).ToContainTextAsync(words);

    /// <summary>Waits until the page shows the words by itself: the very document that was open before must still be open.</summary>
    public async Task SeesLiveAsync(string part, string words)
    {
        await Page.EvaluateAsync("window.stillTheSame = true");
        await SeesAsync(part, words);
        Assert.True(await Page.EvaluateAsync<bool>("window.stillTheSame === true"), $"{Who}'s page was loaded anew.");
    }

    /// <summary>For pages without a script: loads the page anew until it shows the words.</summary>
    public async Task ReloadsUntilAsync(string part, string words)
    {
        using var deadline = new CancellationTokenSource(Browsers.Patience);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
        while (!(await Page.Locator(part).First.TextContentAsync() ?? "").Contains(words, StringComparison.Ordinal))
        {
            Assert.True(await pause.WaitForNextTickAsync(deadline.Token));
            await Page.ReloadAsync();
        }
    }

    /// <summary>Every request went to the cabinet, and the browser had nothing to complain about.</summary>
    public void AssertClean() => Assert.Empty(_complaints);

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Hear(IRequest request)
    {
        if (new Uri(request.Url) is { Scheme: not "data" } url && url.Host != _cabinet.Address)
        {
            Complain($"asked {url} beyond the cabinet");
        }
    }

    private void Hear(IConsoleMessage message)
    {
        if (message.Type is "error" or "warning")
        {
            Complain($"{message.Type}: {message.Text} ({message.Location})");
        }
    }

    private void Complain(string what) => _complaints.Enqueue($"{Who}, {Page.Url}: {what}");
}
