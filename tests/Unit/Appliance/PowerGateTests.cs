using EdgeNode.Appliance;
using EdgeNode.Hardware.Power;

namespace EdgeNode.Tests.Unit.Appliance;

public sealed class PowerGateTests
{
    static string Text(PowerState state) => PowerGate.Text("this-boot", 77, state, LoadPlan.Default(state));

    static GateAnswer Ask(string? text, string load = "updates", string boot = "this-boot", bool runs = true) =>
        PowerGate.Ask(text, load, boot, process => runs && process == 77);

    [Theory]
    [InlineData(PowerState.Mains, "updates", true)]
    [InlineData(PowerState.Bridging, "updates", false)]
    [InlineData(PowerState.OnBattery, "updates", false)]
    [InlineData(PowerState.RecoveryHold, "updates", false)]
    [InlineData(PowerState.OnBattery, "radios", true)]
    [InlineData(PowerState.Conserve, "radios", false)]
    [InlineData(PowerState.OnBattery, "archives", false)]
    public void It_says_what_the_plan_says(PowerState state, string load, bool may) =>
        Assert.Equal(may ? GateAnswer.May : GateAnswer.MayNot, Ask(Text(state), load));

    [Fact]
    public void A_file_of_another_boot_or_of_a_dead_cabinet_says_nothing()
    {
        var text = Text(PowerState.Mains);
        Assert.Equal(GateAnswer.May, Ask(text));
        Assert.Equal(GateAnswer.Unknown, Ask(text, boot: "another-boot"));
        Assert.Equal(GateAnswer.Unknown, Ask(text, runs: false));
        Assert.Equal(GateAnswer.Unknown, Ask(null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("boot this-boot\nprocess x\nupdates on\n")]
    [InlineData("boot this-boot\nprocess 77\nupdates perhaps\n")]
    [InlineData("boot this-boot\nprocess 77 78\nupdates on\n")]
    [InlineData("\0\0\0")]
    public void A_torn_or_foreign_file_says_nothing(string text) => Assert.Equal(GateAnswer.Unknown, Ask(text));

    [Fact]
    public void Everything_that_can_be_asked_is_on_or_off_in_every_state() =>
        Assert.All(
            from state in Enum.GetValues<PowerState>()
            from load in PowerGate.Asked
            select Ask(Text(state), load),
            answer => Assert.NotEqual(GateAnswer.Unknown, answer)
        );
}
