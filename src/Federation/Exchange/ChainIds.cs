using System.Globalization;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>Ids and hashes of a proposal: every receiver recomputes them and refuses a difference.</summary>
public static class ChainIds
{
    public static string ChainId(ChainProposalBody p) =>
        LengthPrefixed.Hash("edgenode/chain/1", [.. Head(p), .. Ring(p, withKeys: true)]);

    /// <summary>The same ring proposed again has the same key: without proposer, nonce, times and key heads.</summary>
    public static string RingKey(ChainProposalBody p) =>
        LengthPrefixed.Hash("edgenode/ring/1", [p.Norms.Version, p.Norms.Hash, p.Repairs ?? "", .. Ring(p, withKeys: false)]);

    /// <summary>
    /// What a participant signs beside the sentence: the ring and both edges of this person in canonical form.
    /// </summary>
    public static string Card(ChainProposalBody p, string participant)
    {
        var gives = p.Edges.First(e => e.FromParticipant == participant);
        var gets = p.Edges.First(e => e.ToParticipant == participant);
        return LengthPrefixed.Hash("edgenode/card/1", [p.ChainId, participant, .. Edge(gives), .. Edge(gets)]);
    }

    private static IEnumerable<string> Head(ChainProposalBody p) =>
        [
            p.ProposingNode,
            p.Nonce,
            p.ProposedTimeline.ConsentDeadline,
            p.ProposedTimeline.ExecutionStart,
            p.ProposedTimeline.ExecutionEnd,
            p.Norms.Version,
            p.Norms.Hash,
            p.Repairs ?? "",
        ];

    private static IEnumerable<string> Ring(ChainProposalBody p, bool withKeys)
    {
        var people = p.Participants.ToDictionary(x => x.ParticipantId, StringComparer.Ordinal);
        yield return p.Edges.Length.ToString(CultureInfo.InvariantCulture);
        foreach (var edge in p.Edges)
        {
            var giver = people.GetValueOrDefault(edge.FromParticipant);
            yield return edge.FromParticipant;
            yield return giver?.HomeNode ?? "";
            foreach (var value in Edge(edge).Skip(1))
                yield return value;
            if (withKeys)
                yield return giver?.KeyHead ?? "";
        }
        foreach (var home in p.HomeNodes)
        {
            yield return home.Node;
            if (withKeys)
                yield return home.KeyHead;
        }
    }

    /// <summary>From, to, offering and version, need and version, quantity, unit, place, window.</summary>
    private static string[] Edge(ChainEdge e) =>
        [
            e.FromParticipant,
            e.ToParticipant,
            e.OfferingId,
            e.OfferingVersion.ToString(CultureInfo.InvariantCulture),
            e.NeedId,
            e.NeedVersion.ToString(CultureInfo.InvariantCulture),
            e.Quantity.ToString(CultureInfo.InvariantCulture),
            e.Unit,
            e.Place,
            e.WindowFrom,
            e.WindowTo,
        ];
}
