using System.Text;
using EdgeNode.Hardware.Power;
using EdgeNode.Tests.Unit.Tidy;

namespace EdgeNode.Tests.Unit.Hardware.Power;

/// <summary>The power states as a table, in tests/golden/transitions: a change is read before it is merged.</summary>
public sealed class PowerTableTests
{
    [Fact]
    public void The_table_of_power_is_the_one_that_was_read()
    {
        var text = new StringBuilder(
            "Power: state, event, next state, acts. What is not listed is refused and changes nothing.\n"
        );
        foreach (var state in Enum.GetValues<PowerState>())
        {
            text.Append($"\n{state}\n");
            foreach (var happened in Enum.GetValues<PowerEvent>())
            {
                if (PowerTable.Apply(state, happened) is { } step)
                    text.Append($"  {happened, -18} -> {step.Next}  {step.Acts}\n");
            }
        }
        var golden = Tree.PathOf("tests/golden/transitions/power.txt");
        if (Environment.GetEnvironmentVariable("EDGENODE_WRITE_GOLDEN") is not null)
            File.WriteAllText(golden, text.ToString());
        Assert.Equal(File.ReadAllText(golden), text.ToString());
    }

    [Fact]
    public void Nothing_leads_out_of_a_stop() =>
        Assert.All(Enum.GetValues<PowerEvent>(), e => Assert.Null(PowerTable.Apply(PowerState.ShuttingDown, e)));

    [Fact]
    public void A_person_may_ask_for_a_stop_in_every_other_state() =>
        Assert.All(
            Enum.GetValues<PowerState>().Where(s => s != PowerState.ShuttingDown),
            s => Assert.Equal(PowerState.ShuttingDown, PowerTable.Apply(s, PowerEvent.StopAsked)?.Next)
        );

    [Fact]
    public void No_charge_however_low_leads_from_mains_to_a_stop() =>
        Assert.All(
            [PowerEvent.DownAgreed, PowerEvent.ChargeQuarter, PowerEvent.ChargeHalf, PowerEvent.BlindTooLong],
            e => Assert.Null(PowerTable.Apply(PowerState.Mains, e))
        );

    [Fact]
    public void A_blip_is_told_to_nobody() =>
        Assert.Equal((PowerState.Mains, PowerActs.None), PowerTable.Apply(PowerState.Bridging, PowerEvent.MainsBack));
}
