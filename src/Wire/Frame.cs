using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeNode.Wire;

/// <summary>
/// What is signed and carried verbatim: u16 header length, header JSON, u32 body length, body, 64-byte signature (lengths big-endian). The signed
/// bytes are <c>edgenode/1/&lt;kind&gt;</c>, a zero byte, and everything up to the signature: a signature for one kind never verifies as another.
/// </summary>
public sealed class Frame
{
    public const int MaxHeader = 2048;
    public const int SignatureLength = 64;

    private Frame(ReadOnlyMemory<byte> raw, int headerLength, int bodyLength)
    {
        Raw = raw;
        Header = raw.Slice(2, headerLength);
        Body = raw.Slice(6 + headerLength, bodyLength);
        Signature = raw[^SignatureLength..];
    }

    /// <summary>The whole frame, exactly as received; it is stored and passed on in this form for ever.</summary>
    public ReadOnlyMemory<byte> Raw { get; }
    public ReadOnlyMemory<byte> Header { get; }
    public ReadOnlyMemory<byte> Body { get; }
    public ReadOnlyMemory<byte> Signature { get; }

    public byte[] SignedBytes(string kind) => SignedBytes(kind, Raw.Span[..^SignatureLength]);

    /// <summary>SHA-256 of the signed bytes, never of the signature (ECDSA signatures differ each time), in lower-case hex.</summary>
    public string Id(string kind) => Convert.ToHexStringLower(Hash(kind));

    /// <summary>The same as 32 bytes: also what the signature signs.</summary>
    public byte[] Hash(string kind) => SHA256.HashData(SignedBytes(kind));

    public static byte[] Encode(string kind, ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, Func<byte[], byte[]> sign)
    {
        Invariant.Hold(header.Length is > 0 and <= MaxHeader, $"a frame header has 1 to {MaxHeader} bytes");
        var raw = new byte[6 + header.Length + body.Length + SignatureLength];
        BinaryPrimitives.WriteUInt16BigEndian(raw, (ushort)header.Length);
        header.CopyTo(raw.AsSpan(2));
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(2 + header.Length), (uint)body.Length);
        body.CopyTo(raw.AsSpan(6 + header.Length));
        var signature = sign(SignedBytes(kind, raw.AsSpan(0, raw.Length - SignatureLength)));
        Invariant.Hold(signature.Length == SignatureLength, "a signature has 64 bytes");
        signature.CopyTo(raw.AsSpan(raw.Length - SignatureLength));
        return raw;
    }

    /// <summary>
    /// Reads one frame at the start of <paramref name="input"/>; <paramref name="used"/> is its length. Null when the lengths do not fit; nothing is
    /// believed before the signature is checked.
    /// </summary>
    public static Frame? TryRead(ReadOnlyMemory<byte> input, int maxBody, out int used)
    {
        used = 0;
        if (input.Length < 6 + SignatureLength)
            return null;
        int header = BinaryPrimitives.ReadUInt16BigEndian(input.Span);
        if (header is 0 or > MaxHeader || input.Length < 6 + header + SignatureLength)
            return null;
        var body = BinaryPrimitives.ReadUInt32BigEndian(input.Span[(2 + header)..]);
        if (body > (uint)maxBody || input.Length < 6 + header + (int)body + SignatureLength)
            return null;
        used = 6 + header + (int)body + SignatureLength;
        return new Frame(input[..used], header, (int)body);
    }

    /// <summary>As <see cref="TryRead"/>, and nothing may follow the frame.</summary>
    public static Frame? TryReadWhole(ReadOnlyMemory<byte> input, int maxBody) =>
        TryRead(input, maxBody, out var used) is { } frame && used == input.Length ? frame : null;

    /// <summary>The bytes that a person's or node's signature covers.</summary>
    public static byte[] SignedBytes(string kind, ReadOnlySpan<byte> content)
    {
        var prefix = "edgenode/1/" + kind;
        var bytes = new byte[prefix.Length + 1 + content.Length];
        Encoding.ASCII.GetBytes(prefix, bytes);
        content.CopyTo(bytes.AsSpan(prefix.Length + 1));
        return bytes;
    }
}
