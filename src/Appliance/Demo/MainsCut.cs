using System.Diagnostics;
using System.Globalization;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Demo;

/// <summary>
/// Mains is cut at the first cabinet: it sheds, its neighbours hear of it; its battery falls, they hear that it may go; mains returns, and they hear that it is
/// back. The lines are simulated, everything behind them is what a cabinet runs.
/// </summary>
internal sealed class MainsCut(IReadOnlyList<Cabinet> cabinets, DemoWaits waits, DemoVoice voice, StoryFacts facts)
{
    /// <summary>
    /// From the cut until the last neighbour's page says so (10 s). Two of them are the policy's, for a flicker is told to nobody; on an idle machine the
    /// rest takes less than one, but the demo also runs where much else does.
    /// </summary>
    private const double Longest = 10;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(400);

    private readonly Cabinet _dark = cabinets[0];

    public async Task Tell(CancellationToken token)
    {
        var battery = await Move("mains off\nvolts 3.90\n", PowerNoticeBody.Battery, token);
        voice.Say(
            $"     {_dark.Place.Name} lost mains; every neighbour knew after {battery:0.0} s, and it is {await State(token)}"
        );
        if (battery > Longest)
            facts.Violations.Add($"The neighbours knew of the cut after {battery:0.0} s; the most is {Longest} s.");
        var going = await Fall(token);
        voice.Say($"     its battery is low: {await State(token)}; the neighbours know that it may go");
        var back = await Move("mains on\nvolts 4.00\n", PowerNoticeBody.Back, token);
        voice.Say($"     mains is back; every neighbour knew after {back:0.0} s, and it is {await State(token)}");
        facts.MainsCut = new MainsCutSummary(Math.Round(battery, 2), Math.Round(going, 2), Math.Round(back, 2));
    }

    /// <summary>The charge falls as fast as the policy believes that a charge can fall: by less than five points a look.</summary>
    private async Task<double> Fall(CancellationToken token)
    {
        for (var percent = 92; percent > 24; percent -= 4)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"percent {percent}\nvolts {3.3 + (percent / 150.0):0.00}\n"));
            await Wait.For(Step, token);
        }
        return await Move("percent 23\n", PowerNoticeBody.Going, token);
    }

    private async Task<double> Move(string lines, string word, CancellationToken token)
    {
        var clock = Stopwatch.StartNew();
        Write(lines);
        await Heard(word, token);
        return clock.Elapsed.TotalSeconds;
    }

    private void Write(string lines) => File.AppendAllText(_dark.Place.PowerScript, lines);

    private Task Heard(string word, CancellationToken token) =>
        Wait.Until(
            async t =>
            {
                var said = await Task.WhenAll(cabinets.Skip(1).Select(c => c.Steward.Power(t)));
                var heard = said.Count(p => p.Neighbours.Any(n => n.Did == _dark.Did && n.Word == word));
                voice.Counted($"{heard} of {cabinets.Count - 1} neighbours heard \"{word}\"");
                return heard == cabinets.Count - 1;
            },
            waits.Look,
            token
        );

    private async Task<string> State(CancellationToken token) => (await _dark.Steward.Power(token)).State.Replace('_', ' ');
}
