using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>A stream of one peer and how far it is.</summary>
internal readonly record struct StreamKey(string Peer, int Stream);

/// <summary>What one commit changed.</summary>
internal sealed class ViewChange
{
    public List<Statement> Kept { get; } = [];

    /// <summary>Statements that had been kept before and stand in another row now: they were taken anew.</summary>
    public List<Statement> KeptAgain { get; } = [];
    public List<(string Chain, ChainState From, ChainState To)> Chains { get; } = [];
    public List<(string Chain, VoteRow Vote)> Votes { get; } = [];
    public List<(string Chain, string Node)> VotesChanged { get; } = [];
    public List<(string Peer, string Statement)> Queued { get; } = [];
    public List<(string Peer, string Statement)> Left { get; } = [];
    public List<(StreamKey Stream, long Seq, string Bundle)> Taken { get; } = [];
    public List<(StreamKey Stream, long Seq, string Bundle)> Formed { get; } = [];

    public bool IsEmpty =>
        Kept.Count + Chains.Count + Votes.Count + VotesChanged.Count + Queued.Count + Left.Count + Taken.Count + Formed.Count
        == 0;

    public override string ToString() =>
        $"{Kept.Count} statements, {Chains.Count} rings, {Votes.Count} votes, {VotesChanged.Count} votes changed, "
        + $"{Queued.Count} queued, {Left.Count} left, {Taken.Count} taken, {Formed.Count} formed";
}

