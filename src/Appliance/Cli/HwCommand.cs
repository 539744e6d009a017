using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary>
/// <c>edgenode hw</c>: what is wired to this machine. A group only; each of its commands is a file of its own beside this one. None of
/// them opens the database, the keys or the broker, so that they also start on a bare rescue system.
/// </summary>
internal static class HwCommand
{
    public static CliCommand Create() =>
        new("hw", "Looks at the sensors, lines and batteries of this cabinet.") { HwProbe.Create() };
}
