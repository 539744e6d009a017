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

    /// <summary>A person asked for it: steward, button or maintenance.</summary>
    Asked,
}

/// <summary>One run of the machine.</summary>
/// <param name="Boot">The kernel's id of this boot (random, so no clock is needed to tell two boots apart).</param>
/// <param name="Ran">Seconds from start to end by the machine's own counter; 0 while open.</param>
/// <param name="End">How it ended.</param>
/// <param name="Wake">Seconds after which the real-time clock was told to wake the machine; 0 = not.</param>
public sealed record Run(string Boot, long Ran, RunEnd End, long Wake);

/// <summary>What the ledger says to the policy at a start.</summary>
/// <param name="ResumeStop">This very boot had begun to stop when the program died: the stop goes on (nothing leads out of ShuttingDown).</param>
/// <param name="DoubtMains">The last runs were short and ended by our own stop: a mains line that says "lost" is doubted (rule 3).</param>
public readonly record struct StartAdvice(bool ResumeStop, bool DoubtMains);

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

    /// <summary>After the first short run the machine is woken this much later (10 min); each further one doubles it, to 2 h.</summary>
    public static TimeSpan FirstWake { get; } = TimeSpan.FromMinutes(10);
    public static TimeSpan LongestWake { get; } = TimeSpan.FromHours(2);

    /// <summary>So many short runs in a row make the mains line doubtful.</summary>
    public const int DoubtAfter = 2;

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

    /// <summary>The whole ledger as text, one run a line: <c>boot ran end wake</c>.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        foreach (var run in _runs)
            text.Append(CultureInfo.InvariantCulture, $"{run.Boot} {run.Ran} {Word(run.End)} {run.Wake}\n");
        return text.ToString();
    }

    /// <summary>Notes the start of this boot and says what the policy must know. Told twice of the same boot, it is a start of the program alone.</summary>
    public StartAdvice Start(string boot)
    {
        var advice = new StartAdvice(IsStopping(boot), ShortRuns(boot) >= DoubtAfter);
        if (_runs.Count == 0 || _runs[^1].Boot != boot)
            Add(new Run(boot, 0, RunEnd.Open, 0));
        return advice;
    }

    /// <summary>Notes that this boot is about to end, and answers after how long the real-time clock shall wake the machine.</summary>
    public TimeSpan Stop(string boot, TimeSpan ran, RunEnd end)
    {
        var wake = WakeAfter(boot, ran, end);
        var run = new Run(boot, (long)ran.TotalSeconds, end, (long)wake.TotalSeconds);
        if (_runs.Count > 0 && _runs[^1].Boot == boot)
            _runs[^1] = run;
        else
            Add(run);
        return wake;
    }

    /// <summary>Runs in a row, newest first and without this boot, that ended by our own stop or refusal within ten minutes.</summary>
    public int ShortRuns(string boot)
    {
        var count = 0;
        for (var i = _runs.Count - 1; i >= 0; i--)
        {
            if (_runs[i].Boot == boot)
                continue;
            if (!IsShort(_runs[i]))
                break;
            count++;
        }
        return count;
    }

    private bool IsStopping(string boot) =>
        _runs.Count > 0 && _runs[^1].Boot == boot && _runs[^1].End != RunEnd.Open;

    private static bool IsShort(Run run) =>
        run.End is RunEnd.Stopped or RunEnd.Refused && run.Ran < (long)ShortRun.TotalSeconds;

    private TimeSpan WakeAfter(string boot, TimeSpan ran, RunEnd end)
    {
        if (end == RunEnd.Asked)
            return TimeSpan.Zero;
        var shorts = ShortRuns(boot) + (ran < ShortRun ? 1 : 0);
        var doubled = FirstWake * Math.Pow(2, Math.Clamp(shorts - 1, 0, 8));
        return doubled < LongestWake ? doubled : LongestWake;
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
            words.Length == 4
            && words[0].Length is > 0 and <= LongestBoot
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ran)
            && EndOf(words[2]) is { } end
            && long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var wake)
            ? new Run(words[0], ran, end, wake)
            : null;
    }

    private static string Word(RunEnd end) =>
        end switch
        {
            RunEnd.Stopped => "stopped",
            RunEnd.Refused => "refused",
            RunEnd.Asked => "asked",
            _ => "open",
        };

    private static RunEnd? EndOf(string word) =>
        word switch
        {
            "stopped" => RunEnd.Stopped,
            "refused" => RunEnd.Refused,
            "asked" => RunEnd.Asked,
            "open" => RunEnd.Open,
            _ => null,
        };
}
