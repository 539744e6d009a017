namespace EdgeNode.Tests.Sim;

/// <summary>The residents and stewards of all cabinets, and what they truly said: the cabinets' databases are checked against it.</summary>
internal sealed class People
{
    private readonly World _world;
    private readonly Prng _prng;
    private readonly Dictionary<string, Person> _byDid = new(StringComparer.Ordinal);
    private readonly List<Person> _persons = [];

    public People(World world, Prng prng)
    {
        (_world, _prng) = (world, prng);
        Canaries = new Canaries(prng.Fork());
        Stewards = [.. world.Cabinets.Select(c => new Steward(world, c, prng.Fork()))];
    }

    public Canaries Canaries { get; }
    public Steward[] Stewards { get; }
    public IReadOnlyList<Person> Persons => _persons;

    /// <summary>Residents answer soon and nobody changes their mind any more.</summary>
    public bool Settling { get; private set; }

    public Steward StewardOf(Cabinet cabinet) => Stewards[cabinet.Index];

    public Person? Find(string did) => _byDid.GetValueOrDefault(did);

    public void Begin()
    {
        if (!_world.Options.People.Automatic)
            return;
        foreach (var steward in Stewards)
            steward.Begin();
        BeginPeerings();
        foreach (var cabinet in _world.Cabinets)
            for (var i = 0; i < _world.Options.People.Residents; i++)
                Add(cabinet, automatic: true).Begin();
    }

    public void Heal()
    {
        Settling = true;
        if (!_world.Options.People.Automatic)
            return;
        foreach (var steward in Stewards)
            steward.Heal();
        foreach (var person in _persons)
            person.LookSoon();
    }

    public Person Add(Cabinet home, bool automatic)
    {
        var person = new Person(_world, home, $"{home.Name}p{_persons.Count}", _prng.Fork(), automatic);
        _persons.Add(person);
        return person;
    }

    public void Joined(Person person) => _byDid[person.Did.Value] = person;

    public void PageChanged(Cabinet cabinet, string reader)
    {
        if (reader == Sync.PageChanged.Stewards)
            StewardOf(cabinet).LookSoon();
        else if (Find(reader) is { } person && person.Home == cabinet)
            person.LookSoon();
    }

    /// <summary>After a power cut people look at the pages again.</summary>
    public void CabinetStarted(Cabinet cabinet)
    {
        if (!_world.Options.People.Automatic)
            return;
        StewardOf(cabinet).LookSoon();
        foreach (var person in _persons.Where(p => p.Home == cabinet))
            person.LookSoon();
    }

    /// <summary>Every two stewards agree on a peering in the first hours: one asks, or the other, or both at once.</summary>
    private void BeginPeerings()
    {
        foreach (var a in Stewards)
        foreach (var b in Stewards.Where(s => s.Cabinet.Index > a.Cabinet.Index))
        {
            var at = _prng.Between(TimeSpan.Zero, TimeSpan.FromHours(1));
            var who = _prng.Below(10);
            if (who < 7)
                _world.After(at, () => a.Request(b.Cabinet));
            if (who > 4)
                _world.After(at, () => b.Request(a.Cabinet));
            if (_prng.Percent(_world.Options.People.EndPeeringPct))
                _world.After(
                    _prng.Between(TimeSpan.FromHours(6), TimeSpan.FromDays(Math.Max(1, _world.Options.Days - 0.5))),
                    () => _prng.Pick([a, b]).End((a.Cabinet, b.Cabinet))
                );
        }
    }
}
