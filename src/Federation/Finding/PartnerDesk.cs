using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>
/// Answers neighbours' questions who could continue a ring, from what this cabinet's residents share with exactly that neighbour and have free. It keeps
/// nothing but a count of questions.
/// </summary>
public sealed class PartnerDesk(ChainSpeaker speaker, FindingOptions options)
{
    /// <summary>What the people of one part of an answer may take; the rest of the body is nodes and a few words.</summary>
    private const int PartSize = 36_000;

    private readonly Dictionary<Did, (Moment Since, int Count)> _asked = [];

    /// <summary>A verified question; its answer is queued in the same transaction.</summary>
    public Verdict Answer(Turn turn, Statement statement)
    {
        if (
            WireJson.Read(statement.Body, WireJson.Default.PartnerQueryBody) is not { } body
            || !IsQueryId(body.Query)
            || body.Hops is < 1 or > PartnerQueryBody.MaxHops
            || CategoryMarks.Unpack(body.Gives, PartnerQueryBody.MaxMarks) is not { } gives
            || CategoryMarks.Unpack(body.Leads, PartnerQueryBody.MaxMarks) is not { } leads
            || CategoryMarks.Unpack(body.Visited, PartnerQueryBody.MaxMarks) is not { } visited
        )
            return Verdict.Refused("partner.malformed");
        var asker = statement.From;
        if (!PeerBook.IsEnrolled(turn.Db, asker))
            return Verdict.Refused("peer.not_enrolled");
        if (!MayAsk(asker, turn.Now))
            return Verdict.Refused("partner.too_many");
        var seen = Shelf.Read(turn.Db, speaker.Me).SeenBy(asker);
        var found = Extension.Find(seen, [.. gives], [.. leads], [.. visited], body.Hops);
        Say(turn, asker, body.Query, found);
        return Verdict.Accepted;
    }

    internal static bool IsQueryId(string text) => text.Length == 32 && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");

    private bool MayAsk(Did asker, Moment now)
    {
        var (since, count) = _asked.GetValueOrDefault(asker);
        // A window that began in the future was begun by a clock that has been set back since.
        if (now - since >= TimeSpan.FromMinutes(1) || since > now)
            (since, count) = (now, 0);
        _asked[asker] = (since, count + 1);
        return count < options.QuestionsPerMinute;
    }

    private void Say(Turn turn, Did asker, string query, List<ExtendedPerson> found)
    {
        var parts = Split(turn, found, out var whole);
        for (var part = 0; part < parts.Count; part++)
        {
            var body = parts[part] with { Query = query, Part = part, Parts = parts.Count, Whole = whole };
            speaker.Say(turn, Kinds.PartnerAnswer, WireJson.Write(body, WireJson.Default.PartnerAnswerBody), [asker.Value]);
        }
    }

    private static List<PartnerAnswerBody> Split(Turn turn, List<ExtendedPerson> found, out bool whole)
    {
        var parts = new List<PartnerAnswerBody>();
        var page = new AnswerPage();
        whole = found.Count <= PartnerAnswerBody.MaxPeople;
        foreach (var person in found.Take(PartnerAnswerBody.MaxPeople))
        {
            var head = Identities.Find(turn.Db, person.Did)!.Head;
            if (page.TryAdd(person, head, PartSize))
                continue;
            if (parts.Count + 1 == PartnerAnswerBody.MaxParts)
            {
                whole = false;
                break;
            }
            parts.Add(page.ToBody());
            page = new AnswerPage();
            whole &= page.TryAdd(person, head, PartSize);
        }
        parts.Add(page.ToBody());
        return parts;
    }
}

/// <summary>One part of an answer while it is being filled.</summary>
internal sealed class AnswerPage
{
    private readonly List<PartnerPerson> _people = [];
    private readonly List<string> _nodes = [];
    private int _size;

    /// <summary>False, and nothing changed, when the person does not fit any more.</summary>
    public bool TryAdd(ExtendedPerson person, string head, int most)
    {
        var known = _nodes.Count;
        var written = new PartnerPerson(
            person.Did.Value,
            head,
            [.. person.Gives.Select(o => new PartnerOffering(o.Id, o.Version, o.Category, o.Free, Places(o.Audience)))],
            [.. person.Wants.Select(n => new PartnerNeed(n.Id, n.Version, [.. n.Accepts], n.Free, Places(n.Audience)))]
        );
        var size = WireJson.Write(written, WireJson.Default.PartnerPerson).Length + 1 + (_nodes.Count - known) * (Did.Length + 3);
        if (_size + size > most)
        {
            _nodes.RemoveRange(known, _nodes.Count - known);
            return false;
        }
        _size += size;
        _people.Add(written);
        return true;
    }

    public PartnerAnswerBody ToBody() => new("", 0, 1, true, [.. _nodes], [.. _people]);

    private int[] Places(IReadOnlyList<Did> audience)
    {
        var places = new int[audience.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = _nodes.IndexOf(audience[i].Value);
            if (places[i] >= 0)
                continue;
            places[i] = _nodes.Count;
            _nodes.Add(audience[i].Value);
        }
        return places;
    }
}
