using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeNode.Wire;

/// <summary>
/// Where randomness comes from. The core is given one; the host's draws from the operating system, the simulator's from the seed, so that
/// a run replays to the byte.
/// </summary>
public abstract class Entropy
{
    public abstract void Fill(Span<byte> bytes);

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    public string Hex(int bytes) => Convert.ToHexStringLower(Bytes(bytes));

    /// <summary>A number from 0 to <paramref name="bound"/> - 1, near enough to uniform for jitter.</summary>
    public int Below(int bound)
    {
        Span<byte> raw = stackalloc byte[8];
        Fill(raw);
        return (int)(BinaryPrimitives.ReadUInt64LittleEndian(raw) % (uint)bound);
    }

    /// <summary>A UUIDv7 (RFC 9562 section 5.7) for records that people see.</summary>
    public string Uuid7(Moment now)
    {
        Span<byte> raw = stackalloc byte[16];
        Fill(raw);
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, now.Ms);
        time[2..].CopyTo(raw);
        raw[6] = (byte)(0x70 | (raw[6] & 0x0F));
        raw[8] = (byte)(0x80 | (raw[8] & 0x3F));
        return new Guid(raw, bigEndian: true).ToString("D");
    }
}

/// <summary>Entropy decided by a seed: SHA-256 in counter mode. For the simulator and for tests only.</summary>
public sealed class SeededEntropy(ulong seed, string label = "") : Entropy
{
    private readonly byte[] _key = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"edgenode/entropy/{seed}/{label}"));
    private readonly byte[] _block = new byte[32];
    private ulong _counter;
    private int _left;

    public override void Fill(Span<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            if (_left == 0)
                Refill();
            bytes[at] = _block[32 - _left--];
        }
    }

    private void Refill()
    {
        Span<byte> input = stackalloc byte[40];
        _key.CopyTo(input);
        BinaryPrimitives.WriteUInt64BigEndian(input[32..], _counter++);
        SHA256.HashData(input, _block);
        _left = 32;
    }
}
