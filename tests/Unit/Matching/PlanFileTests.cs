using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class PlanFileTests
{
    private static readonly Instance Ask = MatchingFiles.Read("ask.txt");

    private static readonly GraphPlan Plan = Planner.Solve(
        Ask.Graph,
        PlanOptions.Default with
        {
            Cap = 3,
            Objective = Ask.Graph.Objective,
            WithCertificate = true,
        }
    );

    private static readonly string Text = Written();

    [Fact]
    public void What_was_written_reads_back_and_its_plan_holds()
    {
        var read = Read(Text);
        Assert.Equal((76_000_000, 3, 0), (read.ValueMicro, read.Cap, read.Chain));
        Assert.True(PlanFileCheck.Run(Ask.Graph, read).Plan);
    }

    [Fact]
    public void A_plan_for_another_input_is_refused()
    {
        var other = MatchingFiles.Read("micro/dummy.txt").Graph;
        Assert.Contains("another input", PlanFileCheck.Run(other, Read(Text)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_altered_word_of_the_plan_is_found()
    {
        var file = Read(Text);
        var swapped = file with { Rings = [.. file.Rings.Skip(1), file.Rings[0]] };
        PlanFile[] altered =
        [
            file with
            {
                ValueMicro = file.ValueMicro + 1,
            },
            file with
            {
                BoundMicro = file.ValueMicro - 1,
            },
            file with
            {
                Rings = [.. file.Rings.Skip(1)],
            },
            file with
            {
                Rings = [.. file.Rings, file.Rings[0]],
            },
            file with
            {
                PlanHash = new string('0', 64),
            },
            file with
            {
                Cap = 2,
            },
            file with
            {
                Rings =
                [
                    [file.Rings[0][0], file.Rings[1][0]],
                    .. file.Rings.Skip(1),
                ],
            },
            file with
            {
                Rings =
                [
                    [("offering/NOBODY", "need/NOBODY")],
                    .. file.Rings.Skip(1),
                ],
            },
            swapped,
        ];
        foreach (var (plan, i) in altered.Select((plan, i) => (plan, i)))
            Assert.False(PlanFileCheck.Run(Ask.Graph, plan).Plan, $"alteration {i} was not found");
    }

    [Fact]
    public void A_file_of_other_content_never_ends_in_anything_but_a_sentence()
    {
        var random = new Seeded(1);
        for (var i = 0; i < 300; i++)
        {
            var at = random.Below(Text.Length - 60);
            var text = Text[..at] + "\t9x"[..(1 + random.Below(3))] + Text[(at + random.Below(50))..];
            try
            {
                PlanFileCheck.Run(Ask.Graph, Read(text));
            }
            catch (Exception e) when (e is InstanceException or FormatException)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    private static string Written()
    {
        using var text = new StringWriter();
        PlanFile.Of(Ask.Graph, Plan, 3, 0, 1).Write(text);
        return text.ToString();
    }

    private static PlanFile Read(string text) => PlanFile.Read("plan.txt", new StringReader(text));
}
