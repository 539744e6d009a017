using System.Globalization;
using System.Text;
using EdgeNode.Hardware.Power;

namespace EdgeNode.Appliance;

/// <summary>Whether something may begin now.</summary>
public enum GateAnswer
{
    May,
    MayNot,

    /// <summary>The cabinet does not run, so nobody watches the power.</summary>
    Unknown,
}

/// <summary>
/// What the load plan says now, as a file that other programs of the machine read: <c>power/loads</c> in the data folder, one word and its value a line. An updater
/// asks before it begins; nothing is taken from it.
/// </summary>
internal static class PowerGate
{
    /// <summary>What can be asked: loads that are on or off.</summary>
    public static IReadOnlyList<string> Asked { get; } = ["updates", "archives", "bulk", "radios"];

    private const string Boot = "boot";
    private const string Process = "process";

    /// <param name="boot">The kernel's name of this boot, so that a file of a former one says nothing.</param>
    /// <param name="process">The cabinet's process, so that a file of one that was killed says nothing.</param>
    public static string Text(string boot, int process, PowerState state, LoadRow row)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Boot} {boot}\n{Process} {process}\nstate {state}\n");
        foreach (var load in LoadPlan.Loads)
            text.Append(CultureInfo.InvariantCulture, $"{load.Name} {LoadPlan.Word(row, load.Name)}\n");
        return text.ToString();
    }

    /// <param name="text">The file's; null when there is none.</param>
    /// <param name="runs">Whether a process with this number runs.</param>
    public static GateAnswer Ask(string? text, string load, string boot, Func<int, bool> runs)
    {
        var words = Words(text ?? "");
        var alive =
            words.GetValueOrDefault(Boot) == boot
            && int.TryParse(words.GetValueOrDefault(Process), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            && runs(process);
        return (alive, words.GetValueOrDefault(load)) switch
        {
            (true, "on") => GateAnswer.May,
            (true, "off") => GateAnswer.MayNot,
            _ => GateAnswer.Unknown,
        };
    }

    private static Dictionary<string, string> Words(string text)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(' ') is [var name, var value])
                words[name] = value;
        }
        return words;
    }
}
