using System.Text.Json;

namespace EdgeNode.Appliance.Demo;

/// <summary>What somebody did when they looked at their rings.</summary>
/// <param name="Yes">Answers given now.</param>
/// <param name="Settled">Words given now on how a promise went.</param>
/// <param name="HasRings">Whether there was anything to look at.</param>
internal readonly record struct Looked(int Yes, int Settled, bool HasRings);

/// <summary>
/// One neighbour with a phone: joins, keeps the card, posts, looks at rings, says yes, and tells how it went. Knows nothing but what the residents' door shows.
/// </summary>
internal sealed class Phone(Neighbour neighbour, CabinetHttp http, TimeSpan look)
{
    private readonly Visitor _visitor = new(http, asSteward: false, "api/session", look);

    public Neighbour Neighbour { get; } = neighbour;

    /// <summary>The card, once this neighbour has joined.</summary>
    public string? Code => _visitor.Code;

    public string? Did { get; private set; }

    /// <summary>Whether a ring of theirs was seen: the demo shows such a card at the end.</summary>
    public bool HasRing { get; private set; }

    /// <summary>Joins and posts; safe to be cut off anywhere. A card whose code was lost on the way stays without entries, as with a lost printout.</summary>
    /// <param name="share">Who may see the entries, in the interface's words.</param>
    public async Task JoinAndPost(JsonElement share, CancellationToken token)
    {
        if (Code is null)
            await Join(token);
        await _visitor.SignIn(token);
        await Post(
            "api/offerings",
            t =>
                _visitor.Post(
                    "api/offerings",
                    new OfferingPost(Neighbour.Category, Neighbour.Title, share),
                    DemoJson.Default.OfferingPost,
                    t
                ),
            token
        );
        if (Neighbour.Accepts.Count == 0)
            return;
        await Post(
            "api/needs",
            t =>
                _visitor.Post(
                    "api/needs",
                    new NeedPost(Neighbour.NeedTitle, Neighbour.Accepts, share),
                    DemoJson.Default.NeedPost,
                    t
                ),
            token
        );
    }

    /// <summary>Looks at the rings once; says yes to what waits for an answer and, when asked to, how the promises went.</summary>
    public async Task<Looked> LookAtRings(bool settle, CancellationToken token)
    {
        var rings = await _visitor.Get("api/rings", DemoJson.Default.RingShownArray, token);
        var (yes, settled) = (0, 0);
        foreach (var ring in rings)
        {
            HasRing = true;
            if (ring.CanAnswer && await SayYes(ring, token))
                yes++;
            if (settle && ring.CanSettle)
                settled += await TellHowItWent(ring, token);
        }
        return new Looked(yes, settled, rings.Length > 0);
    }

    private async Task Join(CancellationToken token)
    {
        while (true)
        {
            var act = await _visitor.Post("api/join", new JoinPost(Neighbour.Label, "en"), DemoJson.Default.JoinPost, token);
            if (act.Result == ActResult.Refused)
                throw new DemoException($"{Neighbour.Label} could not join: {act.Text} ({act.Code})");
            if (act.Result == ActResult.Done)
            {
                var card = act.Read(DemoJson.Default.CardShown);
                (_visitor.Code, Did) = (card.Code, card.Did);
                return;
            }
            await Wait.For(look, token);
        }
    }

    private Task Post(string path, Func<CancellationToken, Task<Act>> tryOnce, CancellationToken token) =>
        _visitor.Do(
            $"What {Neighbour.Label} posted",
            tryOnce,
            async t => (await _visitor.Get(path, DemoJson.Default.EntryShownArray, t)).Length > 0,
            token
        );

    /// <summary>False when nothing came back or the ring has moved on since it was shown: the next look tells.</summary>
    private async Task<bool> SayYes(RingShown ring, CancellationToken token)
    {
        var path = $"api/rings/{ring.ChainId}/answer";
        var act = await _visitor.Post(path, new AnswerPost("yes", ring.Card), DemoJson.Default.AnswerPost, token);
        return IsDone(act, "A yes", "ring.not_now", "consent.other_card");
    }

    private async Task<int> TellHowItWent(RingShown ring, CancellationToken token)
    {
        var told = 0;
        foreach (var edge in new[] { ring.Gives.Edge, ring.Gets.Edge })
        {
            if (ring.Settled.Contains(edge))
                continue;
            var path = $"api/rings/{ring.ChainId}/settle";
            var act = await _visitor.Post(path, new SettlePost(edge, "done"), DemoJson.Default.SettlePost, token);
            if (IsDone(act, "The word on a promise", "ring.not_now", "settlement.again"))
                told++;
        }
        return told;
    }

    /// <summary>Refusals that only say "too late" are no faults: something else got there first. Any other is.</summary>
    private bool IsDone(Act act, string what, params ReadOnlySpan<string> tooLate)
    {
        if (act.Result == ActResult.Refused && !tooLate.Contains(act.Code))
            throw new DemoException($"{what} of {Neighbour.Label} was refused: {act.Text} ({act.Code})");
        return act.Result == ActResult.Done;
    }
}
