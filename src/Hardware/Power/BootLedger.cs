using System.Globalization;
using System.Text;

namespace EdgeNode.Hardware.Power;

/// <summary>How a run of the cabinet's machine ended, as far as it could be written down.</summary>
public enum RunEnd
{
    /// <summary>Nothing was written: it runs still, or power went without a word.</summary>
    Open,

    /// <summary>Our own power policy stopped it.</summary>
    Stopped,

    /// <summary>The start was refused because the pack was too low.</summary>
    Refused,

    /// <summary>Our own power policy stopped it at the hard floor while the mains line said "there": the line is not to be believed.</summary>
    Deceived,

    /// <summary>Our own power policy stopped it because nothing about the pack was known any more.</summary>
    Blind,

    /// <summary>A person asked for it: steward, button or maintenance.</summary>
    Asked,
}

/// <summary>One run of the machine.</summary>
/// <param name="Boot">The kernel's id of this boot (random, so no clock is needed to tell two boots apart).</param>
/// <param name="Ran">Seconds from start to end by the machine's own counter; 0 while open.</param>
/// <param name="End">How it ended.</param>
/// <param name="Wake">Seconds after which the real-time clock was told to wake the machine; 0 = not.</param>
/// <param name="Fed">Mains stood for ten minutes in this run: what was before no longer counts against the mains line.</param>
/// <param name="MilliVolts">Of the pack at the end; 0 = not known.</param>
public sealed record Run(string Boot, long Ran, RunEnd End, long Wake, bool Fed, long MilliVolts);

/// <summary>What the ledger says to the policy at a start.</summary>
/// <param name="ResumeStop">This very boot had begun to stop when the program died: the stop goes on (nothing leads out of ShuttingDown).</param>
/// <param name="DoubtLost">The last runs were short and ended by our own stop: a mains line that says "lost" is doubted (rule 3).</param>
/// <param name="DoubtThere">The last run emptied the pack while the line said "there": a low pack that did not rise since is not started on the line's word.</param>
/// <param name="DoubtGauge">The last run ended blind: numbers that stand still are noticed after a minute instead of ten.</param>
/// <param name="StopVolts">Of the pack at its lowest end of a run since it was fed; null = not known.</param>
/// <param name="LastVolts">Of the pack at the end of the last run whose end knew it; null = not known.</param>
public readonly record struct StartAdvice(
    bool ResumeStop,
    bool DoubtLost,
    bool DoubtThere,
    bool DoubtGauge,
    double? StopVolts,
    double? LastVolts = null
);

/// <summary>
/// The machine's last runs, kept outside the database because it must be readable when the database is not, and written before each stop. It knows no
/// wall clock: runs are told apart by the kernel's boot id and measured by the machine's own counter, so a clock that jumps ten years changes nothing.
/// </summary>
public sealed class BootLedger
{
    /// <summary>Runs kept; older ones say nothing any more.</summary>
    public const int MostRuns = 64;

    /// <summary>Longest boot id taken from a file.</summary>
    private const int LongestBoot = 64;

    /// <summary>A run that ended by itself before this is short (10 min).</summary>
    public static TimeSpan ShortRun { get; } = TimeSpan.FromMinutes(10);

    /// <summary>After a stop the machine is woken this much later (10 min); each further run that was not fed doubles it, to 2 h.</summary>
    public static TimeSpan FirstWake { get; } = TimeSpan.FromMinutes(10);
    public static TimeSpan LongestWake { get; } = TimeSpan.FromHours(2);

    /// <summary>A pack at its hard floor is left alone for longer (6 h): every start would take what keeps its cells from harm.</summary>
    public static TimeSpan HarmedWake { get; } = TimeSpan.FromHours(6);

    /// <summary>So many short runs since the last fed one make the mains line doubtful.</summary>
    public const int DoubtAfter = 2;

    /// <summary>Mains that stood this long in a run has fed it (10 min).</summary>
    public static TimeSpan FedAfter { get; } = TimeSpan.FromMinutes(10);

    private readonly List<Run> _runs;

    private BootLedger(List<Run> runs) => _runs = runs;

    public static BootLedger Empty => new([]);

    public IReadOnlyList<Run> Runs => _runs;

    /// <summary>Reads the file's text. Lines that do not fit (torn by a power cut, or written by a later version) are left out.</summary>
    public static BootLedger Parse(string text)
    {
        var runs = new List<Run>();
        foreach (var line in text.Split('\n'))
        {
            if (ParseLine(line) is not { } run)
                continue;
            if (runs.Count > 0 && runs[^1].Boot == run.Boot)
                runs[^1] = run;
            else
                runs.Add(run);
        }
        return new BootLedger(runs.Count > MostRuns ? runs[^MostRuns..] : runs);
    }

