using Microsoft.Playwright;

namespace EdgeNode.Tests.System.Browser;

/// <summary>Debian's chromium, one for the tests of a class.</summary>
public sealed class Browsers : IAsyncLifetime
{
    /// <summary>How long a page may take to show something. A cabinet answers in milliseconds; the machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IPlaywright? _playwright;

    internal IBrowser Chromium { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        Chromium = await _playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = "/usr/bin/chromium",
                Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            }
        );
        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
    }

    public async Task DisposeAsync()
    {
        await Chromium.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>Browser tests run one after another: each has cabinets and a browser, and the machine may have two cores.</summary>
[CollectionDefinition(Name)]
public sealed class OneBrowser : ICollectionFixture<Browsers>
{
    public const string Name = "browser";
}
