using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>A resident shows a picture of an offering, or takes it away (null). Its bytes are in the store already.</summary>
public sealed record ShowPicture(Did Resident, string OfferingId, BlobRef? Picture) : Command;

/// <summary>
/// Somebody who holds the key <paramref name="Spki"/> asks for a blob. The answer's <see cref="Answer.Blob"/> says whose key it is and, for the next slice, how
/// much may leave and after which wait.
/// </summary>
/// <param name="Slice">False only asks whether; true books the next slice on the lane.</param>
public sealed record ServeBlob(string Spki, string Sha256, bool Slice) : Command;

/// <summary>So many bytes of blobs have gone to a peer.</summary>
public sealed record BlobServed(Did Peer, long Bytes) : Command;

/// <summary>What may leave of a blob now.</summary>
public sealed record BlobTurn(Did Peer, long Length, string Type, int Bytes, TimeSpan Wait);

/// <summary>Fetch a blob into the store from a peer; tell how it ended by <see cref="BlobFetched"/>.</summary>
/// <param name="Roads">Where the peer's door may be, tried in turn; the pinned key decides who answers.</param>
public sealed record FetchBlob(Did Peer, string Sha256, long Length, IReadOnlyList<(string Address, int Port)> Roads, string Spki)
    : Effect;

/// <summary>A fetch has ended. <paramref name="Code"/> is empty when the blob is in the store, whole and right.</summary>
public sealed record BlobFetched(Did Peer, BlobRef Blob, string Code, long Received) : NodeInput;

/// <summary>The bytes of a blob were deleted, as <see cref="DropBlob"/> asked.</summary>
public sealed record BlobDropped(string Sha256) : NodeInput;

/// <summary>A blob that should be in the store is missing there or has another length.</summary>
public sealed record BlobLost(string Sha256) : NodeInput;

/// <summary>What a node does about blobs: residents' pictures, fetches, what peers may be given, and what is let go.</summary>
internal sealed class BlobDesk(Did me, Custody custody, Lanes lanes, Pictures pictures, BlobOptions options)
{
    /// <summary>Addresses tried for one fetch.</summary>
    private const int MostRoads = 4;

    /// <summary>How often it is looked for what nothing names any more (1 min).</summary>
    private static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(1);

    private readonly BlobFetches _fetches = new(me, lanes, options);
    private Moment? _tidied;

    private static Answer Unknown { get; } = Answer.Refused("blob.unknown", "There is no such blob for you.");

    public Answer Do(Turn turn, Command command) =>
        command switch
        {
            ShowPicture show => Show(turn, show),
            ServeBlob serve => Serve(turn, serve),
            BlobServed served => Count(turn, served),
            _ => throw new InvariantException($"{command.GetType().Name} is not about blobs"),
        };

    public void Take(Turn turn, NodeInput input)
    {
        switch (input)
        {
            case BlobFetched fetched:
                Take(turn, fetched);
                break;
            case BlobDropped dropped:
                BlobBook.Dropped(turn, dropped.Sha256);
                break;
            case BlobLost lost:
                BlobBook.Lost(turn, lost.Sha256);
                break;
            default:
                throw new InvariantException($"{input.GetType().Name} is not about blobs");
        }
    }

    /// <summary>Starts fetches from who is in contact, and lets go of what nothing names.</summary>
    public void Due(Turn turn)
    {
        if (!(_tidied is { } last && last <= turn.Now && turn.Now - last < TidyEvery))
        {
            _tidied = turn.Now;
            BlobBook.LetGo(turn, options.Grace);
        }
        foreach (var fetch in _fetches.Due(turn, [.. custody.Ready]))
        {
            if (PeerBook.Find(turn.Db, fetch.Peer) is { } peer)
                turn.Emit(new FetchBlob(peer.Did, fetch.Sha256, fetch.Length, Roads(turn.Db, peer), peer.Spki));
        }
    }

