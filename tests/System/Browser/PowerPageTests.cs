using EdgeNode.Store;
using EdgeNode.Tests.System.Hosts;
using static Microsoft.Playwright.Assertions;

namespace EdgeNode.Tests.System.Browser;

/// <summary>The steward's page about power, on a phone: with nothing recorded, and with ten years.</summary>
[Collection(OneBrowser.Name)]
public sealed class PowerPageTests(Browsers browsers) : IAsyncLifetime
{
    private readonly Look _look = new();
    private Cabinet _cabinet = null!;

    public async Task InitializeAsync() => _cabinet = await Cabinet.StartAsync("Station cabinet", Prepare);

    public async Task DisposeAsync() => await _cabinet.DisposeAsync();

    private static string ScriptOf(CabinetProcess process) => Path.Combine(process.Folder, "power");

    private static void Prepare(CabinetProcess process)
    {
        File.WriteAllText(ScriptOf(process), "mains off\nvolts 3.71\npercent 61\namps -1.7\n");
        process.Set("power:script", ScriptOf(process));
        process.Set("alerts:charge", "65/70");
    }

    [Fact]
    public async Task A_steward_sees_how_power_stands_and_ten_years_of_it()
    {
        await using var phone = await Phone.UnpackAsync(browsers.Chromium, "The steward", _cabinet);
        await OpenDeskAsync(phone);
        await phone.GoAsync(_cabinet.Stewards + "/power?span=years");
        await phone.SeesAsync("Nothing is recorded for this time yet.");
        await phone.SeesAsync("#power", "raised");
        await _look.AtAsync(phone, "steward-power-empty");

        await _cabinet.Process.StopAsync();
        LiveTenYears(_cabinet.Process.Database);
        await _cabinet.Process.StartAsync();
        await OpenDeskAsync(phone);
        foreach (var span in (string[])["day", "month", "years"])
        {
            await phone.GoAsync($"{_cabinet.Stewards}/power?span={span}");
            await Expect(phone.Page.Locator("#power svg[role=img]").First).ToBeVisibleAsync();
            await _look.AtAsync(phone, "steward-power-" + span);
        }
        await phone.GoAsync(_cabinet.Stewards + "/power/stop");
        await _look.AtAsync(phone, "steward-power-stop");
        _look.AssertNothingFound();
        phone.AssertClean();
    }

    private async Task OpenDeskAsync(Phone phone)
    {
        await phone.GoAsync(_cabinet.Stewards);
        if (await phone.Page.GetByLabel("The stewards' code").CountAsync() == 0)
        {
            return;
        }
        await phone.WriteAsync("The stewards' code", _cabinet.StewardsCode);
        await phone.TapAsync("Open the desk");
        await phone.SeesAsync("Today");
    }

    /// <summary>Every tier as a cabinet fills it: charged by day, drawn on by night, an outage now and then.</summary>
    private static void LiveTenYears(string database)
    {
        const long Minute = 60_000;
        using var db = new StoreFile(database).OpenWriter([]);
        db.Begin();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var (tier, step, kept) in new (int, long, int)[] { (0, 1, 2880), (1, 15, 2976), (2, 60, 8784), (3, 1440, 3650) })
        {
            for (var i = 0; i < kept; i++)
            {
                var at = (now / (step * Minute) - kept + i) * step * Minute;
                var hour = at / 3_600_000.0 % 24;
                var outage = Math.Sin(at / 4e7) > 0.93 || (tier == 0 && i is > 700 and < 1000);
                var percent = 68 + 27 * Math.Sin((hour - 8) / 24 * 2 * Math.PI) - (outage ? 25 : 0);
                db.Run(
                    "INSERT OR REPLACE INTO power_history (tier, at, state, mains, percent, volts, watts, samples) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
                    tier,
                    at,
                    outage ? 2 : 0,
                    outage ? 0 : 1,
                    percent,
                    3.3 + percent / 120,
                    outage ? 6.3 : -2.1
                );
            }
        }
        db.Commit();
    }
}
