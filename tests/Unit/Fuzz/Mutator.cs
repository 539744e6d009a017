using System.Text;

namespace EdgeNode.Tests.Unit.Fuzz;

/// <summary>Damages bytes, the same way on every machine: bits, bytes, pieces left out, doubled, moved or taken from elsewhere, and numbers at their edges.</summary>
internal sealed class Mutator(ulong seed)
{
    /// <summary>Words on which readers of text and JSON have stumbled.</summary>
    private static readonly byte[][] Words =
    [
        .. (
            (string[])
                [
                    "-1",
                    "0",
                    "9007199254740993",
                    "99999999999999999999999",
                    "1e999",
                    "-0.0",
                    "1.5",
                    "null",
                    "true",
                    "[]",
                    "{}",
                    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                    "\"\\ud800\"",
                    "\"\\u0000\"",
                    "\"\"",
                    "\"",
                    "\\",
                    ",",
                    ":",
                    "\n",
                    "\r\n",
                    "\t",
                    " ",
                    "\u202e",
                    "/*",
                    "../",
                    "=",
                    "%s",
                    "2147483648",
                    "-2147483649",
                    "NaN",
                ]
        ).Select(Encoding.UTF8.GetBytes),
        [0xff, 0xff, 0xff, 0xff],
        [0x7f, 0xff, 0xff, 0xff],
        [0x80, 0, 0, 0],
        [0, 0, 0, 0],
        [0xc0, 0x80],
        [0xed, 0xa0, 0x80],
    ];

    private const int Longest = 80_000;
    private ulong _state = seed;

    public byte[] Damage(byte[] good, byte[] other)
    {
        if (Below(64) == 0)
            return Noise(Below(600));
        var bytes = good.ToList();
        for (var rounds = 1 + (Below(3) == 0 ? Below(8) : 0); rounds > 0; rounds--)
            Once(bytes, other);
        return [.. bytes];
    }

    public byte[] Noise(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)Below(256);
        return bytes;
    }

    public int Below(int bound)
    {
        // Wrap-around is what the generator (splitmix64) is made of.
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return (int)((mixed ^ (mixed >> 31)) % (ulong)Math.Max(1, bound));
        }
    }

    private void Once(List<byte> bytes, byte[] other)
    {
        var at = Below(bytes.Count + 1);
        var some = Math.Min(Below(Below(2) == 0 ? 4 : 64) + 1, bytes.Count - at);
        switch (Below(9))
        {
            case 0 when some > 0:
                bytes[at] ^= (byte)(1 << Below(8));
                break;
            case 1 when some > 0:
                bytes[at] = (byte)Below(256);
                break;
            case 2:
                bytes.RemoveRange(at, some);
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4 when some > 0:
                bytes.InsertRange(Below(bytes.Count), bytes.GetRange(at, some));
                break;
            case 5 when other.Length > 0:
                var from = Below(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, Below(200) + 1)).ToArray());
                break;
            case 6 when bytes.Count < Longest / 2:
                bytes.InsertRange(at, Enumerable.Repeat(bytes.GetRange(at, some), Below(40)).SelectMany(b => b));
                break;
            case 7:
                bytes.RemoveRange(at, some);
                bytes.InsertRange(at, Words[Below(Words.Length)]);
                break;
            default:
                bytes.InsertRange(at, Words[Below(Words.Length)]);
                break;
        }
        if (bytes.Count > Longest)
            bytes.RemoveRange(Longest, bytes.Count - Longest);
    }
}
