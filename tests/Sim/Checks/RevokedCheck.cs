using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>A peer whose peering is not in force achieves nothing over a link: nothing it sends is kept, and nothing is sent to it.</summary>
internal sealed class RevokedCheck(World world) : Checker(world)
{
    private readonly Dictionary<(int Cabinet, Did Peer), bool> _enrolled = [];

    public override void Committed(CommittedStep step)
    {
        var cabinet = step.Cabinet;
        foreach (var peer in step.Inputs.OfType<Received>().Select(r => r.Peer).Distinct())
            CheckTaken(step, peer);
        foreach (var peer in step.Effects.OfType<SendOnLink>().Select(s => s.Peer).Distinct())
            Expect(
                IsEnrolled(cabinet, peer) || step.Effects.OfType<CutPeer>().Any(c => c.Did == peer),
                "revoked.sent",
                cabinet,
                $"something is sent to {World.Find(peer)}, which is no peer"
            );
        foreach (var peer in World.Stations.Where(s => s != cabinet))
            _enrolled[(cabinet.Index, peer.Did)] = IsEnrolled(cabinet, peer.Did);
    }

    private void CheckTaken(CommittedStep step, Did peer)
    {
        if (IsEnrolled(step.Cabinet, peer) || _enrolled.GetValueOrDefault((step.Cabinet.Index, peer)))
            return;
        Expect(
            !step.Change.Taken.Exists(t => t.Stream.Peer == peer.Value),
            "revoked.taken",
            step.Cabinet,
            $"a bundle of {World.Find(peer)} was taken, which is no peer"
        );
    }

    private static bool IsEnrolled(Cabinet cabinet, Did peer) => PeerBook.IsEnrolled(cabinet.Db, peer);
}
