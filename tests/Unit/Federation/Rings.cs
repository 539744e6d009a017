using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation;

/// <summary>Proposals to look at: two people at two nodes, in good form.</summary>
internal static class Rings
{
    public static readonly string NodeA = "did:edge:" + new string('a', 52);
    public static readonly string NodeB = "did:edge:" + new string('b', 52);
    public static readonly string Alice = "did:edge:" + new string('c', 52);
    public static readonly string Bob = "did:edge:" + new string('d', 52);
    private static readonly string Head = new('1', 64);

    public static ChainProposalBody OfTwo()
    {
        var contract = PeeringContract.Current;
        var body = new ChainProposalBody(
            "",
            "",
            NodeA,
            [
                new ChainParticipant(Alice, NodeA, "both", "o1", "n1", Head),
                new ChainParticipant(Bob, NodeB, "both", "o2", "n2", Head),
            ],
            [Edge(Alice, Bob, "o1", "n2"), Edge(Bob, Alice, "o2", "n1")],
            new ChainTimeline("2026-03-02T08:00:00.000Z", "2026-03-02T08:00:00.000Z", "2026-03-16T08:00:00.000Z"),
            [new ChainHome(NodeA, Head), new ChainHome(NodeB, Head)],
            new ChainNorms(contract.Version, contract.Hash),
            null,
            "00112233445566ff",
            null
        );
        return Named(body);
    }

    public static ChainProposalBody Named(ChainProposalBody body) =>
        body with
        {
            ChainId = ChainIds.ChainId(body),
            RingKey = ChainIds.RingKey(body),
        };

    private static ChainEdge Edge(string from, string to, string offering, string need) =>
        new(from, to, 100, offering, 1, need, 1, 1, "item", "", "2026-03-02T08:00:00.000Z", "2026-03-16T08:00:00.000Z");
}
