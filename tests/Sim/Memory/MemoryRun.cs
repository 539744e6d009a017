using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace EdgeNode.Tests.Sim;

/// <summary>Whether a cabinet whose neighbour stays away keeps more in memory with every day: looked at after each.</summary>
internal sealed class MemoryRun : IDisposable
{
    public const int UsualDays = 30;

    private readonly Absence _world = new();
    private readonly List<MemorySample> _days = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Bytes after the last day minus bytes after the first.</summary>
    public long Grown => _days[^1].Total - _days[0].Total;

    /// <summary>Throws <see cref="ViolationException"/> when something of the days did not happen: then nothing was measured.</summary>
    public void Run(int days, TextWriter log)
    {
        _world.FirstDay();
        Look(log);
        while (_days.Count < days)
        {
            _world.NextDay();
            Look(log);
        }
    }

    /// <summary>One object; ends the node, to see what is left without it.</summary>
    public void Write(Utf8JsonWriter w)
    {
        w.WriteStartObject();
        w.WriteNumber("days", _days.Count);
        w.WriteNumber("grown", Grown);
        w.WriteNumber("steps", _world.Steps);
        w.WriteNumber("posted", _world.Posted);
        w.WriteNumber("taken_back", _world.TakenBack);
        w.WriteNumber("sightings", _world.Sightings);
        w.WriteNumber("links_without_answer", _world.Links);
        w.WriteNumber("waiting", _world.Waiting);
        w.WriteNumber("database_bytes", _world.DatabaseBytes);
        w.WriteStartArray("by_day");
        foreach (var day in _days)
            Write(w, day);
        w.WriteEndArray();
        _world.CloseNode();
        w.WritePropertyName("without_node");
        Write(w, MemorySample.Take());
        w.WriteNumber("seconds", Math.Round(_clock.Elapsed.TotalSeconds, 1));
        w.WriteEndObject();
    }

    public void Dispose() => _world.Dispose();

    private static void Write(Utf8JsonWriter w, MemorySample sample)
    {
        w.WriteStartObject();
        w.WriteNumber("managed", sample.Managed);
        w.WriteNumber("sqlite", sample.Sqlite);
        w.WriteEndObject();
    }

    private void Look(TextWriter log)
    {
        var day = MemorySample.Take();
        _days.Add(day);
        log.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"day {_days.Count, 2}: {day.Managed, 10} managed {day.Sqlite, 10} SQLite, {_world.Waiting} waiting, {_world.Steps} steps, {_clock.Elapsed.TotalSeconds:F0} s"
            )
        );
    }
}
