using EdgeNode.Appliance;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// Somebody on the wire who holds no key of ours, sees every frame, and can put bytes on any link: mutated, replayed, misdirected, cut short, invented under a
/// key of their own.
/// </summary>
internal sealed class Mallory
{
    private readonly World _world;
    private readonly Prng _prng;
    private readonly NodeKey _key;
    private long _hlc;

    public Mallory(World world, Prng prng)
    {
        (_world, _prng) = (world, prng);
        _key = NodeKey.Create(new SeededEntropy(world.Options.Seed, "mallory"));
    }

    public void Act()
    {
        _world.Counts.Add("hostile frames");
        if (_world.Net.Seen.Count == 0)
            return;
        var seen = _prng.Pick(_world.Net.Seen);
        var other = _prng.Pick(_world.Cabinets);
        switch (_prng.Below(9))
        {
            case 0 or 1:
                Put(seen.From, seen.To, seen.Kind, seen.Bytes);
                break;
            case 2 or 3:
                Put(seen.From, seen.To, seen.Kind, Mutated(seen.Bytes));
                break;
            case 4:
                Put(seen.From, other, seen.Kind, seen.Bytes);
                break;
            case 5:
                Put(other, seen.To, seen.Kind, seen.Bytes);
                break;
            case 6:
                Put(seen.From, seen.To, (TopicKind)_prng.Below(3), Cut(seen.Bytes));
                break;
            case 7:
                Put(other, seen.To, TopicKind.Data, Invented(other, seen.To));
                break;
            default:
                other.Post(new Flooded(seen.From.Did, _prng.Below(1000), Proven: false));
                other.TakePairing(Mutated(seen.Bytes), seen.From.Spki, (_, _) => { });
                break;
        }
    }

    private void Put(Station from, Station to, TopicKind kind, byte[] bytes)
    {
        if (to is Cabinet && from != to)
            _world.Net.Inject(from, to, kind, bytes);
    }

    private byte[] Mutated(byte[] bytes)
    {
        var changed = (byte[])bytes.Clone();
        for (var i = _prng.Between(1, 3); i > 0; i--)
            changed[_prng.Below(changed.Length)] ^= (byte)(1 << _prng.Below(8));
        return changed;
    }

    private byte[] Cut(byte[] bytes) =>
        _prng.Percent(50) ? bytes[.._prng.Below(bytes.Length)] : [.. bytes, .. bytes[.._prng.Below(bytes.Length)]];

    /// <summary>A bundle in the name of a cabinet, signed by a key that is not its own.</summary>
    private byte[] Invented(Station from, Station to)
    {
        var signer = new Signer(from.Did, _key, 1, () => ++_hlc);
        var body = WireJson.Write(new WithdrawalBody("01890a5d-ac96-774b-bcce-b302099a8057", 2), WireJson.Default.WithdrawalBody);
        var expires = new Moment(_world.Now) + TimeSpan.FromDays(9);
        var draft = new StatementDraft(Kinds.Withdrawal, DataClass.Shared, [to.Did], body, expires, new string('0', 64));
        var statement = Statement.Sign(draft, signer);
        var header = Bundle.SignHeader(signer, to.Did, 0, _prng.Between(1, 20), "", [statement.Id]);
        return Bundle.Join(header, [statement.Raw.ToArray()]);
    }
}
