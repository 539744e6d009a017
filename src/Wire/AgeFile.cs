using System.Security.Cryptography;
using System.Text;
using EdgeNode.Wire.Io;

namespace EdgeNode.Wire;

/// <summary>Why an age file was not opened; <see cref="None"/> when it was.</summary>
public enum AgeFault
{
    None,

    /// <summary>No stanza of the header is for our key: it was sealed to somebody else.</summary>
    NotForUs,

    /// <summary>The header does not follow the format, or holds what no honest writer writes.</summary>
    Header,

    /// <summary>The header was changed after it was written.</summary>
    HeaderTag,

    /// <summary>The content was changed or is not whole.</summary>
    Payload,
}

/// <summary>
/// One file of the format age v1 (age-encryption.org/v1) with X25519 recipients: the form of every sealed bundle, by relay, stick or QR code. The key of the
/// file is wrapped under HKDF-SHA256 of the X25519 secret; the content is ChaCha20-Poly1305 in chunks of 64 KiB (STREAM). Debian's <c>age</c> reads what
/// this writes and the other way round. Armour and pass phrases are refused before anything is decrypted. Reading is all or nothing: no byte of a file that is
/// not whole is given out.
/// </summary>
public static class AgeFile
{
    /// <summary>Longest header that is read; one X25519 recipient takes 168 bytes.</summary>
    public const int MaxHeader = 4096;

    /// <summary>What sealing adds to content of up to one chunk.</summary>
    public const int Overhead = HeaderBytes + NonceBytes + TagBytes;

    private const int HeaderBytes = 168;
    private const int Chunk = 64 * 1024;
    private const int TagBytes = 16;
    private const int NonceBytes = 16;
    private const int FileKeyBytes = 16;
    private const int KeyBytes = 32;
    private const string Version = "age-encryption.org/v1\n";
    private const string X25519 = "X25519";

    /// <summary>Bytes of an age file with one recipient for so many bytes of content.</summary>
    public static int SizeOf(int plain) =>
        HeaderBytes + NonceBytes + plain + (TagBytes * Math.Max(1, (plain + Chunk - 1) / Chunk));

    /// <summary>Seals to one X25519 public key of 32 bytes.</summary>
    /// <exception cref="CryptographicException">The key is one of the few that no honest node has (low order).</exception>
    public static byte[] Seal(ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> plain, Entropy entropy)
    {
        var (ephemeral, fileKey, nonce) = (entropy.Bytes(KeyBytes), entropy.Bytes(FileKeyBytes), entropy.Bytes(NonceBytes));
        var share = Sodium.X25519PublicKey(ephemeral);
        var shared =
            Sodium.X25519(ephemeral, recipient)
            ?? throw new CryptographicException("the sealing key of the receiver is not sound");
        var wrapped = Encrypt(WrapKey(shared, share, recipient), ZeroNonce, fileKey);
        var header = new StringBuilder(Version)
            .Append("-> ")
            .Append(X25519)
            .Append(' ')
            .Append(Base64(share))
            .Append('\n')
            .Append(Base64(wrapped))
            .Append("\n---")
            .ToString();
        var head = Encoding.ASCII.GetBytes($"{header} {Base64(HeaderTag(fileKey, Encoding.ASCII.GetBytes(header)))}\n");
        var bytes = new byte[
            head.Length + NonceBytes + plain.Length + (TagBytes * Math.Max(1, (plain.Length + Chunk - 1) / Chunk))
        ];
        head.CopyTo(bytes, 0);
        nonce.CopyTo(bytes, head.Length);
        SealContent(PayloadKey(fileKey, nonce), plain, bytes.AsSpan(head.Length + NonceBytes));
        return bytes;
    }

    /// <summary>The content, or null and why; <paramref name="secret"/> is our X25519 secret of 32 bytes.</summary>
    public static byte[]? TryOpen(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> file, out AgeFault fault)
    {
        fault = AgeFault.Header;
        if (AgeHeader.TryRead(file) is not { } header)
            return null;
        var fileKey = FileKeyOf(secret, header, out fault);
        if (fileKey is null)
            return null;
        if (!CryptographicOperations.FixedTimeEquals(HeaderTag(fileKey, file[..header.SignedLength]), header.Tag))
        {
            fault = AgeFault.HeaderTag;
            return null;
        }
        fault = AgeFault.Payload;
        var rest = file[header.Length..];
        if (rest.Length < NonceBytes + TagBytes)
            return null;
        var plain = OpenContent(PayloadKey(fileKey, rest[..NonceBytes]), rest[NonceBytes..]);
        if (plain is not null)
            fault = AgeFault.None;
        return plain;
    }

