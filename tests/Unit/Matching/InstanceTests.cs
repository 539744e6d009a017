using System.Text;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class InstanceTests
{
    private const string TinyMarket =
        "M 2 2 2 2\nP 0 0 0.5 -1.25 90 50\nP 1 3 1 1 80 0\nO 0 0 7 1\nO 1 1 8 2\nN 0 0 8 1\nN 1 1 7 1\nE 0 1 60\nE 1 0 40\n";

    [Theory]
    [InlineData("ask.txt", InstanceFormat.WantList, 597, 10_883)]
    [InlineData("BR2024May.txt", InstanceFormat.WantList, 1_293, 34_819)]
    [InlineData("kep/MD-00001-00000015.wmd", InstanceFormat.Wmd, 17, 101)]
    [InlineData("sparse/s_100_w_a5.input", InstanceFormat.Input, 105, 806)]
    [InlineData("markets/m_1000_mid.txt", InstanceFormat.Market, 1000, 5_726)]
    public void Every_format_is_recognised_by_its_content(string file, InstanceFormat format, int residents, int arcs)
    {
        var named = MatchingFiles.Read(file);
        Assert.Equal((format, residents, arcs), (named.Format, named.Graph.Residents.Count, named.Graph.Arcs));
        var nameless = Instance.Read(InstanceSource.Of("file", MatchingFiles.Data(file)), new InstanceOptions());
        Assert.Equal(format, nameless.Format);
    }

    [Fact]
    public void Every_file_that_must_be_refused_is_with_its_line()
    {
        var refused = MatchingFiles.Expected().Where(row => row.Refused).ToArray();
        Assert.Equal(7, refused.Length);
        foreach (var row in refused)
        {
            var fault = Assert.Throws<InstanceException>(() => MatchingFiles.Read(row.File));
            Assert.InRange(fault.Line, 2, 5);
            Assert.Contains("expected", fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("M 2 2 2\n", 1, "four whole numbers")]
    [InlineData("M 9999999 1 1 1\n", 1, "at most 2,000,000 residents")]
    [InlineData("M 1 1 1 99999999\n", 1, "at most 20,000,000 arcs")]
    [InlineData("M 1 0 0 0\nP 1 0 0 0 90 50\n", 2, "an id from 0 to 0 after P")]
    [InlineData("M 2 0 0 0\nP 0 0 0 0 90 50\nP 0 0 0 0 90 50\n", 3, "P 0 stands above already")]
    [InlineData("M 1 0 0 0\nP 0 0 0 0 0 50\n", 2, "accept_percent, a whole number from 1 to 100")]
    [InlineData("M 1 0 0 0\nP 0 0 0 0 101 50\n", 2, "accept_percent")]
    [InlineData("M 1 0 0 0\nP 0 0 x 0 90 50\n", 2, "two decimals")]
    [InlineData("M 1 1 0 0\nP 0 0 0 0 90 50\nO 0 1 1 1\n", 3, "a resident from 0 to 0")]
    [InlineData("M 1 1 0 0\nP 0 0 0 0 90 50\nO 0 0 1 0\n", 3, "a capacity from 1 to 1000")]
    [InlineData("M 1 1 0 0\nP 0 0 0 0 90 50\nN 0 0 1 1\n", 3, "record O number 1 of the 1")]
    [InlineData("M 1 1 0 0\nP 0 0 0 0 90 50\n", 2, "record O number 1 of the 1")]
    [InlineData("M 1 0 0 0\nP 0 0 0 0 90 50\nE 0 0 1\n", 3, "nothing after the 0 arcs")]
    public void A_market_that_breaks_a_rule_is_refused_with_the_line(string text, int line, string rule) =>
        AssertRefused("m.txt", text, line, rule);

    [Theory]
    [InlineData("E 0 1 60\nE 0 1 50", 9, "the arc from offer 0 to need 1 stands above already")]
    [InlineData("E 0 1 60\nE 2 0 50", 9, "an offer from 0 to 1")]
    [InlineData("E 0 1 60\nE 1 2 50", 9, "a need from 0 to 1")]
    [InlineData("E 0 1 0\nE 1 0 50", 8, "a score from 1 to 100")]
    [InlineData("E 0 1 99999999999999999999\nE 1 0 50", 8, "a score from 1 to 100")]
    [InlineData("E 0 0 60\nE 1 0 50", 8, "two residents, not 0 twice")]
    [InlineData("E 0 1 60", 8, "record E number 2 of the 2")]
    [InlineData("E 0 1 60 7\nE 1 0 50", 8, "nothing after the score")]
    public void An_arc_that_breaks_a_rule_is_refused_with_the_line(string arcs, int line, string rule) =>
        AssertRefused("m.txt", TinyMarket[..TinyMarket.IndexOf('E', StringComparison.Ordinal)] + arcs + "\n", line, rule);

    [Theory]
    [InlineData("2 1\n0 1 -1\n-1 -1 -1\n", 2, "a weight, a decimal from 0")]
    [InlineData("2 1\n0 1 1e30\n-1 -1 -1\n", 2, "a weight, a decimal from 0")]
    [InlineData("2 1\n0 1 nan\n-1 -1 -1\n", 2, "a weight, a decimal from 0")]
    [InlineData("2 1\n0 1 1 1\n-1 -1 -1\n", 2, "three numbers and no more")]
    [InlineData("2 1\n0 1 1\n-1 -1 -1\n0 1 1\n", 4, "nothing after the end line")]
    public void A_kidney_solver_file_that_breaks_a_rule_is_refused(string text, int line, string rule) =>
        AssertRefused("k.input", text, line, rule);

    [Theory]
    [InlineData("2,1\n1,Pair 1\n2,Pair 2\n0,2,1.0\n", 4, "a vertex from 0 to 1")]
    [InlineData("2,1\n1,Pair 1\n3,Pair 2\n0,1,1.0\n", 3, "vertices are named in order")]
    [InlineData("2,2\n1,Pair 1\n2,Pair 2\n0,1,1.0\n0,1,2.0\n", 5, "stands above already")]
    [InlineData("2,2\n1,Pair 1\n2,Pair 2\n0,1,1.0\n", 4, "arc 2 of the 2 announced")]
    [InlineData("2,1\n1,Pair 1\n2,Pair 2\n0,1,1.0\n1,0,1.0\n", 5, "nothing after the 1 arcs")]
    [InlineData("# NUMBER EDGES: 1\n1,2,1.0\n", 2, "a line # NUMBER ALTERNATIVES: n before the arcs")]
    [InlineData("# NUMBER ALTERNATIVES: 2\n# NUMBER EDGES: 1\n0,1,1.0\n", 3, "a vertex from 1 to 2")]
    public void A_PrefLib_file_that_breaks_a_rule_is_refused(string text, int line, string rule) =>
        AssertRefused("k.wmd", text, line, rule);

    [Fact]
    public void Both_styles_of_PrefLib_files_come_to_the_same_graph()
    {
        var old = Read("k.wmd", "3,4\n1,Pair 1 \n2,Pair 2 \n3,Alturist 3\n0,1,1.0\n1,0,2.5\n2,0,1.0\n0,2,9.0\n\n");
        var now = Read(
            "k.wmd",
            "# FILE NAME: k.wmd\n# NUMBER ALTERNATIVES: 3\n# NUMBER EDGES: 4\n# ALTERNATIVE NAME 1: Pair 1\n# ALTERNATIVE NAME 2: Pair 2\n"
                + "# ALTERNATIVE NAME 3: Altruist 3\n1, 2, 1.0\n2, 1, 2.5\n3, 1, 1.0\n1, 3, 9.0\n"
        );
        Assert.Equal(old.Graph.InputHash, now.Graph.InputHash);
        Assert.Equal((3, 1, 500_000L), (old.Graph.Arcs, old.Graph.Altruists, old.Graph.MicroPerUnit));
        Assert.Equal(2_500_000, old.Graph.ScoreMicroOf(old.Graph.FindArc(1, 0)));
        Assert.Single(old.Warnings);
    }

    [Fact]
    public void Decimal_weights_are_exact_micro_points()
    {
        var graph = MatchingFiles.Read("micro/decimals.input").Graph;
        Assert.Equal(600_000, graph.Weigh([0, 1, 2]));
        Assert.Equal(100_000, graph.MicroPerUnit);
    }

    [Fact]
    public void An_acceptance_makes_the_objective_expected_and_is_refused_where_the_file_has_its_own()
    {
        var graph = MatchingFiles.Read("micro/ring3_chain3.input", 0.5m).Graph;
        Assert.Equal((PlanObjective.Expected, 2), (graph.Objective, graph.AcceptBase));
        var ring = new[] { graph.FindArc(3, 4), graph.FindArc(4, 5), graph.FindArc(5, 3) };
        Assert.Equal(375_000, graph.Weigh(ring));
        var chain = new[] { graph.FindArc(6, 0), graph.FindArc(0, 1), graph.FindArc(1, 2) };
        Assert.Equal(875_000, graph.WeighChain(chain));
        var refused = Assert.Throws<MarketException>(() => MatchingFiles.Read("markets/m_100_mid.txt", 0.5m));
        Assert.Equal("market.accept_twice", refused.Refusal.Code);
        Assert.Throws<MarketException>(() => MatchingFiles.Read("micro/choice4.input", 0.12345m));
    }

    [Fact]
    public void Altruists_are_printed_by_their_own_numbers_and_dummies_not_at_all()
    {
        var kidney = MatchingFiles.Read("micro/ring3_chain3.input");
        Assert.Equal("0", kidney.Shown(6));
        Assert.Equal("5", kidney.Shown(5));
        var trade = MatchingFiles.Read("micro/dummy.txt");
        Assert.Equal(4, Enumerable.Range(0, trade.Graph.Residents.Count).Select(trade.Shown).OfType<string>().Count());
        Assert.Equal(1, trade.Graph.Dummies);
    }

    [Fact]
    public void The_order_of_lines_changes_neither_input_nor_plan_hash()
    {
        var lines = Encoding.UTF8.GetString(MatchingFiles.Data("markets/m_1000_mid.txt")).TrimEnd('\n').Split('\n');
        var random = new Seeded(7);
        var shuffled = lines.GroupBy(line => line[0]).SelectMany(kind => random.Shuffle(kind));
        var (one, two) = (MatchingFiles.Read("markets/m_1000_mid.txt"), Read("m.txt", string.Join("\r\n", shuffled)));
        Assert.Equal(one.Graph.InputHash, two.Graph.InputHash);
        Assert.Equal(PlanHash(one, 3), PlanHash(two, 3));
    }

    [Fact]
    public void The_order_of_want_lists_changes_neither_input_nor_plan_hash()
    {
        var lines = Encoding.UTF8.GetString(MatchingFiles.Data("ask.txt")).Split("\r\n");
        var shuffled = new Seeded(7).Shuffle(lines.Where(line => !line.StartsWith('#')));
        var (one, two) = (MatchingFiles.Read("ask.txt"), Read("ask.txt", string.Join("\n", shuffled)));
        Assert.Equal(one.Graph.InputHash, two.Graph.InputHash);
        Assert.Equal(PlanHash(one, 3), PlanHash(two, 3));
    }

    [Fact]
    public void A_file_of_other_content_never_ends_in_anything_but_a_sentence()
    {
        string[] files =
        [
            "micro/dummy.txt",
            "micro/choice4.input",
            "kep/MD-00001-00000001.wmd",
            "markets/m_100_mid.txt",
            "sparse/s_50_u.input",
        ];
        var (read, refused) = (0, 0);
        foreach (var file in files)
            for (var seed = 0; seed < 400; seed++)
            {
                var bytes = Mutated(MatchingFiles.Data(file), new Seeded(seed));
                foreach (var format in new InstanceFormat?[] { null, (InstanceFormat)(seed % 4) })
                    try
                    {
                        Instance.Read(InstanceSource.Of("fuzz", bytes), new InstanceOptions { Format = format });
                        read++;
                    }
                    catch (Exception e) when (e is InstanceException or MarketException)
                    {
                        Assert.NotEmpty(e.Message);
                        refused++;
                    }
            }
        Assert.True(read > 100 && refused > 1000, $"{read} read, {refused} refused");
    }

    private static byte[] Mutated(byte[] bytes, Seeded random)
    {
        string[] odd =
        [
            "-",
            "\n",
            "99999999999",
            " ",
            "\0",
            "é",
            ",",
            "#",
            "M ",
            "E 0 0 1\n",
            "%",
            "(",
            "-1 -1 -1\n",
            "1e9",
            "\r",
        ];
        var text = Encoding.Latin1.GetString(bytes);
        for (var edits = 1 + random.Below(3); edits > 0; edits--)
        {
            var at = random.Below(text.Length);
            text = random.Below(3) switch
            {
                0 => text[..at] + odd[random.Below(odd.Length)] + text[at..],
                1 => text.Remove(at, Math.Min(text.Length - at, 1 + random.Below(40))) + " ",
                _ => text[..at] + odd[random.Below(odd.Length)] + text[Math.Min(text.Length, at + 1 + random.Below(4))..] + " ",
            };
        }
        return Encoding.Latin1.GetBytes(text);
    }

    private static string PlanHash(Instance instance, int cap)
    {
        var options = PlanOptions.Default with { Cap = cap, Objective = instance.Graph.Objective };
        return SolveReport.HashOf(instance.Graph, Planner.Solve(instance.Graph, options), cap, 0);
    }

    private static Instance Read(string name, string text) =>
        Instance.Read(InstanceSource.Of(name, Encoding.UTF8.GetBytes(text)), new InstanceOptions());

    private static void AssertRefused(string name, string text, int line, string rule)
    {
        var fault = Assert.Throws<InstanceException>(() => Read(name, text));
        Assert.Equal((name, line), (fault.File, fault.Line));
        Assert.Contains(rule, fault.Message, StringComparison.Ordinal);
    }
}
