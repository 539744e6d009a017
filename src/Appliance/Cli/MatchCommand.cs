using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode match</c>: the best rings a file holds, with proof; and what else can be asked of a file.</summary>
internal static class MatchCommand
{
    public static CliCommand Create() =>
        new(
            "match",
            """
            Finds rings of exchange in a file, proves how good they are, and re-checks such proofs.

            Example: edgenode match solve tests/data/matching/ask.txt --cap 3
            """
        )
        {
            MatchSolve.Create(),
            MatchVerify.Create(),
            MatchRings.Create(),
            MatchReplay.Create(),
            MatchExplain.Create(),
            MatchGenerate.Create(),
        };
}
