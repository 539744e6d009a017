using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>Everything by which a cabinet finds partners and lets itself be found: the search of its mode, the answers to others' questions, the summaries.</summary>
public sealed class Finding
{
    /// <summary>How often questions and answers that have expired are let go.</summary>
    private static readonly TimeSpan TidyEvery = TimeSpan.FromHours(1);

    private readonly Did _me;
    private readonly FindingOptions _options;
    private readonly PartnerDesk _desk;
    private readonly SummaryDesk _summaries;
    private readonly SummaryBook _book = new();
    private Moment? _tidied;

    public Finding(ChainSpeaker speaker, Entropy entropy, FindingOptions options, int cap, Func<Did, bool> inContact)
    {
        (_me, _options) = (speaker.Me, options);
        _desk = new PartnerDesk(speaker, options);
        _summaries = new SummaryDesk(speaker, entropy, options, inContact);
        Search = options.Mode switch
        {
            FindingMode.Query => new QuerySearch(speaker, entropy, options, cap, inContact, null),
            FindingMode.Gossip => new QuerySearch(speaker, entropy, options, cap, inContact, _book),
            _ => new ReplicaSearch(speaker.Me),
        };
    }

    public IPartnerSearch Search { get; }

    /// <summary>Searches start by themselves this often, news or not; null with full replication, where news is seen.</summary>
    public TimeSpan? SearchEvery => _options.Mode == FindingMode.Replicate ? null : _options.SearchEvery;

    /// <summary>A verified question, answer or summary.</summary>
    public Verdict Apply(Turn turn, Statement statement) =>
        statement.Kind switch
        {
            Kinds.PartnerQuery => _desk.Answer(turn, statement),
            Kinds.PartnerAnswer => Search.Apply(turn, statement),
            _ => _book.Take(turn, statement),
        };

    public void Due(Turn turn)
    {
        _summaries.Due(turn);
        if (_tidied is { } at && turn.Now - at < TidyEvery && at <= turn.Now)
            return;
        _tidied = turn.Now;
        // A clock that was never set expires nothing.
        Statements.ForgetPassing(turn, _me, turn.Now >= Moment.EarliestSure ? turn.Now - TidyEvery : default);
        _book.Tidy(turn);
    }

    /// <summary>Tidying waits for the next step that happens anyway.</summary>
    public Moment? NextDue()
    {
        Moment?[] dues = [Search.NextDue(), _summaries.NextDue()];
        return dues.Min(d => d);
    }

    /// <summary>Own entries or rings may have changed.</summary>
    public void Changed() => _summaries.Changed();

    public void Met(Did peer) => _summaries.Met(peer);

    /// <summary>A peering begins, perhaps anew.</summary>
    public void Forget(Did peer) => _summaries.Forget(peer);

    public void Ended(Turn turn, Did peer)
    {
        _summaries.Forget(peer);
        _book.Forget(turn, peer);
    }
}
