using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Federation;

public sealed record Resident(Did Did, string Label, string Language, bool Active, Moment Joined);

/// <summary>What the door needs to open a resident's card.</summary>
public sealed record HostedKey(Did Did, string Label, byte[] Nonce, byte[] Wrapped);

/// <summary>The people this cabinet serves. Their keys are Ed25519, hosted here under the secret of their card.</summary>
public static class Residents
{
    public const int MaxLabel = 60;
    public const int MaxResidents = 20_000;

    /// <summary>Makes identity, key and card. The code is returned once and is nowhere else.</summary>
    public static (Did Did, string Code) Join(Turn turn, Did node, string label, string language, Entropy entropy)
    {
        var seed = entropy.Bytes(32);
        var identity = Identity.CreatePerson(seed, entropy);
        var card = CardLock.Create(entropy, seed, identity.Did);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(seed);
        Identities.Put(turn, identity, node);
        turn.Db.Run(
            "INSERT INTO resident (did, label, language, card_id, nonce, wrapped, joined) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            identity.Did.Value,
            label,
            language,
            card.CardId,
            card.Nonce,
            card.Wrapped,
            turn.Now.Ms
        );
        return (identity.Did, card.Code);
    }

    public static Resident? Find(Db db, Did did) =>
        db.One(
            "SELECT label, language, active, joined FROM resident WHERE did = $1",
            r => new Resident(did, r.Text(0), r.Text(1), r.Flag(2), new Moment(r.Long(3))),
            did.Value
        );

    public static HostedKey? FindCard(Db db, string cardId) =>
        db.One(
            "SELECT did, label, nonce, wrapped FROM resident WHERE card_id = $1 AND active = 1",
            r => new HostedKey(new Did(r.Text(0)), r.Text(1), r.Bytes(2), r.Bytes(3)),
            cardId
        );

    public static int Count(Db db) => (int)db.Number("SELECT count(*) FROM resident WHERE active = 1");

    /// <summary>Signs a person's act with their unwrapped seed: what the door does for a resident whose card is open.</summary>
    public static PersonAct SignAct(byte[] seed, Did person, string act, string content) =>
        new(
            person.Value,
            DidKey.OfEd25519(Sodium.Ed25519PublicKey(seed)),
            act,
            content,
            Convert.ToHexStringLower(Sodium.Ed25519Sign(seed, VerifyGate.ActBytes(act, content)))
        );
}
