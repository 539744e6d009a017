using EdgeNode.Appliance.Demo;

namespace EdgeNode.Tests.Unit.Appliance.Demo;

/// <summary>Where the demo's faults fall.</summary>
public sealed class FaultPlanTests
{
    private static readonly ulong[] Seeds = [.. Enumerable.Range(0, 300).Select(i => (ulong)i), ulong.MaxValue];

    [Fact]
    public void Every_seed_kills_every_cabinet_and_every_broker() =>
        Assert.All(Seeds, seed => Assert.Equal(6, FaultPlan.For(seed).Select(f => (f.Kind, f.Cabinet)).Distinct().Count()));

    [Fact]
    public void Every_seed_has_faults_in_every_part() =>
        Assert.All(Seeds, seed => Assert.Equal(Enum.GetValues<DemoPart>(), FaultPlan.For(seed).Select(f => f.Part).Distinct()));

    [Fact]
    public void Every_fault_falls_within_its_part() =>
        Assert.All(Seeds.SelectMany(FaultPlan.For), fault => Assert.InRange(fault.At, 0, 0.999999999));

    [Fact]
    public void The_same_seed_places_the_same_faults_and_another_one_others()
    {
        Assert.Equal(FaultPlan.For(7), FaultPlan.For(7));
        Assert.NotEqual(FaultPlan.For(7), FaultPlan.For(8));
    }

    [Fact]
    public void The_generator_is_the_published_one()
    {
        // First numbers of SplitMix64 with seed 1234567, as its authors' C program prints them.
        var numbers = new SplitMix(1234567);

        Assert.Equal(6457827717110365317UL >> 11, (ulong)(numbers.Share() * (1UL << 53)));
        Assert.Equal((int)(3203168211198807973UL % 1000), numbers.Below(1000));
    }
}
