using EdgeNode.Matching;
using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>
/// Pictures of offerings: which blob belongs to which offering, told to whoever the offering is shared with. A picture is no part of the offering's version, so
/// that a new one does not disturb a ring.
/// </summary>
/// <param name="signer">Signs what is shared.</param>
/// <param name="outbox">Queues it.</param>
/// <param name="replicates">Whether offerings are sent at once; if not, a picture goes only to who has its offering.</param>
public sealed class Pictures(Signer signer, Outbox outbox, bool replicates)
{
    /// <summary>The offering has this picture from now on, or none; its bytes are in the store already. False when it is not an own, standing offering.</summary>
    public bool Show(Turn turn, Did resident, string offeringId, BlobRef? picture)
    {
        if (Items.FindOffering(turn.Db, offeringId) is not { Active: true } offering)
            return false;
        if (offering.Participant != resident || offering.HomeNode != signer.Node)
            return false;
        var version = (BlobBook.Of(turn.Db, offeringId)?.Version ?? 0) + 1;
        var statement =
            offering.StatementId is not null && offering.Audience.Count > 0
                ? Make(turn, Kinds.Picture, Body(offeringId, version, picture), offering.Audience)
                : null;
        BlobBook.Name(turn, new BlobName(offeringId, version, signer.Node, picture, statement));
        if (statement is null)
            return true;
        foreach (var peer in offering.Audience.Where(p => PeerBook.IsEnrolled(turn.Db, p)))
        {
            if (replicates || Outbox.HasOrGets(turn.Db, peer, offering.StatementId!))
                outbox.Enqueue(turn, peer, statement);
        }
        return true;
    }

    /// <summary>An offering goes to a peer: what says which picture it has goes with it.</summary>
    public static void Follow(Turn turn, Outbox outbox, Did peer, string offeringId)
    {
        if (BlobBook.Of(turn.Db, offeringId) is not { StatementId: { } id })
            return;
        var statement = Statements.Get(turn.Db, id);
        if (statement.IsFor(peer) && !Outbox.HasOrGets(turn.Db, peer, id))
            outbox.Enqueue(turn, peer, statement);
    }

    /// <summary>A neighbour's word on a picture of its own offering, or on one of ours that has arrived there.</summary>
    public Verdict Apply(Turn turn, Statement statement) =>
        statement.Kind == Kinds.BlobReceipt ? TakeReceipt(turn, statement) : TakePicture(turn, statement);

    /// <summary>A blob has arrived: everybody whose statement names it is told, by a signed word that leaves after this commit.</summary>
    public void SendReceipts(Turn turn, string sha256, long length)
    {
        foreach (var origin in BlobBook.OriginsOf(turn.Db, sha256).Where(o => o != signer.Node))
            SendReceipt(turn, origin, sha256, length);
    }

    private void SendReceipt(Turn turn, Did origin, string sha256, long length)
    {
        if (!PeerBook.IsEnrolled(turn.Db, origin))
            return;
        var body = WireJson.Write(new BlobReceiptBody(sha256, length), WireJson.Default.BlobReceiptBody);
        outbox.Enqueue(turn, origin, Make(turn, Kinds.BlobReceipt, body, [origin]));
    }

    private Verdict TakePicture(Turn turn, Statement statement)
    {
        if (WireJson.Read(statement.Body, WireJson.Default.PictureBody) is not { } body || !IsSound(body))
            return Verdict.Refused("picture.malformed");
        if (Items.FindOffering(turn.Db, body.OfferingId) is not { } offering || offering.HomeNode != statement.From)
            return Verdict.Refused("picture.unknown_item");
        if (!offering.Active)
            return Verdict.Accepted;
        var blob = body.Sha256 is { } sha256 ? new BlobRef(sha256, body.Length, body.Type) : null;
        if (!BlobBook.Name(turn, new BlobName(body.OfferingId, body.Version, statement.From, blob, statement)) || blob is null)
            return Verdict.Accepted;
        if (BlobBook.LengthOf(turn.Db, blob.Sha256) is { } here)
            SendReceipt(turn, statement.From, blob.Sha256, here);
        return Verdict.Accepted;
    }

    private Verdict TakeReceipt(Turn turn, Statement statement)
    {
        if (WireJson.Read(statement.Body, WireJson.Default.BlobReceiptBody) is not { } body || !Sha.IsHex(body.Sha256))
            return Verdict.Refused("blob.malformed");
        // One for a picture that was replaced meanwhile says nothing any more, and is no fault of the peer's.
        BlobBook.Receipted(turn, signer.Node, statement.From, body.Sha256);
        return Verdict.Accepted;
    }

    private static byte[] Body(string offeringId, int version, BlobRef? picture) =>
        WireJson.Write(
            new PictureBody(offeringId, version, picture?.Sha256, picture?.Length ?? 0, picture?.Type ?? ""),
            WireJson.Default.PictureBody
        );

    private static bool IsSound(PictureBody body) =>
        Guid.TryParseExact(body.OfferingId, "D", out _)
        && body.Version is > 0 and < 1_000_000
        && (
            body.Sha256 is { } sha256
                ? new BlobRef(sha256, body.Length, body.Type).IsSound
                : body.Length == 0 && body.Type.Length == 0
        );

    private Statement Make(Turn turn, string kind, byte[] body, IReadOnlyList<Did> audience)
    {
        var expires = Expiry.Of(DataMap.RuleOf(kind)!, signer);
        var draft = new StatementDraft(kind, DataClass.Shared, audience, body, expires, PeeringContract.Current.Hash);
        var statement = Statement.Sign(draft, signer);
        Statements.Keep(turn, statement);
        return statement;
    }
}
