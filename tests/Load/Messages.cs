using System.Text;
using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Load;

/// <summary>What the messages are.</summary>
public enum MessageKind
{
    /// <summary>Word that an offering has ended: the statement with the smallest effect, so that custody is what is measured.</summary>
    Withdrawal,

    /// <summary>An offering of a resident: its receiver also puts it on the pages and into the search.</summary>
    Offering,
}

/// <summary>
/// Statements of exactly one size, made and signed by home cabinets whose keys the receiver knows, as if their residents were this cabinet's neighbours. They
/// are filled up to the size with more names in the audience and then with blanks after the body.
/// </summary>
public sealed class Messages : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private readonly NodeKey[] _keys;
    private readonly Identity[] _homes;
    private readonly Identity[] _residents;
    private readonly MessageKind _kind;
    private readonly int _size;
    private readonly Did _receiver;
    private readonly Moment _now;

    /// <summary>What filled the last message of each home: the next one mostly needs the same.</summary>
    private readonly (int Names, int Blanks)[] _filling;
    private long _hlc;

    public Messages(MessageKind kind, int keys, int size, Did receiver, Moment now)
    {
        (_kind, _size, _receiver, _now) = (kind, size, receiver, now);
        var entropy = SystemEntropy.Instance;
        _keys = [.. Enumerable.Range(0, keys).Select(_ => NodeKey.Create(entropy))];
        _homes = [.. _keys.Select(key => Identity.CreateNode(key, Sodium.X25519PublicKey(entropy.Bytes(32)), entropy))];
        _residents = [.. _homes.Select(_ => Identity.CreatePerson(entropy.Bytes(32), entropy))];
        _filling = new (int, int)[keys];
    }

    /// <summary>The receiver knows these homes and their residents, as after years in one neighbourhood.</summary>
    public void Introduce(Db db)
    {
        db.Begin();
        var turn = new Turn(db, _now);
        foreach (var (home, resident) in _homes.Zip(_residents))
        {
            Identities.Put(turn, home, home.Did);
            Identities.Put(turn, resident, home.Did);
        }
        db.Commit();
    }

    /// <summary>So many in chunks, each signed when it is asked for: a million of them need the memory of one chunk.</summary>
    public IEnumerable<Statement[]> Make(int count, int chunk)
    {
        for (var made = 0; made < count; made += chunk)
            yield return [.. Enumerable.Range(made, Math.Min(chunk, count - made)).Select(One)];
    }

    private Statement One(int number)
    {
        var home = number % _keys.Length;
        var signer = new Signer(_homes[home].Did, _keys[home], 0, () => _hlc = Hlc.Next(_hlc, _now));
        var body = _kind == MessageKind.Withdrawal ? Withdrawal() : Offering(home, number);
        var statement = Filled(signer, body, _filling[home]);
        if (statement.Raw.Length != _size)
        {
            _filling[home] = FillingOf(signer, body);
            statement = Filled(signer, body, _filling[home]);
        }
        return statement.Raw.Length == _size
            ? statement
            : throw new InvalidOperationException($"A message has {statement.Raw.Length} bytes instead of {_size}.");
    }

    /// <summary>Two tries: the first says how much room is left for names, the second how much for blanks.</summary>
    private (int Names, int Blanks) FillingOf(Signer signer, byte[] body)
    {
        const int MostNames = 6;
        var room = _size - Filled(signer, body, (0, 0)).Raw.Length;
        var names = Math.Clamp(room / (Did.Length + 3), 0, MostNames);
        return (names, Math.Max(0, _size - Filled(signer, body, (names, 0)).Raw.Length));
    }

    private Statement Filled(Signer signer, byte[] body, (int Names, int Blanks) filling)
    {
        var others = Enumerable.Range(0, filling.Names).Select(_ => Did.FromGenesis(SystemEntropy.Instance.Bytes(32))).ToArray();
        return Sign(signer, [.. body, .. Encoding.ASCII.GetBytes(new string(' ', filling.Blanks))], others);
    }

    private byte[] Withdrawal() =>
        WireJson.Write(new WithdrawalBody(SystemEntropy.Instance.Uuid7(_now), 2), WireJson.Default.WithdrawalBody);

    private byte[] Offering(int home, int number) =>
        WireJson.Write(
            new OfferingBody(
                SystemEntropy.Instance.Uuid7(_now),
                1,
                _residents[home].Did.Value,
                $"Resident {home}",
                "test/thing",
                $"Thing {number} of the load",
                1
            ),
            WireJson.Default.OfferingBody
        );

    private Statement Sign(Signer signer, byte[] body, Did[] others) =>
        Statement.Sign(
            new StatementDraft(
                _kind == MessageKind.Withdrawal ? Kinds.Withdrawal : Kinds.Offering,
                DataClass.Shared,
                [_receiver, .. others],
                body,
                _now + Lifetime,
                PeeringContract.Current.Hash
            ),
            signer
        );

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
    }
}
