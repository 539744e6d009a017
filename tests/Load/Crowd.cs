using System.Diagnostics;
using EdgeNode.Sync.Io;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Load;

/// <summary>What a stretch of time was like for a crowd.</summary>
/// <param name="Bundles">Handed over within it.</param>
/// <param name="P50">Milliseconds from enqueue to receipt: half of the bundles took no longer.</param>
/// <param name="P99">The same for 99 of 100.</param>
/// <param name="Longest">The slowest.</param>
public sealed record Stretch(int Bundles, double P50, double P99, double Longest);

/// <summary>
/// Many peers of one cabinet, each with its own key, certificate, TLS connection and stream, in one process and on one thread; and one more that floods. The
/// cabinet's folder is made and all of them are enrolled in it before its first start.
/// </summary>
public sealed class Crowd : IDisposable
{
    private static readonly TimeSpan DialEvery = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly P256 _p256 = new();
    private readonly List<LightPeer> _lights = [];
    private readonly List<Member> _members = [];
    private readonly List<string> _faults = [];
    private MqttLoop? _loop;

    private Crowd(Place place, string folder, int peers)
    {
        Directory.CreateDirectory(folder);
        using var cabinet = new LoadedCabinet(place, "Middle");
        StewardsCode = cabinet.StewardsCode ?? throw new InvalidOperationException($"{place.Folder} holds a cabinet already.");
        for (var n = 0; n < peers; n++)
        {
            _lights.Add(new LightPeer(folder, $"Peer {n}"));
            Peering.Enrol(cabinet, _lights[^1]);
        }
        Cabinet = new MetCabinet(
            cabinet.Identity.Did,
            cabinet.Identity.Key,
            place.Address,
            place.PeersPort,
            Path.Combine(place.Folder, "node.crt")
        );
        Flooder = new Flooder(_lights[^1], Cabinet);
    }

    /// <summary>Makes a new cabinet in a folder, with so many peers; the last of them floods when it is told to.</summary>
    /// <param name="place">Where the cabinet will be found.</param>
    /// <param name="folder">For the peers' certificates and keys.</param>
    /// <param name="peers">All of them, at least two.</param>
    public static Crowd Enrol(Place place, string folder, int peers) => new(place, folder, peers);

    public MetCabinet Cabinet { get; }

    /// <summary>The code that the cabinet says at its first start only.</summary>
    public string StewardsCode { get; }

    public Flooder Flooder { get; }

    /// <summary>Everybody but the one who floods.</summary>
    public IReadOnlyList<Did> Others => [.. _lights.SkipLast(1).Select(l => l.Did)];

    public int NotAccepted => _members.Sum(m => m.NotAccepted);
    public int SentAgain => _members.Sum(m => m.SentAgain);

    /// <summary>Connections beyond each one's first.</summary>
    public int Reconnections => _members.Sum(m => m.Connections) - _members.Count;

    /// <summary>Bundles whose receipt has come.</summary>
    public int Receipted => _members.Sum(m => m.Fates.Count);

    /// <summary>The longest by which a bundle was handed over later than planned: what this process had no time for.</summary>
    public TimeSpan LongestLate { get; private set; }

    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Signs beforehand what each of the others will send, so that sending costs this process little.</summary>
    public void Prepare(int bundles, int statements)
    {
        _loop = new MqttLoop("crowd", fault => _faults.Add(fault.Message));
        foreach (var light in _lights.SkipLast(1))
            _members.Add(new Member(_loop, light, Cabinet, _p256));
        Parallel.ForEach(_members, member => member.Prepare(bundles, statements));
    }

    /// <summary>Everybody but the one who floods comes in; returns when the cabinet has greeted all of them.</summary>
    public async Task ConnectAsync(TimeSpan within)
    {
        _loop!.Post(() =>
        {
            for (var n = 0; n < _members.Count; n++)
                _loop.After(n * DialEvery, _members[n].Dial);
        });
        await UntilAsync(() => _members.TrueForAll(m => m.InContact), "all peers are in contact", within);
    }

    /// <summary>From now on each sends what it has prepared, one bundle in every period; they are spread evenly over it.</summary>
    public void Send(TimeSpan period) =>
        _loop!.Post(() =>
        {
            var begun = MqttLoop.Now;
            for (var n = 0; n < _members.Count; n++)
                SendAt(_members[n], begun + period * n / _members.Count, period);
        });

    /// <summary>Everything prepared was handed over and has its receipt.</summary>
    public Task SettledAsync(TimeSpan within) =>
        UntilAsync(() => _members.TrueForAll(m => m is { Left: 0, Waiting: 0 }), "every bundle has its receipt", within);

    /// <summary>Bundles without a receipt as yet.</summary>
    public Task<int> WaitingAsync() => AskAsync(() => _members.Sum(m => m.Waiting + m.Left));

    /// <summary>What was handed over between two moments of <see cref="Stopwatch"/>, once all is settled.</summary>
    public Stretch Between(long from, long to)
    {
        double[] took =
        [
            .. _members
                .SelectMany(m => m.Fates)
                .Where(f => f.Enqueued >= from && f.Enqueued < to)
                .Select(f => Stopwatch.GetElapsedTime(f.Enqueued, f.Receipted).TotalMilliseconds)
                .Order(),
        ];
        return took.Length == 0 ? new(0, 0, 0, 0) : new(took.Length, At(took, 0.5), At(took, 0.99), took[^1]);
    }

    public void Dispose()
    {
        if (_loop is { } loop)
        {
            loop.Post(() => _members.ForEach(m => m.Dispose()));
            loop.Dispose();
        }
        Flooder.Dispose();
        _lights.ForEach(l => l.Dispose());
        _p256.Dispose();
    }

    /// <summary>The least value that so great a part of all do not exceed.</summary>
    private static double At(double[] ordered, double part) => ordered[(int)Math.Ceiling(part * ordered.Length) - 1];

    private void SendAt(Member member, TimeSpan due, TimeSpan period)
    {
        if (member.Left == 0)
            return;
        _loop!.After(
            due - MqttLoop.Now,
            () =>
            {
                var late = MqttLoop.Now - due;
                LongestLate = late > LongestLate ? late : LongestLate;
                member.Enqueue();
                SendAt(member, due + period, period);
            }
        );
    }

    private async Task UntilAsync(Func<bool> holds, string claim, TimeSpan within)
    {
        var clock = Stopwatch.StartNew();
        using var look = new PeriodicTimer(LookEvery);
        while (!await AskAsync(holds))
        {
            if (clock.Elapsed > within)
                throw new TimeoutException($"Within {within.TotalSeconds:0} s it did not come true that {claim}.");
            await look.WaitForNextTickAsync();
        }
    }

    private Task<T> AskAsync<T>(Func<T> ask)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop!.Post(() => answer.SetResult(ask()));
        return answer.Task;
    }
}
