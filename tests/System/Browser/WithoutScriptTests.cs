namespace EdgeNode.Tests.System.Browser;

/// <summary>
/// The same journey, shorter, on phones that run no script: forms and links do everything. The neighbours here write from right to left, and one writes
/// long words.
/// </summary>
[Collection(OneBrowser.Name)]
public sealed class WithoutScriptTests(Browsers browsers) : IAsyncLifetime
{
    private const string Bread = "خبز طازج كل يوم جمعة";
    private const string Lesson = "دروس في اللغة العربية للمبتدئين";
    private const string Repair = "Waschmaschinenreparaturwerkstattbesuchsvereinbarung";

    private const string OtherRepairs = "Repairs: Other repairs";

    private readonly Look _look = new(script: false);
    private Neighbourhood _place = null!;

    public async Task InitializeAsync() =>
        _place = await Neighbourhood.OpenAsync(browsers.Chromium, "Orchard cabinet", "خزانة الميناء", script: false);

    public async Task DisposeAsync() => await _place.DisposeAsync();

    [Fact]
    public async Task A_ring_over_two_cabinets_closes_without_any_script_and_in_any_direction()
    {
        var (orchard, harbour) = await PeerAsync();
        var salma = await JoinAsync("سلمى", _place.Mill, Bread, "Bread", Lesson, "Arabic lessons");
        var omar = await JoinAsync("عمر", _place.Hill, Lesson, "Arabic lessons", Repair, OtherRepairs);
        var adelheid = await JoinAsync("Adelheid von Oberndorff", _place.Mill, Repair, OtherRepairs, Bread, "Bread");
        Phone[] people = [salma, omar, adelheid];

        await salma.ReloadsUntilAsync("#around", "خزانة الميناء 1 offer, 1 need");
        await omar.ReloadsUntilAsync("#around", "Orchard cabinet 2 offers, 2 needs");
        foreach (var steward in new[] { orchard, harbour })
        {
            await steward.ToAsync("Rings");
            await steward.TapAsync("Start a plan run");
        }
        foreach (var (i, person) in people.Index())
        {
            await person.ReloadsUntilAsync("#waiting", "A ring waits for you");
            await person.TapAsync("A ring waits for you");
            await _look.AtAsync(person, $"plain-ring-{i}");
            await person.TapAsync("Yes");
        }
        foreach (var person in people)
        {
            await person.ReloadsUntilAsync("#ring", "What was agreed");
            await person.TapAsync("I have given it");
        }
        foreach (var person in people)
        {
            await person.TapAsync("I have got it");
        }
        foreach (var person in people)
        {
            await person.ReloadsUntilAsync("#ring", "This ring is done.");
        }
        _place.AssertClean();
        _look.AssertNothingFound();
    }

    private async Task<(Phone Orchard, Phone Harbour)> PeerAsync()
    {
        var (orchard, harbour) = (await _place.StewardAsync(_place.Mill), await _place.StewardAsync(_place.Hill));
        await orchard.ToAsync("Neighbours");
        await orchard.ReloadsUntilAsync("#peerings", _place.Hill.Name);
        await orchard.TapAsync(orchard.Found(_place.Hill));
        await harbour.ReloadsUntilAsync("#today", "Orchard cabinet asks for a peering");
        await harbour.TapAsync("Orchard cabinet asks for a peering");
        await harbour.TapAsync("Accept the peering");
        await harbour.ReloadsUntilAsync("#peerings", "enrolled");
        await orchard.ReloadsUntilAsync("#peerings", "enrolled");
        await _look.AtAsync(orchard, "plain-s-neighbours");
        return (orchard, harbour);
    }

    private async Task<Phone> JoinAsync(
        string name,
        Cabinet cabinet,
        string gives,
        string givesKind,
        string needs,
        string needsKind
    )
    {
        var (phone, secret) = await _place.JoinAsync(name, cabinet);
        // The link to try the card leads to the form; without a script the code is typed.
        await phone.TapAsync("Open my page with it");
        await phone.WriteAsync("The code on your card", secret);
        await phone.TapAsync("Open my page");
        await phone.SeesAsync(name);
        await phone.OfferAsync(gives, givesKind);
        await _look.AtAsync(phone, "plain-offers-" + givesKind.Split(' ')[0].ToLowerInvariant());
        await phone.NeedAsync(needs, needsKind);
        await phone.HomeAsync();
        return phone;
    }
}
