using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// A resident with a card. What they said and were told stands here, apart from any database. An answer that got lost in a power cut is unknown: they look
/// again and see.
/// </summary>
internal sealed class Person(World world, Cabinet home, string name, Prng prng, bool automatic)
{
    private readonly List<string> _items = [];
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly bool _silent = automatic && prng.Percent(world.Options.People.SilentPct);
    private byte[] _seed = [];
    private bool _lookPending;

    public string Name => name;
    public Cabinet Home => home;
    public Did Did { get; private set; }
    public bool HasJoined => _seed.Length > 0;
    public IReadOnlyList<string> Items => _items;

    /// <summary>The did:key of their signatures.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Rings they have signed a yes for, whether or not it arrived.</summary>
    public HashSet<string> SaidYes { get; } = new(StringComparer.Ordinal);

    /// <summary>Rings for which the cabinet has confirmed their no.</summary>
    public HashSet<string> Declined { get; } = new(StringComparer.Ordinal);

    public void Begin() => world.After(prng.Between(TimeSpan.FromMinutes(10), TimeSpan.FromHours(2)), () => Join(Post));

    public void Join(Action? joined = null) =>
        home.Ask(
            new Join(name, "en"),
            answer =>
            {
                if (answer is { IsDone: true })
                {
                    TakeCard(answer);
                    joined?.Invoke();
                }
                else if (automatic)
                    world.After(TimeSpan.FromMinutes(30), () => Join(joined));
            }
        );

    public void Offer(string category, Sharing share, int capacity = 1, string? title = null) =>
        home.Ask(new Offer(Did, category, title ?? "a " + category, capacity, share), Posted);

    public void Need(string[] accepts, Sharing share, int capacity = 1, string? title = null) =>
        home.Ask(new Ask(Did, title ?? "some " + accepts[0], accepts, capacity, share), Posted);

    public void Withdraw(string item) =>
        home.Ask(
            new Withdraw(Did, item),
            a =>
            {
                if (a is { IsDone: true })
                    world.Counts.Add("items withdrawn");
            }
        );

    /// <summary>Answers a ring as the door does it: the card, the exact sentence, the signature.</summary>
    public void Answer(string chain, string value, Action<Answer?>? told = null)
    {
        if (!home.IsUp || RingCard.For(home.Db, chain, Did) is not { } card)
            return;
        if (value == "yes")
            SaidYes.Add(chain);
        var act = Residents.SignAct(_seed, Did, Kinds.ActConsent, card.ConsentContent(Did, value, home.Time));
        home.Ask(
            new AnswerRing(act),
            answer =>
            {
                if (answer is { IsDone: true } && value != "yes")
                    Declined.Add(chain);
                if (answer is { IsDone: true })
                    world.Counts.Add("said " + value);
                told?.Invoke(answer);
            }
        );
    }

    public void Report(string chain, bool giving, string result, string? note = null)
    {
        if (!home.IsUp || RingCard.For(home.Db, chain, Did) is not { } card)
            return;
        var edge = giving ? card.Gives.Edge : card.Gets.Edge;
        var act = Residents.SignAct(_seed, Did, Kinds.ActSettlement, card.SettlementContent(Did, edge, result, home.Time));
        home.Ask(new SettlePromise(act, note), _ => { });
    }

    /// <summary>Rings this person is in, as the page shows them.</summary>
    public List<(string Chain, ChainState State)> Rings() =>
        home.Db.All(
            "SELECT c.chain_id, c.state FROM chain c JOIN chain_participant p ON p.chain_id = c.chain_id WHERE p.participant = $1 ORDER BY c.seen_at, c.chain_id",
            r => (r.Text(0), ChainMachine.Parse(r.Text(1))),
            Did.Value
        );

    public void LookSoon()
    {
        if (_lookPending || !HasJoined || !automatic)
            return;
        _lookPending = true;
        var wait = world.People.Settling ? TimeSpan.FromMinutes(20) : TimeSpan.FromHours(4);
        world.After(prng.Skewed(TimeSpan.FromMinutes(1), wait), Look);
    }

    private void TakeCard(Answer answer)
    {
        Did = new Did(answer.Id!);
        var known = CardLock.TryParse(answer.Secret, out var secret) ? Residents.FindCard(home.Db, CardLock.IdOf(secret)) : null;
        _seed = known is null ? [] : CardLock.Open(secret, known.Nonce, known.Wrapped, Did) ?? [];
        world.Watch.Expect(_seed.Length == 32, "card.opens", home, "the card that was shown does not open the resident's key");
        Key = DidKey.OfEd25519(Wire.Io.Sodium.Ed25519PublicKey(_seed));
        world.People.Joined(this);
    }

    private void Posted(Answer? answer)
    {
        if (answer is { IsDone: true, Id: { } id })
            _items.Add(id);
    }

