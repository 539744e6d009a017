using EdgeNode.Sync;

namespace EdgeNode.Tests.Sim;

internal sealed record Plant(string Name);

internal sealed class Plants(Plant plant, World world, Prng prng)
{
    public Plant Plant => plant;
    public World World => world;
    public Prng Prng => prng;

    public void BeforeStep(Cabinet cabinet)
    {
        _ = cabinet;
    }

    public void AfterStep(Cabinet cabinet)
    {
        _ = cabinet;
    }

    public bool PerformsUncommitted(Cabinet cabinet, IReadOnlyList<Effect> effects) => false;

    public void PerformUncommitted(Cabinet cabinet, DiskImage image, IReadOnlyList<Effect> effects) { }
}