    public Moment? NextDue(Db db)
    {
        var (fetch, drop) = (_fetches.NextDue(db), BlobBook.NextDue(db, options.Grace, _tidied ?? default));
        if (drop is { } at && _tidied is { } last && at < last + TidyEvery)
            drop = last + TidyEvery;
        return fetch is null || drop < fetch ? drop ?? fetch : fetch;
    }

    private void Take(Turn turn, BlobFetched fetched)
    {
        if (_fetches.Ended(turn, fetched.Peer, fetched.Blob, fetched.Code, fetched.Received))
        {
            pictures.SendReceipts(turn, fetched.Blob.Sha256, fetched.Blob.Length);
            turn.Emit(new PageChanged(PageChanged.Everybody));
        }
        else
            turn.Emit(new PageChanged(PageChanged.Stewards));
    }

    private Answer Show(Turn turn, ShowPicture show)
    {
        if (show.Picture is { } picture)
        {
            Invariant.Hold(picture.IsSound, "a picture is checked before it is stored");
            if (BlobBook.LengthOf(turn.Db, picture.Sha256) is null && BlobBook.Stored(turn.Db) + picture.Length > options.Quota)
                return Answer.Refused(
                    "blob.full",
                    "The cabinet has no room for more pictures; please tell a steward. Nothing was changed."
                );
            if (!BlobBook.Keep(turn, picture))
                return Answer.Refused("blob.busy", "This very picture is just being deleted here. Please try again in a moment.");
        }
        if (!pictures.Show(turn, show.Resident, show.OfferingId, show.Picture))
            return Answer.Refused("item.unknown", "This is not one of your offerings, or it was taken back already.");
        turn.Emit(new PageChanged(show.Resident.Value));
        turn.Emit(new PageChanged(PageChanged.Everybody));
        return Answer.Done;
    }

    /// <summary>Asked anew for every slice, so that a lane that closes ends what is under way. Who may not have a blob hears the same as who asks for none.</summary>
    private Answer Serve(Turn turn, ServeBlob serve)
    {
        if (PeerBook.FindByKey(turn.Db, serve.Spki) is not { } peer)
            return Answer.Refused("peer.not_enrolled", "This cabinet is not a neighbour of ours.");
        if (BlobBook.For(turn.Db, peer, serve.Sha256) is not { } grant)
            return Unknown;
        if (!lanes.BlobsFlow(turn.Db, peer, grant.Stream, turn.Now))
            return Answer.Refused("blob.held", "The lane is closed or held back; ask again later.");
        if (!serve.Slice)
            return Answer.Done with { Blob = new BlobTurn(peer, grant.Length, grant.Type, 0, TimeSpan.Zero) };
        var rate = lanes.Rate(turn.Db, peer, grant.Stream);
        var bytes = rate == 0 ? options.Slice : (int)Math.Clamp(rate, 1, options.Slice);
        return custody.Slice(turn, peer, grant.Stream, bytes) is { } wait
            ? Answer.Done with
            {
                Blob = new BlobTurn(peer, grant.Length, grant.Type, bytes, wait),
            }
            : Answer.Refused("blob.later", "Bundles go first; ask again soon.");
    }

    private static Answer Count(Turn turn, BlobServed served)
    {
        if (served.Bytes > 0)
            Traffic.Add(turn, served.Peer, Traffic.BlobBytesSent, served.Bytes);
        turn.Emit(new PageChanged(PageChanged.Stewards));
        return Answer.Done;
    }

    private static List<(string Address, int Port)> Roads(Db db, Peering peer) =>
        [
            (peer.Address, peer.PairPort),
            .. db.All(
                    "SELECT DISTINCT address, pair_port FROM discovered WHERE did13 = $1 ORDER BY seen DESC LIMIT $2",
                    r => (Address: r.Text(0), Port: r.Int(1)),
                    peer.Did.Short,
                    MostRoads
                )
                .Where(r => r != (peer.Address, peer.PairPort))
                .Take(MostRoads - 1),
        ];
}
