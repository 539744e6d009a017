using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

/// <summary>Pictures: the bytes are written first and named by a command after, so that what a statement names is here.</summary>
public sealed partial class NodeDesk
{
    private static Refusal NoPictures { get; } = new("picture.closed", "This cabinet keeps no pictures.");

    public async Task<Outcome<Done>> ShowPicture(OpenedCard who, string offeringId, byte[]? file, CancellationToken token)
    {
        if (options.Blobs is not { } store)
        {
            return NoPictures;
        }

        if (!Offerings(who.Did).Any(o => o.Id == offeringId))
        {
            return new Refusal("item.unknown", "This is not one of your offerings, or it was taken back already.");
        }

        BlobRef? picture = null;
        if (file is not null)
        {
            if (PictureFile.Clean(file) is not { } clean)
            {
                return new Refusal(
                    "picture.malformed",
                    "This is no JPEG, PNG or WebP picture that can be read to its end. Please choose another."
                );
            }

            if (clean.Bytes.Length > PictureBody.MaxLength)
            {
                return new Refusal("picture.too_large", "A picture can have at most 300 kB. Please make it smaller first.");
            }

            try
            {
                picture = new BlobRef(store.Put(clean.Bytes), clean.Bytes.Length, clean.Type);
            }
            catch (IOException)
            {
                return new Refusal("store.full", "The picture could not be written; please tell a steward. Nothing was changed.");
            }
        }

        return Told(await door.Ask(new ShowPicture(new Did(who.Did), offeringId, picture), token));
    }

    public PictureBytes? Picture(string did, string sha256)
    {
        if (options.Blobs is not { } store || !Sha.IsHex(sha256))
        {
            return null;
        }

        var own = Offerings(did).Select(o => o.Id).ToHashSet(StringComparer.Ordinal);
        if (door.Read(db => BlobBook.TypeForPage(db, sha256, own)) is not { } type)
        {
            return null;
        }

        using var file = store.Open(sha256);
        if (file is not { Length: > 0 and <= PictureBody.MaxLength })
        {
            return null;
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return new PictureBytes(type, bytes);
    }
}
