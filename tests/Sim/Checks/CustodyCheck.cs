using EdgeNode.Federation;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// A statement that was queued is at every moment in its sender's outbox, or committed at its receiver, or visibly set aside. Bundles of a stream are taken in
/// the order they were formed, each once, and none is passed over but those that were set aside when a peering ended. A statement has its effect once.
/// </summary>
internal sealed class CustodyCheck(World world) : Checker(world)
{
    private readonly Dictionary<(int Cabinet, StreamKey Stream), SortedDictionary<long, string>> _formed = [];
    private readonly Dictionary<(int Cabinet, StreamKey Stream), long> _taken = [];
    private readonly Dictionary<(int Cabinet, StreamKey Stream), long> _abandoned = [];
    private readonly HashSet<(int Cabinet, string Statement)> _passed = [];

    public override void Committed(CommittedStep step)
    {
        var cabinet = step.Cabinet;
        World.Counts.Add("statements queued", step.Change.Queued.Count);
        foreach (var (stream, seq, bundle) in step.Change.Formed)
            CheckFormed(cabinet, stream, seq, bundle);
        foreach (var statement in step.Change.KeptAgain.Where(s => s.From != cabinet.Did && HasEffectAtOnce(s)))
            Expect(false, "effect.twice", cabinet, $"{statement.Kind} {statement.Id} is taken a second time");
        foreach (var (peer, statement) in step.Change.Left)
            CheckLeft(cabinet, peer, statement);
        foreach (var (stream, seq, bundle) in step.Change.Taken)
            CheckTaken(cabinet, stream, seq, bundle);
        // A suspended peer is cut off as well, but what waits for it may not be given up.
        foreach (var cut in step.Effects.OfType<CutPeer>())
            if (PeerBook.Find(cabinet.Db, cut.Did) is not { State: PeerState.Suspended })
                Abandon(cabinet, cut.Did.Value);
    }

    /// <summary>Votes and what belongs to them may come too early and be let go without any effect; then they come again.</summary>
    private static bool HasEffectAtOnce(Wire.Statement statement) =>
        statement.Kind is Wire.Kinds.Identity or Wire.Kinds.Offering or Wire.Kinds.Need or Wire.Kinds.Withdrawal;

    private void CheckFormed(Cabinet cabinet, StreamKey stream, long seq, string bundle)
    {
        if (!_formed.TryGetValue((cabinet.Index, stream), out var bundles))
            _formed[(cabinet.Index, stream)] = bundles = [];
        var last = bundles.Count == 0 ? 0 : bundles.Keys.Last();
        Expect(seq == last + 1, "custody.number", cabinet, $"bundle {seq} was formed after {last} for {stream}");
        bundles[seq] = bundle;
    }

    private void CheckLeft(Cabinet cabinet, string peer, string statement)
    {
        var there = World.Find(new Wire.Did(peer)) as Cabinet;
        var taken = there is null || there.View.Has(statement) || _passed.Contains((there.Index, statement));
        var aside = cabinet.Db.Exists(
            "SELECT 1 FROM set_aside WHERE peer = $1 AND statement_id = $2 AND direction = 'out'",
            peer,
            statement
        );
        Expect(
            taken || aside || cabinet.View.HasQueued(peer, statement),
            "custody.lost",
            cabinet,
            $"{statement} for {there} left the outbox and is nowhere"
        );
        World.Counts.Add(aside ? "set aside" : "delivered");
    }

    private void CheckTaken(Cabinet cabinet, StreamKey stream, long seq, string bundle)
    {
        if (World.Find(new Wire.Did(stream.Peer)) is not Cabinet sender)
            return;
        var theirs = (sender.Index, stream with { Peer = cabinet.Did.Value });
        var formed = _formed.GetValueOrDefault(theirs)?.GetValueOrDefault(seq);
        Expect(formed == bundle, "custody.order", cabinet, $"bundle {seq} of {sender} is not the one that was formed");
        var last = _taken.GetValueOrDefault((cabinet.Index, stream));
        var passedOver = seq > last + 1 && _abandoned.GetValueOrDefault(theirs) < seq - 1;
        // Rows of the inbox are let go after a while, so a step that takes many bundles shows only its last.
        Expect(seq > last, "custody.order", cabinet, $"bundle {seq} of {sender} was taken after {last}");
        Expect(
            !passedOver
                || cabinet.Db.Number("SELECT count(*) FROM inbox WHERE peer = $1 AND stream = $2", stream.Peer, stream.Stream)
                    > 3,
            "custody.order",
            cabinet,
            $"bundle {last + 1} of {sender} was passed over"
        );
        _taken[(cabinet.Index, stream)] = seq;
        NotePassing(sender, cabinet, stream, seq);
    }

    /// <summary>Questions, answers and summaries may be taken and let go in one step, when a newer one has come in it: no commit shows them.</summary>
    private void NotePassing(Cabinet sender, Cabinet cabinet, StreamKey stream, long seq)
    {
        if (!sender.IsUp)
            return;
        const string Passing =
            "SELECT s.id FROM outbox o JOIN statement s ON s.place = o.statement "
            + "WHERE o.peer = $1 AND o.stream = $2 AND o.bundle_seq <= $3 AND s.kind IN ('partner-query', 'partner-answer', 'partner-summary')";
        foreach (var id in sender.Db.All(Passing, r => r.Text(0), cabinet.Did.Value, stream.Stream, seq))
            _passed.Add((cabinet.Index, id));
    }

    private void Abandon(Cabinet cabinet, string peer)
    {
        foreach (var ((index, stream), bundles) in _formed)
        {
            if (index == cabinet.Index && stream.Peer == peer)
                _abandoned[(index, stream)] = bundles.Keys.Last();
        }
    }
}