    /// <summary>The whole ledger as text, one run a line: <c>boot ran end wake fed millivolts</c>.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        foreach (var run in _runs)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{run.Boot} {run.Ran} {Word(run.End)} {run.Wake} {(run.Fed ? "fed" : "unfed")} {run.MilliVolts}\n"
            );
        return text.ToString();
    }

    /// <summary>Notes the start of this boot and says what the policy must know. Told twice of the same boot, it is a start of the program alone.</summary>
    public StartAdvice Start(string boot)
    {
        var advice = new StartAdvice(
            IsStopping(boot),
            ShortRuns(boot) >= DoubtAfter,
            WasDeceived(boot),
            _runs.FindLast(run => run.Boot != boot)?.End == RunEnd.Blind,
            StopVolts(boot),
            LastVolts(boot)
        );
        if (_runs.Count == 0 || _runs[^1].Boot != boot)
            Add(new Run(boot, 0, RunEnd.Open, 0, false, 0));
        return advice;
    }

    /// <param name="volts">Of the pack; null = not known.</param>
    /// <param name="harmed">The pack is at its hard floor.</param>
    /// <summary>Notes that this boot is about to end, and answers after how long the real-time clock shall wake the machine.</summary>
    public TimeSpan Stop(string boot, TimeSpan ran, RunEnd end, double? volts, bool harmed)
    {
        // A stop that is resumed is the stop that was begun: its reason and its alarm stand.
        if (_runs.Count > 0 && _runs[^1] is { End: not RunEnd.Open } begun && begun.Boot == boot)
            return TimeSpan.FromSeconds(begun.Wake);
        var wake = WakeAfter(boot, end, harmed);
        var fed = _runs.Count > 0 && _runs[^1].Boot == boot && _runs[^1].Fed;
        Put(new Run(boot, (long)ran.TotalSeconds, end, (long)wake.TotalSeconds, fed, (long)((volts ?? 0) * 1000)));
        return wake;
    }

    /// <summary>Notes that mains has stood in this run for <see cref="FedAfter"/>; true when that is news to be written.</summary>
    public bool Fed(string boot)
    {
        if (_runs.Count == 0 || _runs[^1].Boot != boot || _runs[^1].Fed)
            return false;
        _runs[^1] = _runs[^1] with { Fed = true };
        return true;
    }

    /// <summary>
    /// The stop is complete and the machine runs on, because nobody told it to turn off: the next start of the program in this boot is an ordinary one.
    /// </summary>
    public void Complete(string boot)
    {
        if (_runs.Count > 0 && _runs[^1].Boot == boot)
            _runs[^1] = _runs[^1] with { End = RunEnd.Open };
    }

    /// <summary>Runs since the last fed one, without this boot, that ended by our own stop or refusal within ten minutes.</summary>
    public int ShortRuns(string boot) => SinceFed(boot).Count(IsShort);

    /// <summary>
    /// The lowest since the last fed run: a pack that is drawn from by start after start must not look fed, and one that recovers a little after each
    /// refusal must not be asked for more and more.
    /// </summary>
    private double? StopVolts(string boot)
    {
        var known = SinceFed(boot).Where(run => run.MilliVolts > 0).Select(run => run.MilliVolts).ToList();
        return known.Count > 0 ? known.Min() / 1000.0 : LastVolts(boot);
    }

    private double? LastVolts(string boot) =>
        _runs.FindLast(run => run.Boot != boot && run.MilliVolts > 0) is { } last ? last.MilliVolts / 1000.0 : null;

    /// <summary>A run that was fed and then deceived counts: the line was right once and is not any more.</summary>
    private bool WasDeceived(string boot)
    {
        for (var i = _runs.Count - 1; i >= 0; i--)
        {
            if (_runs[i].Boot == boot)
                continue;
            if (_runs[i].End == RunEnd.Deceived)
                return true;
            if (_runs[i].Fed)
                return false;
        }
        return false;
    }

    private IEnumerable<Run> SinceFed(string boot) =>
        _runs.AsEnumerable().Reverse().Where(run => run.Boot != boot).TakeWhile(run => !run.Fed);

    private bool IsStopping(string boot) => _runs.Count > 0 && _runs[^1].Boot == boot && _runs[^1].End != RunEnd.Open;

    private static bool IsShort(Run run) =>
        (run.End is RunEnd.Stopped or RunEnd.Refused or RunEnd.Deceived or RunEnd.Blind) && run.Ran < (long)ShortRun.TotalSeconds;

    private TimeSpan WakeAfter(string boot, RunEnd end, bool harmed)
    {
        if (end == RunEnd.Asked)
            return TimeSpan.Zero;
        if (harmed)
            return HarmedWake;
        var unfed = _runs.Exists(run => run.Boot == boot && run.Fed) ? 0 : SinceFed(boot).Count() + 1;
        var doubled = FirstWake * Math.Pow(2, Math.Min(unfed, 8));
        return doubled < LongestWake ? doubled : LongestWake;
    }

    private void Put(Run run)
    {
        if (_runs.Count > 0 && _runs[^1].Boot == run.Boot)
            _runs[^1] = run;
        else
            Add(run);
    }

    private void Add(Run run)
    {
        _runs.Add(run);
        if (_runs.Count > MostRuns)
            _runs.RemoveAt(0);
    }

    private static Run? ParseLine(string line)
    {
        var words = line.Split(' ');
        return
            words.Length == 6
            && words[0].Length is > 0 and <= LongestBoot
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ran)
            && EndOf(words[2]) is { } end
            && long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var wake)
            && (words[4] is "fed" or "unfed")
            && long.TryParse(words[5], NumberStyles.None, CultureInfo.InvariantCulture, out var millivolts)
            ? new Run(words[0], ran, end, wake, words[4] == "fed", millivolts)
            : null;
    }

    private static string Word(RunEnd end) =>
        end switch
        {
            RunEnd.Stopped => "stopped",
            RunEnd.Refused => "refused",
            RunEnd.Deceived => "deceived",
            RunEnd.Blind => "blind",
            RunEnd.Asked => "asked",
            _ => "open",
        };

    private static RunEnd? EndOf(string word) =>
        word switch
        {
            "stopped" => RunEnd.Stopped,
            "refused" => RunEnd.Refused,
            "deceived" => RunEnd.Deceived,
            "blind" => RunEnd.Blind,
            "asked" => RunEnd.Asked,
            "open" => RunEnd.Open,
            _ => null,
        };
}
