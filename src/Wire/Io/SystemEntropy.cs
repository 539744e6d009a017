using System.Security.Cryptography;

namespace EdgeNode.Wire.Io;

/// <summary>Entropy from the operating system.</summary>
public sealed class SystemEntropy : Entropy
{
    public static SystemEntropy Instance { get; } = new();

    public override void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
