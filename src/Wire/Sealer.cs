namespace EdgeNode.Wire;

/// <summary>
/// Seals frames to other nodes and opens what was sealed to this one, for every road whose carrier must read nothing: relay, stick, QR codes. Sealing hides;
/// it proves nothing about the sender. That is the signature's work, behind the verify gate.
/// </summary>
/// <param name="secret">This node's X25519 secret, 32 bytes; its public half stands in the genesis.</param>
/// <param name="entropy">For one key per file.</param>
public sealed class Sealer(byte[] secret, Entropy entropy)
{
    /// <summary>Whether a genesis names a key that can be sealed to.</summary>
    public static bool IsKey(string? seal) => seal is { Length: 64 } && !seal.AsSpan().ContainsAnyExcept("0123456789abcdef");

    /// <summary>One age file for the holder of <paramref name="seal"/> (hex, as the genesis has it); null when that is not a key that can be sealed to.</summary>
    public byte[]? Seal(string? seal, ReadOnlySpan<byte> plain)
    {
        if (!IsKey(seal))
            return null;
        try
        {
            return AgeFile.Seal(Convert.FromHexString(seal!), plain, entropy);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null; // a key of low order: whoever made that genesis can be sent nothing sealed
        }
    }

    /// <summary>What was sealed to us, or null and why not.</summary>
    public byte[]? Open(ReadOnlySpan<byte> sealedBytes, out AgeFault fault) => AgeFile.TryOpen(secret, sealedBytes, out fault);
}
