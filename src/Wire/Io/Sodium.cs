using System.Runtime.InteropServices;

namespace EdgeNode.Wire.Io;

/// <summary>
/// libsodium 1.0.18 of the system: Ed25519 (RFC 8032) and XChaCha20-Poly1305, which the platform's own library lacks.
/// </summary>
public static unsafe partial class Sodium
{
    private const string Library = "libsodium.so.23";

    /// <summary>Null when libsodium is there and gives the RFC 8032 section 7.1 test 1 answer; else a sentence that says what to do.</summary>
    public static string? Fault { get; } = Check();

    /// <summary>Public key of a 32-byte seed.</summary>
    public static byte[] Ed25519PublicKey(ReadOnlySpan<byte> seed)
    {
        var publicKey = new byte[32];
        Span<byte> secret = stackalloc byte[64];
        KeyPair(seed, publicKey, secret);
        secret.Clear();
        return publicKey;
    }

    /// <summary>Detached signature, 64 bytes, deterministic.</summary>
    public static byte[] Ed25519Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        Span<byte> publicKey = stackalloc byte[32];
        Span<byte> secret = stackalloc byte[64];
        KeyPair(seed, publicKey, secret);
        var signature = new byte[64];
        fixed (
            byte* s = signature,
                m = message,
                k = secret
        )
            _ = crypto_sign_ed25519_detached(s, null, m, (ulong)message.Length, k);
        secret.Clear();
        return signature;
    }

    public static bool Ed25519Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != 32 || signature.Length != 64)
            return false;
        fixed (
            byte* s = signature,
                m = message,
                k = publicKey
        )
            return crypto_sign_ed25519_verify_detached(s, m, (ulong)message.Length, k) == 0;
    }

    /// <summary>X25519 public key (RFC 7748) of a 32-byte secret.</summary>
    public static byte[] X25519PublicKey(ReadOnlySpan<byte> secret)
    {
        var publicKey = new byte[32];
        fixed (
            byte* q = publicKey,
                n = secret
        )
            _ = crypto_scalarmult_base(q, n);
        return publicKey;
    }

    /// <summary>X25519 (RFC 7748) of our secret and another's public key; null for the few public keys of low order, whose result is known to everybody.</summary>
    public static byte[]? X25519(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> publicKey)
    {
        Invariant.Hold(secret.Length == 32 && publicKey.Length == 32, "X25519 keys have 32 bytes");
        var shared = new byte[32];
        fixed (
            byte* q = shared,
                n = secret,
                p = publicKey
        )
            return crypto_scalarmult(q, n, p) == 0 ? shared : null;
    }

    /// <summary>XChaCha20-Poly1305 (24-byte nonce, 16-byte tag appended).</summary>
    public static byte[] Seal(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> plain,
        ReadOnlySpan<byte> associated
    )
    {
        var sealedBytes = new byte[plain.Length + 16];
        ulong length;
        fixed (
            byte* c = sealedBytes,
                m = plain,
                a = associated,
                n = nonce,
                k = key
        )
            _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                c,
                &length,
                m,
                (ulong)plain.Length,
                a,
                (ulong)associated.Length,
                null,
                n,
                k
            );
        return sealedBytes;
    }

    /// <summary>The plain bytes, or null when the key is wrong or a bit was changed.</summary>
    public static byte[]? Open(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> sealedBytes,
        ReadOnlySpan<byte> associated
    )
    {
        if (sealedBytes.Length < 16)
            return null;
        var plain = new byte[sealedBytes.Length - 16];
        ulong length;
        int result;
        fixed (
            byte* m = plain,
                c = sealedBytes,
                a = associated,
                n = nonce,
                k = key
        )
            result = crypto_aead_xchacha20poly1305_ietf_decrypt(
                m,
                &length,
                null,
                c,
                (ulong)sealedBytes.Length,
                a,
                (ulong)associated.Length,
                n,
                k
            );
        return result == 0 ? plain : null;
    }

    private static void KeyPair(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> secret)
    {
        Invariant.Hold(seed.Length == 32, "an Ed25519 seed has 32 bytes");
        fixed (
            byte* p = publicKey,
                k = secret,
                s = seed
        )
            _ = crypto_sign_ed25519_seed_keypair(p, k, s);
    }

    private static string? Check()
    {
        try
        {
            if (sodium_init() < 0)
                return "libsodium could not be started; reinstall Debian's package libsodium23.";
            var seed = Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
            var expected = Convert.FromHexString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
            return Ed25519PublicKey(seed).AsSpan().SequenceEqual(expected)
                ? null
                : "libsodium gives wrong answers; reinstall Debian's package libsodium23.";
        }
        catch (DllNotFoundException)
        {
            return "libsodium is missing; install Debian's package libsodium23.";
        }
    }

    [LibraryImport(Library)]
    private static partial int sodium_init();

    [LibraryImport(Library)]
    private static partial int crypto_sign_ed25519_seed_keypair(byte* publicKey, byte* secret, byte* seed);

    [LibraryImport(Library)]
    private static partial int crypto_sign_ed25519_detached(
        byte* signature,
        ulong* length,
        byte* message,
        ulong messageLength,
        byte* secret
    );

    [LibraryImport(Library)]
    private static partial int crypto_sign_ed25519_verify_detached(
        byte* signature,
        byte* message,
        ulong messageLength,
        byte* publicKey
    );

    [LibraryImport(Library)]
    private static partial int crypto_scalarmult_base(byte* q, byte* n);

    [LibraryImport(Library)]
    private static partial int crypto_scalarmult(byte* q, byte* n, byte* p);

    [LibraryImport(Library)]
    private static partial int crypto_aead_xchacha20poly1305_ietf_encrypt(
        byte* c,
        ulong* clen,
        byte* m,
        ulong mlen,
        byte* ad,
        ulong adlen,
        byte* nsec,
        byte* npub,
        byte* k
    );

    [LibraryImport(Library)]
    private static partial int crypto_aead_xchacha20poly1305_ietf_decrypt(
        byte* m,
        ulong* mlen,
        byte* nsec,
        byte* c,
        ulong clen,
        byte* ad,
        ulong adlen,
        byte* npub,
        byte* k
    );
}
