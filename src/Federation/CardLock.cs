using System.Security.Cryptography;
using System.Text;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Federation;

/// <summary>
/// The lock of a login card, first form. The card carries a 128-bit secret, typed as 26 base32 characters; the node keeps the resident's
/// hosted key wrapped by it (HKDF-SHA-256, XChaCha20-Poly1305) and never the secret. The secret is strong, so no slow hash is needed.
/// </summary>
public static class CardLock
{
    public const int SecretBytes = 16;
    public const int CodeLength = 26;

    /// <summary>What the node stores and, once, what the card shows.</summary>
    public sealed record NewCard(string Code, string CardId, byte[] Nonce, byte[] Wrapped);

    public static NewCard Create(Entropy entropy, ReadOnlySpan<byte> seed, Did did)
    {
        var secret = entropy.Bytes(SecretBytes);
        var nonce = entropy.Bytes(24);
        var wrapped = Sodium.Seal(WrapKey(secret), nonce, seed, Encoding.ASCII.GetBytes(did.Value));
        return new NewCard(Base32Text.Encode(secret), IdOf(secret), nonce, wrapped);
    }

    /// <summary>Which card this is: the node finds the resident by it and cannot get back from it to the secret.</summary>
    public static string IdOf(byte[] secret) =>
        Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 16, info: "edgenode/card/id"u8.ToArray()));

    /// <summary>The resident's 32-byte Ed25519 seed, or null when the card does not fit. The caller wipes it after use.</summary>
    public static byte[]? Open(byte[] secret, byte[] nonce, byte[] wrapped, Did did) =>
        Sodium.Open(WrapKey(secret), nonce, wrapped, Encoding.ASCII.GetBytes(did.Value));

    /// <summary>
    /// Reads a typed code: any case, spaces and dashes anywhere, 0 for o, 1 for i, 8 for b (digits that the alphabet does not have).
    /// </summary>
    public static bool TryParse(string? typed, out byte[] secret)
    {
        secret = [];
        if (typed is null or { Length: > 200 })
            return false;
        var code = new StringBuilder();
        foreach (var c in typed.ToLowerInvariant())
        {
            if (!char.IsWhiteSpace(c) && c != '-')
                code.Append(
                    c switch
                    {
                        '0' => 'o',
                        '1' => 'i',
                        '8' => 'b',
                        _ => c,
                    }
                );
        }
        return code.Length == CodeLength && Base32Text.TryDecode(code.ToString(), out secret) && secret.Length == SecretBytes;
    }

    private static byte[] WrapKey(byte[] secret) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "edgenode/card/wrap"u8.ToArray());
}

/// <summary>The lock of the stewards' code: 100 random bits printed on first start, of which only a salted hash is kept.</summary>
public static class StewardLock
{
    public const int CodeLength = 20;

    public static (string Code, byte[] Salt, byte[] Lock) Create(Entropy entropy)
    {
        var code = Base32Text.Encode(entropy.Bytes(13))[..CodeLength];
        var salt = entropy.Bytes(16);
        return (code, salt, LockOf(code, salt));
    }

    public static bool Opens(string? typed, byte[] salt, byte[] storedLock)
    {
        if (typed is null or { Length: > 100 })
            return false;
        var code = new string([.. typed.ToLowerInvariant().Where(c => !char.IsWhiteSpace(c) && c != '-')]);
        return CryptographicOperations.FixedTimeEquals(LockOf(code, salt), storedLock);
    }

    private static byte[] LockOf(string code, byte[] salt) => HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(code));
}
