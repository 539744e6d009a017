using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>One part of a neighbour's summary: who may see what is behind it, and what it says.</summary>
public sealed record SummaryPart(IReadOnlyList<Did> Audience, PartnerSketch Sketch);

/// <summary>
/// The newest summary of each neighbour. It is kept as the statements that it came in, so it survives a restart; an older one is let go when a newer one
/// arrives.
/// </summary>
public sealed class SummaryBook
{
    private readonly Dictionary<Did, List<(string Id, long Hlc, PartnerSummaryBody Body)>> _known = [];

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
            if (!newest)
                return Drop(turn, [statement.Id]);
            Drop(turn, [.. parts.Select(p => p.Id)]);
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
        Drop(turn, [.. PartsOf(turn.Db, peer).Select(p => p.Id)]);
        _known.Remove(peer);
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

    /// <summary>Nothing refers to a summary, so its statements can go; a later copy is older than what is kept then.</summary>
    private static Verdict Drop(Turn turn, IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
            Statements.Forget(turn, id);
        return Verdict.Accepted;
    }

    private List<(string Id, long Hlc, PartnerSummaryBody Body)> PartsOf(Db db, Did peer)
    {
        if (_known.TryGetValue(peer, out var parts))
            return parts;
        return _known[peer] = Load(db, peer);
    }

    private static List<(string Id, long Hlc, PartnerSummaryBody Body)> Load(Db db, Did peer)
    {
        var kept = Statements
            .Newest(db, Kinds.PartnerSummary, peer, PartnerSummaryBody.MaxParts)
            .Select(s => (s.Id, s.Hlc, Body: WireJson.Read(s.Body, WireJson.Default.PartnerSummaryBody)!))
            .ToList();
        var newest = kept.FirstOrDefault().Body?.Summary;
        return [.. kept.Where(p => p.Body.Summary == newest).OrderBy(p => p.Body.Part)];
    }
}
