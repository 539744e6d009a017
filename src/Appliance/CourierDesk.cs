using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>
/// What goes by stick and QR codes. Out: the same bundles that a link would carry, each sealed to its receiver. In: opened, put in order, and handed to custody,
/// where every frame passes the verify gate; nothing is believed because of the way it came.
/// </summary>
internal sealed class CourierDesk(Custody custody, Sealer sealer)
{
    public Answer Out(Turn turn, CarryOut carry)
    {
        if (PeerBook.Find(turn.Db, carry.Peer) is not { State: PeerState.Enrolled } peer)
            return Answer.Refused(
                "peer.not_enrolled",
                "A courier can only be sent to a neighbour cabinet with a peering in force."
            );
        var seal = Identities.SealOf(turn.Db, carry.Peer);
        var frames = custody.Carry(turn, carry.Peer, carry.After);
        var files = new List<SealedFile>(frames.Count);
        foreach (var frame in frames)
        {
            if (sealer.Seal(seal, frame.Bytes) is not { } bytes)
                return Answer.Refused("courier.no_key", $"{peer.Name} has no key that a courier's bundles can be sealed to.");
            files.Add(new SealedFile(CourierNames.FileOf(frame.Kind, frame.Stream, frame.Seq), bytes));
        }
        var bundles = frames.Where(f => f.Kind == TopicKind.Data).ToArray();
        return Answer.Done with { Parcel = new Parcel(files, Reached(carry.After, bundles), bundles.Length > 0) };
    }

    public Answer In(Turn turn, CarryIn carry)
    {
        var (foreign, broken) = (0, 0);
        var frames = new List<OpenedFrame>();
        foreach (var file in carry.Files)
        {
            if (sealer.Open(file, out var fault) is not { } plain)
                _ = fault == AgeFault.NotForUs ? foreign++ : broken++;
            else if (OpenedFrame.TryRead(plain) is not { } frame)
                broken++;
            else if (!PeerBook.IsEnrolled(turn.Db, frame.From))
                foreign++;
            else
                frames.Add(frame);
        }
        var delivered = new Delivered(
            0,
            0,
            0,
            0,
            foreign,
            broken,
            0,
            [.. frames.Select(f => f.From.Value).Distinct().Order(StringComparer.Ordinal)]
        );
        foreach (var frame in frames.OrderBy(f => f.From).ThenBy(f => f.Kind).ThenBy(f => f.Stream).ThenBy(f => f.Seq))
            delivered = Take(turn, frame, delivered);
        if (frames.Count > 0)
            turn.Emit(new PageChanged(PageChanged.Everybody));
        return Answer.Done with { Delivered = delivered };
    }

    private Delivered Take(Turn turn, OpenedFrame frame, Delivered so) =>
        frame.Kind switch
        {
            TopicKind.Data => custody.Data(turn, frame.From, frame.Bytes, carried: true) switch
            {
                Arrival.Taken => so with { Taken = so.Taken + 1 },
                Arrival.Again => so with { Known = so.Known + 1 },
                Arrival.Gap => so with { Early = so.Early + 1 },
                _ => so with { Refused = so.Refused + 1 },
            },
            TopicKind.Receipt => Word(custody.Receipt(turn, frame.From, frame.Bytes, carried: true), so),
            _ => Word(custody.CarriedHave(turn, frame.From, frame.Bytes), so),
        };

    private static Delivered Word(bool good, Delivered so) =>
        good ? so with { Words = so.Words + 1 } : so with { Refused = so.Refused + 1 };

    private static List<HaveStream> Reached(IReadOnlyList<HaveStream> before, IEnumerable<CarriedFrame> bundles)
    {
        var reached = before.ToDictionary(s => s.Stream, s => s.Seq);
        foreach (var bundle in bundles)
            reached[bundle.Stream] = Math.Max(bundle.Seq, reached.GetValueOrDefault(bundle.Stream));
        // Also without any bundle the next page is not the first again.
        return reached.Count == 0
            ? [new HaveStream(0, 0)]
            : [.. reached.OrderBy(r => r.Key).Select(r => new HaveStream(r.Key, r.Value))];
    }
}
