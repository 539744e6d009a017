using System.Numerics;
using System.Security.Cryptography;
using SimpleBase;

namespace EdgeNode.Wire;

/// <summary>
/// A public key in did:key form (W3C did:key, multicodec prefix, base58btc): P-256 for nodes, Ed25519 for people.
/// </summary>
public static class DidKey
{
    private static readonly byte[] P256Code = [0x80, 0x24];
    private static readonly byte[] Ed25519Code = [0xed, 0x01];

    /// <summary>secp256r1, FIPS 186-5 / SEC 2: the field's prime and the curve's constant b, to decompress a point.</summary>
    private static readonly BigInteger Prime = Hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    private static readonly BigInteger B = Hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    public static string OfP256(ECPoint point)
    {
        Span<byte> raw = stackalloc byte[35];
        P256Code.CopyTo(raw);
        raw[2] = (byte)(2 + (point.Y![^1] & 1));
        point.X.CopyTo(raw[3..]);
        return Encode(raw);
    }

    public static string OfEd25519(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> raw = stackalloc byte[34];
        Ed25519Code.CopyTo(raw);
        publicKey.CopyTo(raw[2..]);
        return Encode(raw);
    }

    /// <summary>The 32 bytes of an Ed25519 key; false for any other form.</summary>
    public static bool TryEd25519(string didKey, out byte[] publicKey)
    {
        publicKey = [];
        if (!TryDecode(didKey, out var raw) || raw.Length != 34 || !raw.AsSpan(0, 2).SequenceEqual(Ed25519Code))
            return false;
        publicKey = raw[2..];
        return true;
    }

    /// <summary>The P-256 point; false for any other form and for a point that is not on the curve.</summary>
    public static bool TryP256(string didKey, out ECPoint point)
    {
        point = default;
        if (
            !TryDecode(didKey, out var raw)
            || raw.Length != 35
            || !raw.AsSpan(0, 2).SequenceEqual(P256Code)
            || raw[2] is not (2 or 3)
        )
            return false;
        return TryDecompress(raw.AsSpan(3), odd: raw[2] == 3, out point);
    }

    private static bool TryDecompress(ReadOnlySpan<byte> xBytes, bool odd, out ECPoint point)
    {
        point = default;
        var x = new BigInteger(xBytes, isUnsigned: true, isBigEndian: true);
        if (x >= Prime)
            return false;
        var square = ((BigInteger.ModPow(x, 3, Prime) - (3 * x) + B) % Prime + Prime) % Prime;
        var y = BigInteger.ModPow(square, (Prime + 1) / 4, Prime);
        if (BigInteger.ModPow(y, 2, Prime) != square)
            return false;
        if (y.IsEven == odd)
            y = Prime - y;
        var yBytes = new byte[32];
        var raw = y.ToByteArray(isUnsigned: true, isBigEndian: true);
        raw.CopyTo(yBytes.AsSpan(32 - raw.Length));
        point = new ECPoint { X = xBytes.ToArray(), Y = yBytes };
        return true;
    }

    private static string Encode(ReadOnlySpan<byte> raw) => "did:key:z" + Base58.Bitcoin.Encode(raw);

    private static bool TryDecode(string didKey, out byte[] raw)
    {
        raw = [];
        if (didKey.Length is < 20 or > 80 || !didKey.StartsWith("did:key:z", StringComparison.Ordinal))
            return false;
        var text = didKey.AsSpan(9);
        if (text.ContainsAnyExcept("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"))
            return false;
        raw = Base58.Bitcoin.Decode(text);
        return true;
    }

    private static BigInteger Hex(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);
}

/// <summary>A node's P-256 key: signs statements, bundles and receipts (ES256) and is the key of its TLS certificate.</summary>
public sealed class NodeKey : IDisposable
{
    private static readonly byte[] Order = Convert.FromHexString(
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
    );

    private readonly ECDsa _key;

    private NodeKey(ECDsa key)
    {
        _key = key;
        PublicKey = DidKey.OfP256(key.ExportParameters(false).Q);
    }

    /// <summary>did:key of the public half.</summary>
    public string PublicKey { get; }

    /// <summary>The key itself, for the TLS certificate. The caller does not dispose it.</summary>
    public ECDsa Ecdsa => _key;

    /// <summary>
    /// A key from 32 bytes of entropy; a scalar outside 1..n-1 (chance 2^-32) is drawn again.
    /// </summary>
    public static NodeKey Create(Entropy entropy)
    {
        while (true)
        {
            var scalar = entropy.Bytes(32);
            var inRange = scalar.AsSpan().SequenceCompareTo(Order) < 0 && scalar.AsSpan().ContainsAnyExcept((byte)0);
            if (inRange)
                return FromScalar(scalar);
        }
    }

    public static NodeKey FromScalar(ReadOnlySpan<byte> scalar)
    {
        // Importing the scalar alone makes the platform compute the point, so the public half can never disagree with it.
        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar.ToArray() };
        return new NodeKey(ECDsa.Create(parameters));
    }

    /// <summary>The private scalar, 32 bytes, for the key file (mode 0600) alone.</summary>
    public byte[] ExportScalar() => _key.ExportParameters(true).D!;

    /// <summary>ES256 over SHA-256, 64-byte P1363, low-S: one signature form, so nobody can make a second valid one.</summary>
    public byte[] Sign(byte[] data)
    {
        var signature = _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        P256.LowerS(signature);
        return signature;
    }

    public void Dispose() => _key.Dispose();
}

/// <summary>Verification of ES256 signatures, with the imported keys kept: an import costs more than a verification.</summary>
public sealed class P256 : IDisposable
{
    /// <summary>At most this many imported keys are kept; then all are let go.</summary>
    public const int MaxKept = 512;

    private static readonly BigInteger N = new(
        Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
        isUnsigned: true,
        isBigEndian: true
    );

    /// <summary>Half of N, rounded down, as a signature has it: big-endian in 32 bytes.</summary>
    private static readonly byte[] HalfN = Convert.FromHexString(
        "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"
    );

    private readonly Dictionary<string, ECDsa?> _keys = new(StringComparer.Ordinal);

    /// <summary>True for a valid low-S signature of <paramref name="didKey"/>; high-S and DER are refused.</summary>
    public bool Verify(string didKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        VerifyHash(didKey, SHA256.HashData(data), signature);

    /// <summary>The same for data whose SHA-256 is known already, as the id of a statement is.</summary>
    public bool VerifyHash(string didKey, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 64 || signature[32..].SequenceCompareTo(HalfN) > 0)
            return false;
        var key = Import(didKey);
        return key is not null && key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private ECDsa? Import(string didKey)
    {
        if (_keys.TryGetValue(didKey, out var known))
            return known;
        if (_keys.Count >= MaxKept)
            Dispose();
        ECDsa? key = DidKey.TryP256(didKey, out var point)
            ? ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point })
            : null;
        return _keys[didKey] = key;
    }

    internal static void LowerS(Span<byte> signature)
    {
        var s = new BigInteger(signature[32..], isUnsigned: true, isBigEndian: true);
        if (s <= N >> 1)
            return;
        var low = (N - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        signature[32..].Clear();
        low.CopyTo(signature[(64 - low.Length)..]);
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key?.Dispose();
        _keys.Clear();
    }
}
