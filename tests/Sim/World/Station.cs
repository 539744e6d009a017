using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>Whoever has an address and a key in the world: a cabinet with a real node, or a liar.</summary>
internal abstract class Station(World world, int index)
{
    public const int PairPort = 8444;
    public const int PeersPort = 8883;

    public World World { get; } = world;
    public int Index { get; } = index;
    public string Address { get; } = $"10.0.0.{index + 1}";
    public abstract string Name { get; }
    public abstract Did Did { get; }
    public abstract string Spki { get; }
    public abstract bool IsUp { get; }

    /// <summary>Whether it lets this peer in.</summary>
    public abstract bool Admits(Station peer);

    /// <summary>Whether it tries this peer where it truly is.</summary>
    public abstract bool Aims(Station peer);

    /// <param name="peer">Whose link.</param>
    /// <param name="stored">It is the relay.</param>
    public abstract void LinkUp(Did peer, bool stored = false);

    public abstract void LinkDown(Did peer);

    public abstract void Take(Did from, TopicKind kind, byte[] bytes);

    /// <summary>A frame at the pairing door; <paramref name="answer"/> is told the bytes, or null with a refusal's code.</summary>
    public abstract void TakePairing(byte[] bytes, string spki, Action<byte[]?, string> answer);

    public override string ToString() => Name;
}
