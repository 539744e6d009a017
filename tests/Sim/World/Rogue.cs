using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

internal sealed class Rogue(World world, int index, Prng prng) : Station(world, index)
{
    private readonly Prng _prng = prng;
    public override string Name => "rogue";
    public override Did Did => new("did:edge:x");
    public override string Spki => "";
    public override bool IsUp => false;

    public override bool Keeps(Station peer) => false;

    public override void LinkUp(Did peer) { }

    public override void LinkDown(Did peer) { }

    public override void Take(Did from, TopicKind kind, byte[] bytes)
    {
        _prng.Next();
    }

    public override void TakePairing(byte[] bytes, string spki, Action<byte[]?, string> answer) { }

    public void Begin() { }
}
