using EdgeNode.Wire.Io;

namespace EdgeNode.Wire;

/// <summary>
/// First operation of an identity log. The DID is the hash of this operation, so the log can later move control to other keys (rotate, delegate, move,
/// recover) without changing who this is. <see cref="Key"/> is the control key; <see cref="Seal"/> is a node's separate X25519 key (hex) for sealed
/// bundles.
/// </summary>
public sealed record GenesisHeader(int V, string Kind, string Type, string Key, string Alg, string? Seal, string Nonce);

/// <summary>What a statement of kind identity carries: the whole log, oldest first, each operation as base64 of its frame.</summary>
public sealed record IdentityBody(string[] Operations);

/// <summary>A verified identity: its DID, the key in force and the head of its log.</summary>
public sealed record Identity(Did Did, string Type, string Key, string? Seal, string Head, byte[] Genesis)
{
    public const string Node = "node";
    public const string Person = "person";
    public const int MaxOperations = 32;

    public static Identity CreateNode(NodeKey key, ReadOnlySpan<byte> sealPublicKey, Entropy entropy) =>
        Create(
            new GenesisHeader(
                1,
                Kinds.Genesis,
                Node,
                key.PublicKey,
                "ES256",
                Convert.ToHexStringLower(sealPublicKey),
                entropy.Hex(16)
            ),
            key.Sign
        );

    /// <summary>A person's identity under their Ed25519 key; <paramref name="seed"/> is its 32-byte secret.</summary>
    public static Identity CreatePerson(byte[] seed, Entropy entropy) =>
        Create(
            new GenesisHeader(
                1,
                Kinds.Genesis,
                Person,
                DidKey.OfEd25519(Sodium.Ed25519PublicKey(seed)),
                "EdDSA",
                null,
                entropy.Hex(16)
            ),
            bytes => Sodium.Ed25519Sign(seed, bytes)
        );

    /// <summary>Reads and verifies a genesis operation; null when its signature is not that of the key it names.</summary>
    public static Identity? Verify(ReadOnlyMemory<byte> genesis, P256 p256)
    {
        if (Frame.TryReadWhole(genesis, 0) is not { } frame)
            return null;
        if (WireJson.Read(frame.Header.Span, WireJson.Default.GenesisHeader) is not { V: 1, Kind: Kinds.Genesis } header)
            return null;
        var signed = frame.SignedBytes(Kinds.Genesis);
        var good = (header.Type, header.Alg) switch
        {
            (Node, "ES256") => p256.Verify(header.Key, signed, frame.Signature.Span),
            (Person, "EdDSA") => DidKey.TryEd25519(header.Key, out var key)
                && Sodium.Ed25519Verify(key, signed, frame.Signature.Span),
            _ => false,
        };
        return good ? Of(header, frame) : null;
    }

    private static Identity Create(GenesisHeader header, Func<byte[], byte[]> sign)
    {
        var raw = Frame.Encode(Kinds.Genesis, WireJson.Write(header, WireJson.Default.GenesisHeader), [], sign);
        return Of(header, Frame.TryReadWhole(raw, 0)!);
    }

    private static Identity Of(GenesisHeader header, Frame frame)
    {
        var id = frame.Id(Kinds.Genesis);
        return new Identity(
            Did.FromGenesis(Convert.FromHexString(id)),
            header.Type,
            header.Key,
            header.Seal,
            id,
            frame.Raw.ToArray()
        );
    }
}
