using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>One part of a neighbour's summary: who may see what is behind it, and what it says.</summary>
public sealed record SummaryPart(IReadOnlyList<Did> Audience, PartnerSketch Sketch);

/// <summary>
/// The newest summary of each neighbour. It is kept as the statements that it came in, so it survives a restart; older ones are let go from time to time.
/// </summary>
public sealed class SummaryBook
{
    /// <summary>Statements of a summary and of some before it that are read after a restart.</summary>
    private const int MostRead = 4 * PartnerSummaryBody.MaxParts;

    private readonly Dictionary<Did, List<(string Id, long Hlc, PartnerSummaryBody Body)>> _known = [];
    private readonly List<string> _replaced = [];

    /// <summary>A verified summary, kept by the inbox already.</summary>
    public Verdict Take(Turn turn, Statement statement)
    {
        if (WireJson.Read(statement.Body, WireJson.Default.PartnerSummaryBody) is not { } body || !IsSound(body))
            return Verdict.Refused("partner.malformed");
        if (PartnerSketch.Unpack(body.Categories, body.Moves) is null)
            return Verdict.Refused("partner.malformed");
        var parts = PartsOf(turn.Db, statement.From);
        if (parts.Any(p => p.Id == statement.Id))
            return Verdict.Accepted;
        var newest = parts.Count == 0 || parts.Max(p => p.Hlc) < statement.Hlc;
        if (!parts.Any(p => p.Body.Summary == body.Summary) && parts.Count > 0)
        {
            _replaced.AddRange(newest ? parts.Select(p => p.Id) : [statement.Id]);
            if (!newest)
                return Verdict.Accepted;
            parts.Clear();
        }
        if (parts.Any(p => p.Body.Part == body.Part))
            return Verdict.Refused("partner.malformed");
        parts.Add((statement.Id, statement.Hlc, body));
        return Verdict.Accepted;
    }

    /// <summary>The peering has ended.</summary>
    public void Forget(Turn turn, Did peer)
    {
        _replaced.AddRange(PartsOf(turn.Db, peer).Select(p => p.Id));
        _known[peer] = [];
    }

    /// <summary>Lets go of what newer summaries have replaced; nothing refers to it.</summary>
    public void Tidy(Turn turn)
    {
        foreach (var id in _replaced)
            Statements.Forget(turn, id);
        _replaced.Clear();
    }

    /// <summary>What a neighbour's newest summary says, or null when there is none, it has expired, or it does not say everything.</summary>
    public IReadOnlyList<SummaryPart>? Of(Turn turn, Did peer)
    {
        var parts = PartsOf(turn.Db, peer);
        if (parts.Count == 0 || parts.Any(p => !p.Body.Whole) || parts.Count < parts[0].Body.Parts)
            return null;
        var age = turn.Now - Hlc.TimeOf(parts.Min(p => p.Hlc));
        if (age > DataMap.RuleOf(Kinds.PartnerSummary)!.Lifetime && turn.Now >= Moment.EarliestSure)
            return null;
        return
        [
            .. parts.Select(p => new SummaryPart(
                [.. p.Body.Audience.Select(d => new Did(d))],
                PartnerSketch.Unpack(p.Body.Categories, p.Body.Moves)!
            )),
        ];
    }

    private static bool IsSound(PartnerSummaryBody body) =>
        PartnerDesk.IsQueryId(body.Summary)
        && body.Parts is > 0 and <= PartnerSummaryBody.MaxParts
        && body.Part >= 0
        && body.Part < body.Parts
        && body.Audience.Length <= Statement.MaxAudience
        && Array.TrueForAll(body.Audience, did => Did.TryParse(did, out _));

    private List<(string Id, long Hlc, PartnerSummaryBody Body)> PartsOf(Db db, Did peer)
    {
        if (_known.TryGetValue(peer, out var parts))
            return parts;
        return _known[peer] = Load(db, peer);
    }

    private List<(string Id, long Hlc, PartnerSummaryBody Body)> Load(Db db, Did peer)
    {
        var kept = Statements
            .Newest(db, Kinds.PartnerSummary, peer, MostRead)
            .Select(s => (s.Id, s.Hlc, Body: WireJson.Read(s.Body, WireJson.Default.PartnerSummaryBody)!))
            .ToList();
        var newest = kept.FirstOrDefault().Body?.Summary;
        _replaced.AddRange(kept.Where(p => p.Body.Summary != newest).Select(p => p.Id));
        return [.. kept.Where(p => p.Body.Summary == newest).OrderBy(p => p.Body.Part)];
    }
}
