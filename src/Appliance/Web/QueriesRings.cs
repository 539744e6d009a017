using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

/// <summary>Rings as their people and their stewards see them, from read-only SQL.</summary>
internal static class RingQueries
{
    /// <summary>Most rings of one person that a page shows, the newest first.</summary>
    private const int MostRings = 100;

    private const string EdgeColumns =
        "e.chain_id, e.edge, e.giver, e.receiver, e.state, coalesce(o.title, ''), o.label, n.label, "
        + "EXISTS (SELECT 1 FROM chain_settlement s WHERE s.chain_id = e.chain_id AND s.edge = e.edge AND s.reporter = e.giver AND s.result = 'done')";

    private const string EdgeTables =
        "chain_edge e LEFT JOIN offering o ON o.offering_id = e.offering_id LEFT JOIN need n ON n.need_id = e.need_id";

    public static List<RingView> Of(Db db, NodeNames names, string did)
    {
        var chains = db.All(
            "SELECT c.chain_id FROM chain c JOIN chain_participant p ON p.chain_id = c.chain_id WHERE p.participant = $1 ORDER BY c.seen_at DESC, c.chain_id LIMIT $2",
            r => r.Text(0),
            did,
            MostRings
        );
        return [.. chains.Select(c => One(db, names, c, did)).OfType<RingView>()];
    }