/// <summary>What is committed at one cabinet, as last read from its database; every commit is compared with the one before it.</summary>
internal sealed class NodeView
{
    private readonly Dictionary<string, ChainState> _chains = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Chain, string Node), VoteRow> _votes = [];
    private readonly Dictionary<long, (string Peer, string Statement)> _outbox = [];
    private readonly Dictionary<string, long> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<StreamKey, long> _taken = [];
    private readonly Dictionary<StreamKey, long> _formed = [];
    private long _lastRow;
    private string _lastId = "";
    private long _changes = -1;
    private (long Count, long Last, long Statements) _outboxMark;

    public IReadOnlyDictionary<string, ChainState> Chains => _chains;

    public bool Has(string statement) => _kept.ContainsKey(statement);

    public bool HasQueued(string peer, string statement) => _outbox.ContainsValue((peer, statement));

    /// <summary>After another connection was opened: counts of changes start anew.</summary>
    public void Reopened() => _changes = -1;

    public ViewChange Refresh(Db db, bool everything = false)
    {
        var change = new ViewChange();
        var changes = db.Number("SELECT total_changes()");
        if (changes == _changes && !everything)
            return change;
        _changes = changes;
        ReadStatements(db, change);
        ReadChains(db, change);
        ReadVotes(db, change, everything);
        ReadOutbox(db, change, everything);
        ReadTaken(db, change);
        ReadFormed(db, change);
        return change;
    }

    private void ReadStatements(Db db, ViewChange change)
    {
        // Places of statements that were let go may be used again: then all are looked at.
        if (_lastRow > 0 && db.Text("SELECT id FROM statement WHERE place = $1", _lastRow) != _lastId)
            _lastRow = 0;
        foreach (
            var (row, raw) in db.All(
                "SELECT place, raw FROM statement WHERE place > $1 ORDER BY place",
                r => (r.Long(0), r.Bytes(1)),
                _lastRow
            )
        )
        {
            var statement = Statement.FromStore(raw);
            (_lastRow, _lastId) = (row, statement.Id);
            if (_kept.TryAdd(statement.Id, row))
                change.Kept.Add(statement);
            else if (_kept[statement.Id] != row)
            {
                _kept[statement.Id] = row;
                change.KeptAgain.Add(statement);
            }
        }
    }

    private void ReadChains(Db db, ViewChange change)
    {
        foreach (var (chain, word) in db.All("SELECT chain_id, state FROM chain ORDER BY chain_id", r => (r.Text(0), r.Text(1))))
        {
            var (from, to) = (_chains.GetValueOrDefault(chain), ChainMachine.Parse(word));
            if (from == to)
                continue;
            _chains[chain] = to;
            change.Chains.Add((chain, from, to));
        }
    }

    private void ReadVotes(Db db, ViewChange change, bool everything)
    {
        if (!everything && db.Number("SELECT count(*) FROM chain_vote") == _votes.Count)
            return;
        var rows = db.All(
            "SELECT chain_id, node, vote, epoch, statement_id FROM chain_vote ORDER BY chain_id, node",
            r => (Chain: r.Text(0), Vote: new VoteRow(r.Text(1), r.Text(2) == "yes", r.Long(3), r.Text(4)))
        );
        foreach (var (chain, vote) in rows)
        {
            if (_votes.TryAdd((chain, vote.Node), vote))
                change.Votes.Add((chain, vote));
            else if (_votes[(chain, vote.Node)] != vote)
                change.VotesChanged.Add((chain, vote.Node));
        }
        var there = rows.Select(r => (r.Chain, r.Vote.Node)).ToHashSet();
        change.VotesChanged.AddRange(_votes.Keys.Where(k => !there.Contains(k)));
    }

    private void ReadOutbox(Db db, ViewChange change, bool everything)
    {
        // Places are used again, so the statements count too.
        var mark = db.One(
            "SELECT count(*), coalesce(max(place), 0), coalesce(sum(statement), 0) FROM outbox",
            r => (r.Long(0), r.Long(1), r.Long(2))
        );
        if (mark == _outboxMark && !everything)
            return;
        _outboxMark = mark;
        var rows = db.All(
            "SELECT o.place, o.peer, s.id FROM outbox o JOIN statement s ON s.place = o.statement ORDER BY o.place",
            r => (r.Long(0), (r.Text(1), r.Text(2)))
        );
        var there = rows.ToHashSet();
        foreach (var (place, row) in _outbox.Where(o => !there.Contains((o.Key, o.Value))).OrderBy(o => o.Key).ToArray())
        {
            _outbox.Remove(place);
            change.Left.Add(row);
        }
        foreach (var (place, row) in rows)
        {
            if (_outbox.TryAdd(place, row))
                change.Queued.Add(row);
        }
    }

    private void ReadTaken(Db db, ViewChange change)
    {
        var ends = db.All(
            "SELECT peer, stream, seq FROM stream_in ORDER BY peer, stream",
            r => (new StreamKey(r.Text(0), r.Int(1)), r.Long(2))
        );
        foreach (var (stream, seq) in ends)
        {
            var before = _taken.GetValueOrDefault(stream);
            if (before == seq)
                continue;
            _taken[stream] = seq;
            change.Taken.AddRange(
                db.All(
                    "SELECT seq, bundle_id FROM inbox WHERE peer = $1 AND stream = $2 AND seq > $3 ORDER BY seq",
                    r => (stream, r.Long(0), r.Text(1)),
                    stream.Peer,
                    stream.Stream,
                    Math.Min(before, seq)
                )
            );
        }
    }

    private void ReadFormed(Db db, ViewChange change)
    {
        var ends = db.All(
            "SELECT peer, stream, seq FROM stream_out ORDER BY peer, stream",
            r => (new StreamKey(r.Text(0), r.Int(1)), r.Long(2))
        );
        foreach (var (stream, seq) in ends)
        {
            var before = _formed.GetValueOrDefault(stream);
            if (before == seq)
                continue;
            _formed[stream] = seq;
            change.Formed.AddRange(
                db.All(
                    "SELECT seq, id FROM bundle_out WHERE peer = $1 AND stream = $2 AND seq > $3 ORDER BY seq",
                    r => (stream, r.Long(0), r.Text(1)),
                    stream.Peer,
                    stream.Stream,
                    before
                )
            );
        }
    }
}
