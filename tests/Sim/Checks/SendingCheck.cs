using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// What may leave a cabinet: only what is on its disk already; receipts only for bundles that are on its disk; statements only to their audience (I7); no word
/// that a resident kept here; no answer but a yes.
/// </summary>
internal sealed class SendingCheck(World world) : Checker(world)
{
    public override void Committed(CommittedStep step)
    {
        foreach (var statement in step.Change.Kept)
            Expect(
                statement.IsFor(step.Cabinet.Did),
                "I7.audience",
                step.Cabinet,
                $"{statement.Kind} {statement.Id} is kept here and is not for this cabinet"
            );
    }

    public override void Performing(Cabinet cabinet, Effect effect)
    {
        switch (effect)
        {
            case SendOnLink send:
                CheckWords(cabinet, send.Bytes, send.Peer);
                if (send.Kind == TopicKind.Data)
                    CheckBundle(cabinet, send);
                else if (send.Kind == TopicKind.Receipt)
                    CheckReceipt(cabinet, send);
                break;
            case PairSend send:
                CheckWords(cabinet, send.Bytes, null);
                break;
            case Reply { Answer.Bytes: { } bytes }:
                CheckWords(cabinet, bytes, null);
                break;
            default:
                break;
        }
    }

    private void CheckWords(Cabinet cabinet, ReadOnlySpan<byte> bytes, Did? reader)
    {
        var word = World.People.Canaries.FirstForbidden(bytes, reader);
        Expect(word is null, "I7.words", cabinet, $"{word} leaves for {reader}, who may not see it");
    }

    private void CheckBundle(Cabinet cabinet, SendOnLink send)
    {
        var bundle = Bundle.TryRead(send.Bytes);
        Expect(bundle is not null, "send.malformed", cabinet, "a bundle of our own cannot be read");
        foreach (var raw in bundle!.Statements)
        {
            var statement = Statement.TryRead(raw);
            Expect(statement is not null, "send.malformed", cabinet, "a statement of our own bundle cannot be read");
            Expect(
                cabinet.IsUp && Statements.Has(cabinet.Db, statement!.Id),
                "send.before_commit",
                cabinet,
                $"{statement!.Kind} {statement.Id} leaves and is not on the disk"
            );
            Expect(statement.IsFor(send.Peer), "I7.audience", cabinet, $"{statement.Kind} {statement.Id} leaves for {send.Peer}");
            CheckBody(cabinet, statement, send.Peer);
        }
    }

    private void CheckBody(Cabinet cabinet, Statement statement, Did reader)
    {
        if (statement.Kind == Kinds.ChainConsent)
            Expect(
                WireJson.Read(statement.Body, WireJson.Default.PersonAct) is { } act
                    && WireJson.Read(act.Content, WireJson.Default.ConsentContent) is { Value: "yes" },
                "I7.answer",
                cabinet,
                "an answer that is not a yes leaves the cabinet"
            );
        if (statement.Kind != Kinds.ChainOutcome)
            return;
        var outcome = WireJson.Read(statement.Body, WireJson.Default.ChainOutcomeBody);
        foreach (var proof in outcome?.Votes ?? [])
            CheckWords(cabinet, Convert.FromBase64String(proof), reader);
    }

    private void CheckReceipt(Cabinet cabinet, SendOnLink send)
    {
        var frame = Frame.TryReadWhole(send.Bytes, Control.MaxBody);
        var receipt = frame is null ? null : WireJson.Read(frame.Body.Span, WireJson.Default.ReceiptBody);
        Expect(receipt is not null, "send.malformed", cabinet, "a receipt of our own cannot be read");
        Expect(
            cabinet.IsUp && Taken(cabinet.Db, send.Peer, receipt!.Stream) >= receipt.Last,
            "receipt.before_commit",
            cabinet,
            $"a receipt for bundle {receipt!.Last} of {World.Find(send.Peer)} leaves, and the bundle is not on the disk"
        );
    }

    private static long Taken(Db db, Did peer, int stream) =>
        db.Number("SELECT seq FROM stream_in WHERE peer = $1 AND stream = $2", peer.Value, stream);
}