    private static readonly byte[] ZeroNonce = new byte[12];

    private static byte[]? FileKeyOf(ReadOnlySpan<byte> secret, AgeHeader header, out AgeFault fault)
    {
        var own = Sodium.X25519PublicKey(secret);
        fault = AgeFault.Header;
        byte[]? fileKey = null;
        foreach (var stanza in header.Stanzas.Where(s => s.Type == X25519))
        {
            if (stanza.Arguments is not [var argument] || AgeHeader.Bytes(argument) is not { Length: KeyBytes } share)
                return null;
            if (stanza.Body.Length != FileKeyBytes + TagBytes || Sodium.X25519(secret, share) is not { } shared)
                return null;
            fileKey ??= Decrypt(WrapKey(shared, share, own), ZeroNonce, stanza.Body);
        }
        fault = fileKey is null ? AgeFault.NotForUs : AgeFault.None;
        return fileKey;
    }

    private static void SealContent(byte[] key, ReadOnlySpan<byte> plain, Span<byte> into)
    {
        using var cipher = new ChaCha20Poly1305(key);
        for (long counter = 0; ; counter++)
        {
            var last = plain.Length <= Chunk;
            var part = last ? plain : plain[..Chunk];
            cipher.Encrypt(ChunkNonce(counter, last), part, into[..part.Length], into.Slice(part.Length, TagBytes));
            if (last)
                return;
            plain = plain[Chunk..];
            into = into[(part.Length + TagBytes)..];
        }
    }

    private static byte[]? OpenContent(byte[] key, ReadOnlySpan<byte> content)
    {
        var chunks = (content.Length + Chunk + TagBytes - 1) / (Chunk + TagBytes);
        var length = content.Length - (chunks * TagBytes);
        // The last chunk is empty only when there is nothing at all.
        if (length < 0 || (chunks > 1 && length <= (chunks - 1) * Chunk))
            return null;
        var plain = new byte[length];
        using var cipher = new ChaCha20Poly1305(key);
        try
        {
            for (var i = 0; i < chunks; i++)
            {
                var into = plain.AsSpan(i * Chunk, Math.Min(Chunk, length - (i * Chunk)));
                var part = content.Slice(i * (Chunk + TagBytes), into.Length + TagBytes);
                cipher.Decrypt(ChunkNonce(i, i == chunks - 1), part[..into.Length], part[into.Length..], into);
            }
        }
        catch (CryptographicException)
        {
            return null; // changed or cut off; the caller says so
        }
        return plain;
    }

    /// <summary>STREAM: an 11-byte counter and a byte that marks the last chunk.</summary>
    private static byte[] ChunkNonce(long counter, bool last)
    {
        var nonce = new byte[12];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(nonce.AsSpan(3), counter);
        nonce[11] = last ? (byte)1 : (byte)0;
        return nonce;
    }

    private static byte[] WrapKey(byte[] shared, ReadOnlySpan<byte> share, ReadOnlySpan<byte> recipient) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            shared,
            KeyBytes,
            [.. share, .. recipient],
            "age-encryption.org/v1/X25519"u8.ToArray()
        );

    private static byte[] PayloadKey(byte[] fileKey, ReadOnlySpan<byte> nonce) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, KeyBytes, nonce.ToArray(), "payload"u8.ToArray());

    private static byte[] HeaderTag(byte[] fileKey, ReadOnlySpan<byte> header) =>
        HMACSHA256.HashData(HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, KeyBytes, [], "header"u8.ToArray()), header);

    private static byte[] Encrypt(byte[] key, byte[] nonce, byte[] plain)
    {
        using var cipher = new ChaCha20Poly1305(key);
        var sealedBytes = new byte[plain.Length + TagBytes];
        cipher.Encrypt(nonce, plain, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length));
        return sealedBytes;
    }

    private static byte[]? Decrypt(byte[] key, byte[] nonce, byte[] sealedBytes)
    {
        using var cipher = new ChaCha20Poly1305(key);
        var plain = new byte[sealedBytes.Length - TagBytes];
        try
        {
            cipher.Decrypt(nonce, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), plain);
            return plain;
        }
        catch (CryptographicException)
        {
            return null; // wrapped for another key: the next stanza may be ours
        }
    }

    private static string Base64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');
}
