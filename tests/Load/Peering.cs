using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Sync;

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