    private void Post()
    {
        var span = TimeSpan.FromDays(Math.Max(0.2, world.Options.Days * 0.6));
        for (var i = 0; i < world.Options.People.ItemsEach; i++)
        {
            var offers = i % 2 == 0;
            world.After(prng.Between(TimeSpan.FromHours(1), i < 2 ? TimeSpan.FromHours(4) : span), () => PostOne(offers));
        }
    }

    private void PostOne(bool offers)
    {
        if (!home.IsUp || !world.Faulty)
            return;
        var (share, word) = Share();
        var capacity = world.Options.People.Capacity is > 0 and var fixedTo ? fixedTo : prng.Percent(25) ? 2 : 1;
        if (offers)
            Offer(Category(), share, capacity, $"a thing {word}");
        else
            Need(prng.Percent(30) ? [Category(), Category()] : [Category()], share, capacity, $"a wish {word}");
        if (prng.Percent(8))
            world.After(prng.Between(TimeSpan.FromHours(2), TimeSpan.FromHours(40)), WithdrawOne);
    }

    private void WithdrawOne()
    {
        if (_items.Count > 0 && world.Faulty)
            Withdraw(prng.Pick(_items));
    }

    private string Category() => "kind/" + prng.Below(world.Options.People.Categories);

    private (Sharing Share, string Word) Share()
    {
        var canaries = world.People.Canaries;
        var peers = PeerBook.Enrolled(home.Db);
        switch (prng.Below(10))
        {
            case 0:
                return (Sharing.Here, canaries.LocalOnly());
            case < 3 when peers.Count > 0:
                var named = prng.Pick(peers).Did;
                return (new Sharing(false, [named]), canaries.For([named, home.Did]));
            default:
                return (Sharing.All, canaries.ForAll());
        }
    }

    private void Look()
    {
        _lookPending = false;
        if (!home.IsUp)
            return;
        foreach (var (chain, state) in Rings())
        {
            if (state is ChainState.Validated or ChainState.Consented)
                Consider(chain, state);
            else if (state is ChainState.Committed or ChainState.Completed)
                Settle(chain);
        }
    }

    private void Consider(string chain, ChainState state)
    {
        var people = world.Options.People;
        var word = home.Db.Text(
            "SELECT value FROM chain_consent WHERE chain_id = $1 AND participant = $2",
            chain,
            Did.Value
        );
        if (word is null && state == ChainState.Validated && !_silent)
            AnswerFirst(chain, people);
        else if (word == "yes" && !world.People.Settling && prng.Percent(people.WithdrawPct))
            Answer(chain, "withdrawn");
        else if (word == "yes" && prng.Percent(5))
            Answer(chain, "yes"); // a second tap
    }

    private void AnswerFirst(string chain, PeopleOptions people)
    {
        if (!world.People.Settling && prng.Percent(people.LaterPct))
            LookSoon();
        else if (!world.People.Settling && prng.Percent(people.NoPct))
            Answer(chain, "no");
        else
        {
            if (prng.Percent(3))
                Forge(chain);
            Answer(chain, "yes");
        }
    }

    /// <summary>Somebody else's card, or another ring's: no cabinet may take it for this person's yes.</summary>
    private void Forge(string chain)
    {
        if (RingCard.For(home.Db, chain, Did) is not { } card)
            return;
        var content = card.ConsentContent(Did, "yes", home.Time);
        var other = (byte[])_seed.Clone();
        other[0] ^= 1;
        var act = prng.Percent(50)
            ? Residents.SignAct(other, Did, Kinds.ActConsent, content)
            : Residents.SignAct(_seed, Did, Kinds.ActConsent, content.Replace(card.Card, new string('0', 64), StringComparison.Ordinal));
        home.Ask(
            new AnswerRing(act),
            a => world.Watch.Expect(a is not { IsDone: true }, "consent.forged", home, $"a forged yes of {name} was taken")
        );
    }

    private void Settle(string chain)
    {
        if (RingCard.For(home.Db, chain, Did) is not { } card)
            return;
        SettleEnd(chain, card.Gives, giving: true);
        SettleEnd(chain, card.Gets, giving: false);
    }

    private void SettleEnd(string chain, Promise promise, bool giving)
    {
        var told = home.Db.Exists(
            "SELECT 1 FROM chain_settlement WHERE chain_id = $1 AND edge = $2 AND reporter = $3",
            chain,
            promise.Edge,
            Did.Value
        );
        if (told)
            return;
        // Each end takes its time once; then the word is given at the next look.
        if (_asked.Add($"{chain} {promise.Edge}") && !world.People.Settling)
        {
            LookSoon();
            return;
        }
        var fails = !giving && prng.Percent(world.Options.People.FailPct);
        Report(chain, giving, fails ? prng.Pick(["problem", "not_done"]) : "done", "a note " + world.People.Canaries.LocalOnly());
        if (prng.Percent(10))
            Report(chain, giving, "done");
    }
}
