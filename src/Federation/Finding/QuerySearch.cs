using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>
/// Finds partners by asking. Neighbours without a summary are asked step by step to continue the paths that begin and end here, each step with the ends that
/// the one before brought. Neighbours with a summary are asked once, and only for what could close a ring; where nothing could, not at all. Who stays silent
/// is left out. What is found and what is here already is one market.
/// </summary>
/// <param name="speaker">Makes and queues the questions.</param>
/// <param name="entropy">Names them.</param>
/// <param name="options">Waits and bounds.</param>
/// <param name="cap">Longest ring.</param>
/// <param name="inContact">Whether a neighbour has answered on a link of this run; only those are asked.</param>
/// <param name="summaries">Hints of mode gossip; null in mode query.</param>
public sealed class QuerySearch(
    ChainSpeaker speaker,
    Entropy entropy,
    FindingOptions options,
    int cap,
    Func<Did, bool> inContact,
    SummaryBook? summaries
) : IPartnerSearch
{
    /// <summary>People that a walk may pass outside: those of a ring, and some more.</summary>
    private int Reach => cap - 1 + options.Context;

    private readonly ReplicaSearch _replica = new(speaker.Me);
    private FoundBook _found = new(speaker.Me, 0);
    private SearchRound? _round;

    public FindingMode Mode => summaries is null ? FindingMode.Query : FindingMode.Gossip;

    /// <summary>Questions of the last search, for tests and the steward's page.</summary>
    public int Asked { get; private set; }

    public Gathered Begin(Turn turn)
    {
        var peers = PeerBook.Enrolled(turn.Db).Select(p => p.Did).Where(inContact).ToArray();
        _found = new FoundBook(speaker.Me, options.PeoplePerPeer);
        _round = new SearchRound(Shelf.Read(turn.Db, speaker.Me));
        Asked = 0;
        var hinted = AskByHints(turn, peers);
        _round.Open.UnionWith(peers.Except(hinted));
        NextStep(turn);
        return Finished(turn);
    }

    public Gathered Due(Turn turn)
    {
        if (_round is not { } round)
            return Gathered.Later;
        // An end beyond the longest wait was set by a clock that has been set back since.
        var late = round.Until <= turn.Now || round.Until - turn.Now > options.AnswerWithin;
        if (round.IsAnswered || late)
        {
            round.GiveUpOnSilent();
            NextStep(turn);
        }
        return Finished(turn);
    }

    public Moment? NextDue() => _round?.Until;

    public Verdict Apply(Turn turn, Statement statement)
    {
        if (
            WireJson.Read(statement.Body, WireJson.Default.PartnerAnswerBody) is not { } body
            || body.Parts is < 1 or > PartnerAnswerBody.MaxParts
            || body.Part < 0
            || body.Part >= body.Parts
            || body.People.Length > PartnerAnswerBody.MaxPeople
        )
            return Verdict.Refused("partner.malformed");
        if (_round?.TakePart(statement.From, body) == true)
            _found.Take(turn.Db, statement.From, body);
        return Verdict.Accepted;
    }

    public PlannedItem? Offering(Turn turn, string name, IReadOnlyDictionary<string, int> pledged) =>
        name.Contains('@') ? _found.Offering(name) : _replica.Offering(turn, name, pledged);

    public PlannedItem? Need(Turn turn, string name, IReadOnlyDictionary<string, int> pledged) =>
        name.Contains('@') ? _found.Need(name) : _replica.Need(turn, name, pledged);

    public PlannedPerson? Person(Turn turn, string name) =>
        name.Contains('@') ? _found.Person(name) : _replica.Person(turn, name);

    /// <summary>One exact question to each neighbour whose summary says everything; returns those.</summary>
    private List<Did> AskByHints(Turn turn, IReadOnlyList<Did> peers)
    {
        var known = new SortedDictionary<Did, IReadOnlyList<SummaryPart>>();
        foreach (var peer in peers)
            if (summaries?.Of(turn, peer) is { } parts)
                known[peer] = parts;
        var hints = new HintBook(_round!.Shelf, known, Reach);
        foreach (var peer in known.Keys)
        {
            var useful = hints.UsefulAt(peer);
            Ask(turn, peer, [.. useful.Select(m => m.Needs).Distinct().Order()], useful.Select(m => m.Offers), hops: 1);
        }
        return [.. known.Keys];
    }

    /// <summary>Asks the neighbours without a summary on, until there is nothing new to ask or the hop budget is used up.</summary>
    private void NextStep(Turn turn)
    {
        var round = _round!;
        while (round.IsAnswered && round.Step < Reach && round.Open.Count > 0)
        {
            round.Step++;
            foreach (var peer in round.Open.Order())
                AskOn(turn, round, peer);
        }
    }

    private void AskOn(Turn turn, SearchRound round, Did peer)
    {
        var own = round.Shelf.SeenBy(peer);
        var told = round.ToldTo(peer);
        // What its own people offer it has continued by itself.
        told.UnionWith(_found.GivenBy(peer));
        var ends = own.SelectMany(p => p.Gives).Select(o => o.Mark).Concat(_found.EndsFor(peer));
        uint[] fresh = [.. ends.Distinct().Where(m => !told.Contains(m)).Order()];
        var leads = own.SelectMany(p => p.Wants).SelectMany(n => n.Marks);
        if (own.Count > 0)
            Ask(turn, peer, fresh, leads, Math.Min(Reach + 1 - round.Step, PartnerQueryBody.MaxHops));
    }

    private void Ask(Turn turn, Did peer, uint[] gives, IEnumerable<uint> leads, int hops)
    {
        var round = _round!;
        var closing = CategoryMarks.Pack(leads.Distinct().Order().Take(PartnerQueryBody.MaxMarks));
        foreach (var some in gives.Chunk(PartnerQueryBody.MaxMarks).Take(options.QuestionsAtOnce))
        {
            var visited = CategoryMarks.Pack(round.ToldTo(peer).Order().Take(PartnerQueryBody.MaxMarks));
            var body = new PartnerQueryBody(entropy.Hex(16), hops, CategoryMarks.Pack(some), closing, visited);
            var bytes = WireJson.Write(body, WireJson.Default.PartnerQueryBody);
            speaker.Say(turn, Kinds.PartnerQuery, bytes, [peer.Value]);
            round.Ask(peer, body.Query, some);
            round.Until = turn.Now + options.AnswerWithin;
            Asked++;
        }
    }

    private Gathered Finished(Turn turn)
    {
        if (_round is not { IsAnswered: true })
            return Gathered.Later;
        _round = null;
        var (replica, refusal) = ReplicaSearch.Snapshot(turn.Db, speaker.Me);
        if (replica is null)
            return new(null, refusal);
        var (market, fault) = _found.Join(turn.Db, replica, Exchange.Pledged(turn.Db));
        return new(market, fault);
    }
}