    /// <summary>Null when the person is not in the ring, or the other side's part of it is not here yet.</summary>
    public static RingView? One(Db db, NodeNames names, string chainId, string did)
    {
        if (RingCard.For(db, chainId, new Did(did)) is not { } card || ChainBook.Find(db, chainId) is not { } row)
        {
            return null;
        }

        var edges = db.All($"SELECT {EdgeColumns} FROM {EdgeTables} WHERE e.chain_id = $1 ORDER BY e.edge", ReadEdge, chainId);
        var homes = Homes(db, chainId);
        var answer = db.Text("SELECT value FROM chain_consent WHERE chain_id = $1 AND participant = $2", chainId, did);
        var settled = Settled(db, chainId, did);
        var mine = new[] { card.Gives.Edge, card.Gets.Edge };
        return new RingView(
            chainId,
            StateOf(row.State),
            card.Card,
            card.Sentence,
            answer,
            CanAnswer(row.State, answer),
            row.State == ChainState.Committed && mine.Any(e => !settled.Contains(e)),
            EntryQueries.At(card.Deadline.Ms),
            Since(db, chainId),
            [
                .. edges.Select(e => new RingPerson(
                    e.Giver,
                    LabelOf(edges, e.Giver),
                    names.Of(homes.GetValueOrDefault(e.Giver, "")),
                    e.Giver == did
                )),
            ],
            [.. edges.Select(e => View(edges, e))],
            [
                .. homes
                    .Values.Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)
                    .Select(n => Node(db, names, row, n, did)),
            ],
            settled
        )
        {
            Again = answer is null && SaidYesToTheSame(db, chainId, did),
        };
    }

    private static bool SaidYesToTheSame(Db db, string chainId, string did) =>
        db.Exists(
            "SELECT 1 FROM chain_edge give JOIN chain_edge get ON get.chain_id = give.chain_id AND get.receiver = $2 "
                + "JOIN chain_edge gave ON gave.giver = $2 AND gave.offering_id = give.offering_id AND gave.chain_id <> $1 "
                + "JOIN chain_edge got ON got.chain_id = gave.chain_id AND got.receiver = $2 AND got.need_id = get.need_id "
                + "JOIN chain_consent c ON c.chain_id = gave.chain_id AND c.participant = $2 AND c.value = 'yes' "
                + "JOIN chain ended ON ended.chain_id = gave.chain_id AND ended.state = 'ABORTED' "
                + "WHERE give.chain_id = $1 AND give.giver = $2",
            chainId,
            did
        );

    public static List<StewardRing> All(Db db, NodeNames names, int most)
    {
        var chains = db.All(
            "SELECT chain_id, state, coalesce(decided_at, consented_at, seen_at), consent_deadline FROM chain ORDER BY seen_at DESC, chain_id LIMIT $1",
            r => (Id: r.Text(0), State: r.Text(1), Since: EntryQueries.At(r.Long(2)), Deadline: EntryQueries.At(r.Long(3))),
            most
        );
        var newest = $"(SELECT chain_id FROM chain ORDER BY seen_at DESC, chain_id LIMIT {most})";
        var edges = db.All(
                $"SELECT {EdgeColumns} FROM {EdgeTables} WHERE e.chain_id IN {newest} ORDER BY e.chain_id, e.edge",
                ReadEdge
            )
            .ToLookup(e => e.Chain, StringComparer.Ordinal);
        var homes = db.All(
                $"SELECT chain_id, participant, home_node FROM chain_participant WHERE chain_id IN {newest}",
                r => (Chain: r.Text(0), Person: r.Text(1), Node: r.Text(2))
            )
            .ToLookup(h => h.Chain, StringComparer.Ordinal);
        var votes = db.All(
                $"SELECT chain_id, node, vote FROM chain_vote WHERE chain_id IN {newest}",
                r => (Chain: r.Text(0), Node: r.Text(1), Vote: r.Text(2))
            )
            .ToDictionary(v => (v.Chain, v.Node), v => v.Vote);
        return
        [
            .. chains.Select(c =>
            {
                var own = edges[c.Id].ToList();
                var home = homes[c.Id].ToDictionary(h => h.Person, h => h.Node, StringComparer.Ordinal);
                return new StewardRing(
                    c.Id,
                    c.State,
                    c.Since,
                    c.Deadline,
                    [
                        .. own.Select(e => new StewardRingPerson(
                            e.Giver,
                            LabelOf(own, e.Giver),
                            home.GetValueOrDefault(e.Giver, "")
                        )),
                    ],
                    [
                        .. home
                            .Values.Distinct(StringComparer.Ordinal)
                            .Order(StringComparer.Ordinal)
                            .Select(n => new StewardRingNode(n, names.Of(n), votes.GetValueOrDefault((c.Id, n)))),
                    ],
                    [.. own.Select(e => View(own, e) with { From = e.Giver, To = e.Receiver })]
                );
            }),
        ];
    }

    public static Dictionary<string, int> Counts(Db db) =>
        db.All("SELECT state, count(*) FROM chain GROUP BY state", r => (State: r.Text(0), Count: r.Int(1)))
            .ToDictionary(c => c.State, c => c.Count, StringComparer.Ordinal);

    private static bool CanAnswer(ChainState state, string? answer) =>
        answer == "yes" ? state is ChainState.Validated or ChainState.Consented : state == ChainState.Validated;

    private static RingState StateOf(ChainState state) => Enum.Parse<RingState>(state.ToString());

    private static EdgeRow ReadEdge(Row r) =>
        new(r.Text(0), r.Int(1), r.Text(2), r.Text(3), r.Text(4), r.Text(5), r.TextOrNull(6), r.TextOrNull(7), r.Flag(8));

    // A nickname travels with what a person shared: the offering they give, or the need that is met for them.
    private static string LabelOf(List<EdgeRow> edges, string person) =>
        edges.Find(e => e.Giver == person)?.GiverLabel
        ?? edges.Find(e => e.Receiver == person)?.ReceiverLabel
        ?? Texts.English.Plain("ring.somebody");

    private static EdgeView View(List<EdgeRow> edges, EdgeRow e) =>
        new(
            e.Index,
            LabelOf(edges, e.Giver),
            LabelOf(edges, e.Receiver),
            e.What.Length > 0 ? e.What : Texts.English.Plain("ring.something"),
            e.State switch
            {
                "OPEN" => e.GiverSaidDone ? EdgeState.Given : EdgeState.Open,
                "DONE" => EdgeState.Done,
                "FAILED" => EdgeState.Failed,
                "RELEASED" => EdgeState.Released,
                _ => EdgeState.Planned,
            }
        );

    private static Dictionary<string, string> Homes(Db db, string chainId) =>
        db.All(
                "SELECT participant, home_node FROM chain_participant WHERE chain_id = $1",
                r => (Person: r.Text(0), Node: r.Text(1)),
                chainId
            )
            .ToDictionary(h => h.Person, h => h.Node, StringComparer.Ordinal);

    private static List<int> Settled(Db db, string chainId, string did) =>
        db.All(
            "SELECT edge FROM chain_settlement WHERE chain_id = $1 AND reporter = $2 ORDER BY edge",
            r => r.Int(0),
            chainId,
            did
        );

    private static DateTimeOffset Since(Db db, string chainId) =>
        EntryQueries.At(db.Number("SELECT coalesce(decided_at, consented_at, seen_at) FROM chain WHERE chain_id = $1", chainId));

    // How far our last word on the ring has come: our vote, else this person's consent, else the proposal itself.
    private static RingNode Node(Db db, NodeNames names, ChainRow row, string node, string did)
    {
        var vote = db.Text("SELECT vote FROM chain_vote WHERE chain_id = $1 AND node = $2", row.ChainId, node);
        var seen = EntryQueries.At(db.Number("SELECT seen_at FROM chain WHERE chain_id = $1", row.ChainId));
        var kept = new Delivery(DeliveryKind.KeptHere, "", seen);
        if (node == names.Me)
        {
            return new RingNode(node, names.Of(node), true, vote, kept);
        }

        var consent = db.Text(
            "SELECT statement_id FROM chain_consent WHERE chain_id = $1 AND participant = $2 AND value = 'yes'",
            row.ChainId,
            did
        );
        string?[] words = [row.VoteId, consent, row.ProposalId];
        var delivery = words
            .OfType<string>()
            .Select(s => EntryQueries.DeliveryOf(db, names, node, s))
            .FirstOrDefault(d => d is not null);
        var theirs = row.Proposer.Value == node ? new Delivery(DeliveryKind.PeerHasIt, names.Of(node), seen) : kept;
        return new RingNode(node, names.Of(node), false, vote, delivery ?? theirs);
    }

    private sealed record EdgeRow(
        string Chain,
        int Index,
        string Giver,
        string Receiver,
        string State,
        string What,
        string? GiverLabel,
        string? ReceiverLabel,
        bool GiverSaidDone
    );
}
