using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync.Blobs;

/// <summary>What tests of blobs need of a desk: names with real statements, and hashes.</summary>
internal static class BlobDesks
{
    public const string Item = "01890a5d-ac96-774b-bcce-b302099a8057";

    public static BlobRef Blob(char digit, long length = 1000) => new(new string(digit, 64), length, "image/png");

    /// <summary>A statement of <paramref name="origin"/> names the blob to <paramref name="audience"/>; <paramref name="here"/> has taken it.</summary>
    public static bool Names(
        this CustodyDesk here,
        CustodyDesk origin,
        BlobRef? blob,
        int version = 1,
        string item = Item,
        params Did[] audience
    )
    {
        var body = WireJson.Write(
            new PictureBody(item, version, blob?.Sha256, blob?.Length ?? 0, blob?.Type ?? ""),
            WireJson.Default.PictureBody
        );
        Did[] to = audience.Length > 0 ? audience : [here.Did];
        var contract = new string('c', 64);
        var draft = new StatementDraft(Kinds.Picture, DataClass.Shared, to, body, origin.Now + TimeSpan.FromDays(30), contract);
        var statement = Statement.Sign(draft, origin.Signer);
        Statements.Keep(here.Turn(), statement);
        return BlobBook.Name(here.Turn(), new BlobName(item, version, origin.Did, blob, statement));
    }

    public static string? State(this CustodyDesk desk, BlobRef blob) =>
        desk.Db.Text("SELECT state FROM blob WHERE sha256 = $1", blob.Sha256);

    /// <summary>Lets go and says which bytes the shell is to delete.</summary>
    public static string[] LetsGo(this CustodyDesk desk)
    {
        var turn = desk.Turn();
        BlobBook.LetGo(turn, BlobOptions.Default.Grace);
        return [.. turn.Effects.OfType<DropBlob>().Select(d => d.Sha256)];
    }
}
