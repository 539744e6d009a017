using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Load;

/// <summary>Two stewards agree on a peering: the real frames, handed over by hand instead of by TLS.</summary>
public static class Peering
{
    private const int MostRounds = 16;

    public static void Agree(LoadedCabinet left, LoadedCabinet right)
    {
        var asked = left.Ask(new RequestPeering(right.Place.Address, right.Place.PairingPort));
        Deliver(asked.Effects, left, right);
        Deliver(right.Ask(new AcceptPeering(left.Identity.Did)).Effects, right, left);
    }

    /// <summary>A peer of another make asks, our steward accepts, and it signs the agreement.</summary>
    public static void Enrol(LoadedCabinet cabinet, LightPeer peer)
    {
        var (node, address) = (cabinet.Identity.Did, cabinet.Place.Address);
        Do(cabinet, new PairFrame(peer.PairingFrame(Kinds.PairingRequest, null, address), peer.Spki));
        Do(cabinet, new AcceptPeering(peer.Did));
        var agreement = peer.PairingFrame(Kinds.PairingAgreement, node, address, peer.AgreementWith(cabinet.Identity));
        Do(cabinet, new PairFrame(agreement, peer.Spki));
    }

    private static void Do(LoadedCabinet cabinet, Command command)
    {
        var answer = cabinet.Ask(command).Answer;
        if (!answer.IsDone)
            throw new InvalidOperationException($"The cabinet refused {command.GetType().Name}: {answer.Code} {answer.Text}");
    }

    private static void Deliver(IReadOnlyList<Effect> effects, LoadedCabinet from, LoadedCabinet to)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            if (effects.OfType<PairSend>().FirstOrDefault() is not { } send)
                return;
            var (answer, answered) = to.Ask(new PairFrame(send.Bytes, from.Spki));
            if (!answer.IsDone)
                throw new InvalidOperationException($"A pairing frame was refused: {answer.Code} {answer.Text}");
            effects = from.Step(new PairReply(send.Address, send.PairPort, send.Kind, answer.Bytes ?? [], to.Spki, null));
            Deliver(answered, to, from);
        }
        throw new InvalidOperationException("Two cabinets go on sending pairing frames without an end.");
    }
}
