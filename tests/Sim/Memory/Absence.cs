using EdgeNode.Appliance;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// A cabinet with shipped settings whose one neighbour stays away for weeks, as it looks after each day. On the first day its residents share more than SQLite
/// keeps of a database in memory; from then on they take entries back and post others. Every hour the neighbour and a stranger seem to be on the network
/// and go again, now and then a link comes up on which nobody answers, and all the time the neighbour's addresses are tried.
/// </summary>
/// <remarks>
/// No checker looks on, and what the simulator keeps of its own is bounded from the first day on: 256 frames, and the newest entries of each resident.
/// </remarks>
internal sealed class Absence : IDisposable
{
    /// <summary>Together more database than the 8 MiB of it that the writer keeps.</summary>
    private const int Residents = 180;
    private const int ItemsEach = 40;
    private const int LeastDatabase = 12 << 20;

    /// <summary>Entries that are taken back and posted anew in each hour of the day.</summary>
    private const int ChangesAnHour = 2;
    private const int HoursAwake = 20;
    private const int HoursBetweenLinks = 5;
    private const long Disk = 32_000_000_000;

    private readonly Stage _stage = new(2, o => o with { IsWatched = false, Batch = 64, Tune = _ => NodeOptions.Default });
    private readonly List<(Did Did, Queue<string> Items)> _residents = [];
    private readonly Prng _prng = new(Stage.Seed);
    private int _next;

    public int Posted { get; private set; }
    public int TakenBack { get; private set; }
    public int Sightings { get; private set; }
    public int Links { get; private set; }
    public long Steps => _stage.World.Counts["steps"];
    public long Waiting => Home.Db.Number("SELECT count(*) FROM outbox");
    public long DatabaseBytes => Home.Db.Number("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");

    private World World => _stage.World;
    private Cabinet Home => _stage.A;
    private Cabinet Neighbour => _stage.B;

    /// <summary>The two are peers and the neighbour is gone; everybody shares what they have. Ends with the first day.</summary>
    public void FirstDay()
    {
        _stage.Pair(Home, Neighbour);
        Neighbour.Stop();
        for (var i = 0; i < Residents; i++)
            _residents.Add((_stage.Person(Home).Did, new Queue<string>(ItemsEach + 1)));
        for (var i = 0; i < Residents * ItemsEach; i++)
            Post(_residents[i % Residents]);
        _stage.Until(() => Posted == Residents * ItemsEach, "everything is posted");
        _stage.Expect(
            DatabaseBytes > LeastDatabase,
            $"the database is larger than what is kept of it in memory, and not {DatabaseBytes} bytes"
        );
        Day(TimeSpan.FromDays(1) - World.Elapsed);
    }

    /// <summary>Ends some hours after the last thing that happened, so that nothing is under way when memory is looked at.</summary>
    public void NextDay()
    {
        var before = Posted;
        Day(TimeSpan.FromDays(1));
        _stage.Expect(Posted == before + HoursAwake * ChangesAnHour, "everything of the day was posted");
    }

    /// <summary>The node's own connection and all it holds are gone; what is left is the simulator's.</summary>
    public void CloseNode() => Home.Stop();

    public void Dispose() => _stage.Dispose();

    private void Day(TimeSpan length)
    {
        var end = World.Elapsed + length;
        for (var hour = 0; hour < HoursAwake && World.Elapsed + TimeSpan.FromHours(4) < end; hour++)
            Hour(hour);
        _stage.Run(end - World.Elapsed);
    }

    private void Hour(int hour)
    {
        Home.Post(new DiskMeasured(Disk / 2 - hour * 1_000_000, Disk));
        Appears(Neighbour.Name, Neighbour.Did.Short, $"10.0.1.{1 + hour}", TimeSpan.FromMinutes(25));
        Appears($"stranger {Sightings}", Stranger(), $"10.0.2.{1 + hour}", TimeSpan.FromMinutes(40));
        for (var i = 0; i < ChangesAnHour; i++)
            Change(_residents[_next++ % Residents]);
        if (hour % HoursBetweenLinks == 0)
            LinkWithoutAnswer();
        _stage.Hours(1);
    }

    private void Appears(string name, string did, string address, TimeSpan span)
    {
        Sightings++;
        Home.Post(new Seen(name, did, address, Station.PeersPort, Station.PairPort));
        World.After(span, () => Home.Post(new Gone(name, did, Station.PeersPort, Station.PairPort)));
    }

    private string Stranger() => Did.FromGenesis([.. Enumerable.Range(0, 32).Select(_ => (byte)_prng.Below(256))]).Short;

    private void LinkWithoutAnswer()
    {
        Links++;
        Home.LinkUp(Neighbour.Did);
        World.After(TimeSpan.FromMinutes(10), () => Home.LinkDown(Neighbour.Did));
    }

    private void Change((Did Did, Queue<string> Items) resident)
    {
        Home.Ask(
            new Withdraw(resident.Did, resident.Items.Dequeue()),
            answer =>
            {
                _stage.Expect(answer is { IsDone: true }, $"an entry is taken back, and not {answer?.Code}");
                TakenBack++;
                Post(resident);
            }
        );
    }

    private void Post((Did Did, Queue<string> Items) resident) =>
        Home.Ask(
            new Offer(resident.Did, "test/thing", $"Thing {_prng.Below(1_000_000):000000} that nobody takes", 1, Sharing.All),
            answer =>
            {
                _stage.Expect(answer is { IsDone: true }, $"an entry is posted, and not {answer?.Code}");
                Posted++;
                resident.Items.Enqueue(answer!.Id!);
            }
        );
}
