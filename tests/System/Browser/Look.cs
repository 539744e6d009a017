using Microsoft.Playwright;

namespace EdgeNode.Tests.System.Browser;

/// <summary>
/// Looks at a page as it stands in every way people see it: on a phone and on a wide screen, light and dark, with letters twice as large, from right to
/// left. Each way must fit the width and be usable; the pictures are kept in out/test/screenshots for a person to look at. What is found is gathered, so that one
/// run tells of every page.
/// </summary>
internal sealed class Look(bool script = true)
{
    private static readonly (int Width, int Height)[] Screens = [(1280, 900), (Phone.Width, Phone.Height)];

    private static readonly string Folder = Directory
        .CreateDirectory(Path.Combine(Tree.Root, "out", "test", "screenshots"))
        .FullName;

    private readonly List<string> _found = [];

    /// <summary>What was found so far, one sentence each.</summary>
    public IReadOnlyList<string> Found => _found;

    /// <summary>Fails with everything that was found on any page.</summary>
    public void AssertNothingFound() => Assert.True(_found.Count == 0, string.Join(Environment.NewLine, _found));

    public async Task AtAsync(Phone phone, string name)
    {
        var page = phone.Page;
        foreach (var (width, height) in Screens)
        {
            await page.SetViewportSizeAsync(width, height);
            foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                var what = $"{name}-{width}-{scheme.ToString().ToLowerInvariant()}";
                await KeepAsync(page, what);
                await FitsAsync(page, what, width);
                if (script)
                {
                    await IsForEverybodyAsync(page, what);
                }
            }
        }
        await FitsWithAsync(page, name, "large", "style.fontSize", "225%");
        await FitsWithAsync(page, name, "rtl", "dir", "rtl");
    }

    /// <summary>The page as it is on the phone's screen, two dots a point, as the README shows it.</summary>
    public static async Task PictureAsync(Phone phone, string name) =>
        await phone.Page.ScreenshotAsync(new() { Path = PathOf(name) });

    private async Task FitsWithAsync(IPage page, string name, string way, string property, string value)
    {
        var set =
            $"v => {{ const was = document.documentElement.{property}; document.documentElement.{property} = v; return was; }}";
        var was = await page.EvaluateAsync<string>(set, value);
        await KeepAsync(page, $"{name}-{Phone.Width}-{way}");
        await FitsAsync(page, $"{name}-{Phone.Width}-{way}", Phone.Width);
        await page.EvaluateAsync<string>(set, was);
    }

    /// <summary>Nothing has to be moved sideways, and nothing that is tapped is smaller than a fingertip.</summary>
    private async Task FitsAsync(IPage page, string what, int width)
    {
        var wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        if (wide > width)
        {
            _found.Add($"{what} is {wide} wide on a screen of {width}.");
        }
        var small = await page.EvaluateAsync<string[]>(SmallTargets);
        _found.AddRange(small.Select(target => $"{what}: smaller than a fingertip: {target}"));
    }

    private async Task IsForEverybodyAsync(IPage page, string what) =>
        _found.AddRange((await Axe.FindAsync(page)).Select(finding => $"{what}: {finding}"));

    private static async Task KeepAsync(IPage page, string what) =>
        await page.ScreenshotAsync(
            new()
            {
                Path = PathOf(what),
                FullPage = true,
                Animations = ScreenshotAnimations.Disabled,
                Scale = ScreenshotScale.Css,
            }
        );

    private static string PathOf(string name) => Path.Combine(Folder, name + ".png");

    // Links inside a sentence are as high as their line (WCAG 2.5.8 exempts them); everything else is at least 48 points high or wide.
    private const string SmallTargets = """
        Array.from(document.querySelectorAll("a, button, summary, input:not([type=hidden]), select, textarea, label.pick"))
          .filter(e => e.checkVisibility() && !e.closest("p") && !e.closest("label.pick:not(:scope)") && !e.matches(".skip") && !e.closest(".pick input"))
          .filter(e => !(e.matches("input") && e.closest(".pick")))
          .map(e => ({ e, box: e.getBoundingClientRect() }))
          .filter(x => x.box.height < 47.5 || x.box.width < 47.5)
          .map(x => `${x.e.tagName} "${x.e.textContent.trim().slice(0, 40)}" ${Math.round(x.box.width)} by ${Math.round(x.box.height)}`)
        """;
}