/// <summary>A search under way. It lives in memory: after a restart the matching run begins again.</summary>
internal sealed class SearchRound(Shelf shelf)
{
    private sealed class Question(Did peer)
    {
        public Did Peer => peer;
        public HashSet<int> Parts { get; } = [];
        public int? Of { get; set; }
        public bool IsAnswered => Parts.Count == Of;
    }

    private readonly Dictionary<string, Question> _questions = new(StringComparer.Ordinal);
    private readonly Dictionary<Did, HashSet<uint>> _told = [];

    public Shelf Shelf => shelf;

    /// <summary>Neighbours that are asked step by step.</summary>
    public HashSet<Did> Open { get; } = [];

    /// <summary>Steps asked so far.</summary>
    public int Step { get; set; }

    /// <summary>When who has not answered is given up on.</summary>
    public Moment Until { get; set; }

    public bool IsAnswered => _questions.Values.All(q => q.IsAnswered);

    /// <summary>What this neighbour was asked about in this search.</summary>
    public HashSet<uint> ToldTo(Did peer)
    {
        if (!_told.TryGetValue(peer, out var marks))
            _told.Add(peer, marks = []);
        return marks;
    }

    public void Ask(Did peer, string query, IEnumerable<uint> marks)
    {
        _questions.Add(query, new Question(peer));
        ToldTo(peer).UnionWith(marks);
    }

    /// <summary>True when this part of an answer was asked for and is new.</summary>
    public bool TakePart(Did from, PartnerAnswerBody body)
    {
        if (!_questions.TryGetValue(body.Query, out var question) || question.Peer != from || question.IsAnswered)
            return false;
        question.Of ??= body.Parts;
        return body.Parts == question.Of && question.Parts.Add(body.Part);
    }

    public void GiveUpOnSilent()
    {
        foreach (var (query, question) in _questions.Where(q => !q.Value.IsAnswered).ToArray())
        {
            Open.Remove(question.Peer);
            _questions.Remove(query);
        }
    }
}
