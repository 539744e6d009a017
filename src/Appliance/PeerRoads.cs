using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>
/// Where to try a peer: at the address of the agreement, and wherever discovery has seen somebody who claims to be it. Claims are hints that anyone can
/// forge, so none replaces another: while there is no contact they are tried in turn, and the pinned key decides who answers.
/// </summary>
/// <param name="inContact">Whether a peer has answered in this run.</param>
/// <param name="tryFor">How long one address is tried before the next.</param>
internal sealed class PeerRoads(Func<Did, bool> inContact, TimeSpan tryFor)
{
    /// <summary>Claims tried per peer.</summary>
    public const int MaxClaims = 8;

    private readonly SortedDictionary<Did, (int Next, Moment At)> _trying = [];

    /// <summary>An enrolled peer was seen somewhere: that address is tried at once when there is no contact.</summary>
    public void Seen(Turn turn, Seen seen)
    {
        foreach (var peer in PeerBook.Enrolled(turn.Db).Where(p => p.Did.Short == seen.Did13 && !inContact(p.Did)))
        {
            turn.Emit(new OpenPeer(peer.Did, seen.Address, seen.Port, peer.Certificate));
            _trying[peer.Did] = (0, turn.Now + tryFor);
        }
    }

    /// <summary>Moves on to the next address of each peer that did not answer at the last.</summary>
    public void Due(Turn turn)
    {
        foreach (var (did, trying) in _trying.Where(t => IsDue(t.Value.At, turn.Now)).ToArray())
        {
            if (inContact(did) || PeerBook.Find(turn.Db, did) is not { State: PeerState.Enrolled } peer)
            {
                _trying.Remove(did);
                continue;
            }
            var roads = Roads(turn, peer);
            var (address, port) = roads[trying.Next % roads.Count];
            turn.Emit(new OpenPeer(did, address, port, peer.Certificate));
            _trying[did] = (trying.Next + 1, turn.Now + tryFor);
        }
    }

    /// <summary>A time beyond the longest wait was set by a clock that has been set back since.</summary>
    private bool IsDue(Moment at, Moment now) => at <= now || at > now + tryFor;

    /// <summary>Contact was lost: the roads are tried again from the first.</summary>
    public void Lost(Did peer, Moment now) => _trying.TryAdd(peer, (0, now + tryFor));

    public Moment? NextDue() => _trying.Count == 0 ? null : _trying.Values.Min(t => t.At);

    private static List<(string Address, int Port)> Roads(Turn turn, Peering peer)
    {
        var claims = turn.Db.All(
            "SELECT DISTINCT address, port FROM discovered WHERE did13 = $1 ORDER BY seen DESC LIMIT $2",
            r => (r.Text(0), r.Int(1)),
            peer.Did.Short,
            MaxClaims
        );
        return [(peer.Address, peer.Port), .. claims.Where(c => c != (peer.Address, peer.Port))];
    }
}
