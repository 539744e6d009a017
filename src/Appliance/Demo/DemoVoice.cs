using System.Diagnostics;
using System.Globalization;

namespace EdgeNode.Appliance.Demo;

/// <summary>Tells how the story goes: one line per event, with the seconds since the start. Counts are told at most once in two seconds.</summary>
internal sealed class DemoVoice(TextWriter to)
{
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;
    private string _count = "";

    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>What was counted last; a phase that does not end is explained by it.</summary>
    public string Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    public void Say(string line)
    {
        lock (_lock)
            Write(line);
    }

    /// <summary>A new part of the story begins; old counts no longer explain anything.</summary>
    public void Begin(string line)
    {
        lock (_lock)
        {
            _count = "";
            Write(line);
        }
    }

    /// <summary>Told when there is something new and the last line is a while ago.</summary>
    public void Counted(string count)
    {
        lock (_lock)
        {
            if (count == _count)
                return;
            _count = count;
            if (_clock.Elapsed - _last >= Breath)
                Write("     " + count);
        }
    }

    /// <summary>Lines without a time: tables, addresses.</summary>
    public void Plain(string text)
    {
        lock (_lock)
        {
            to.WriteLine(text);
            to.Flush();
        }
    }

    private void Write(string line)
    {
        _last = _clock.Elapsed;
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{_last.TotalSeconds, 6:0.0} s] {line}"));
        to.Flush();
    }
}
