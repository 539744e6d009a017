using EdgeNode.Sync;

namespace EdgeNode.Tests.Sim;

/// <summary>A frame as it was seen on a link, for whoever listens.</summary>
internal sealed record SeenFrame(Station From, Station To, TopicKind Kind, byte[] Bytes);

/// <summary>
/// The links between all stations. Every directed way has its own faults: frames are lost, doubled, delayed and so reordered; a way is cut, with or without
/// the two ends noticing, or clogged. What arrives for a station that is down is gone.
/// </summary>
internal sealed class Net
{
    /// <summary>Frames that somebody who listens can still send again.</summary>
    public const int Remembered = 256;

    private readonly World _world;
    private readonly Prng _prng;
    private readonly Station[] _stations;
    private readonly long[,] _cutUntil;
    private readonly long[,] _quietUntil;
    private readonly long[,] _clogUntil;
    private readonly bool[,] _up;
    private readonly bool[,] _told;
    private readonly List<SeenFrame> _seen = [];
    private readonly List<SeenFrame> _kept = [];
    private int _relayLives;

    public Net(World world, Prng prng, Station[] stations, LinkFaults faults)
    {
        (_world, _prng, _stations, Faults) = (world, prng, stations, faults);
        var n = stations.Length;
        (_cutUntil, _quietUntil, _clogUntil) = (new long[n, n], new long[n, n], new long[n, n]);
        (_up, _told) = (new bool[n, n], new bool[n, n]);
    }

    public LinkFaults Faults { get; private set; }

    /// <summary>Frames that a scenario wants to be lost.</summary>
    public Func<SeenFrame, bool>? Loses { get; set; }

    /// <summary>Pairing frames and their answers that a scenario wants to be lost.</summary>
    public Func<Station, Station, byte[], bool>? LosesPairing { get; set; }

    public IReadOnlyList<SeenFrame> Seen => _seen;

    /// <summary>Frames on their way now.</summary>
    public int UnderWay { get; private set; }

    public bool IsUp(Station a, Station b) => _up[a.Index, b.Index];

    /// <summary>Sends one frame; it arrives, or it does not.</summary>
    public void Send(Station from, Station to, TopicKind kind, byte[] bytes)
    {
        _world.Counts.Add("frames");
        var frame = new SeenFrame(from, to, kind, bytes);
        Remember(frame);
        if (!_up[from.Index, to.Index] && ByRelay(from, to))
        {
            Relay(frame);
            return;
        }
        if (!_up[from.Index, to.Index] || _prng.Percent(Faults.LossPct) || Loses?.Invoke(frame) == true)
        {
            _world.Counts.Add("lost");
            return;
        }
        Carry(from, to, kind, bytes);
        if (!_prng.Percent(Faults.DuplicatePct))
            return;
        _world.Counts.Add("duplicated");
        Carry(from, to, kind, bytes);
    }

    /// <summary>The relay's disk is lost, and with it what it kept and what was on its way to it.</summary>
    public void RelayForgets()
    {
        _world.Counts.Add("relay losses");
        _world.Trace.Add(_world.Now, "relay", $"forgets {_kept.Count}");
        _relayLives++;
        _kept.Clear();
    }

    /// <summary>One frame to the pairing door of an address, and its answer back. Neither may arrive.</summary>
    public void Post(Station from, string address, int port, byte[] bytes, Action<Station?, byte[]?, string> answer)
    {
        var to = _stations.FirstOrDefault(s => s.Address == address && port == Station.PairPort);
        var there = Delay();
        _world.After(
            there,
            () =>
            {
                if (
                    to is null
                    || !Reaches(from, to)
                    || _prng.Percent(Faults.LossPct)
                    || LosesPairing?.Invoke(from, to, bytes) == true
                )
                    _world.After(TimeSpan.FromSeconds(10), () => answer(null, null, "unreachable"));
                else
                    to.TakePairing(bytes, from.Spki, (reply, code) => Return(from, to, reply, code, answer));
            }
        );
    }

    /// <summary>Brings bytes to a station as if they came over the link of <paramref name="from"/>: what somebody on the wire can do.</summary>
    public void Inject(Station from, Station to, TopicKind kind, byte[] bytes)
    {
        if (to.IsUp)
            to.Take(from.Did, kind, bytes);
    }

    /// <summary>Nothing passes either way for a while, and both ends notice.</summary>
    public void Cut(Station a, Station b, TimeSpan span)
    {
        _cutUntil[a.Index, b.Index] = _cutUntil[b.Index, a.Index] = Later(span);
        Look(a, b);
        _world.After(span + TimeSpan.FromMilliseconds(1), () => Look(a, b));
    }

    /// <summary>Nothing passes in one direction, and nobody is told.</summary>
    public void Silence(Station from, Station to, TimeSpan span) => _quietUntil[from.Index, to.Index] = Later(span);

    /// <summary>Everything in one direction waits until the clog is gone.</summary>
    public void Clog(Station from, Station to, TimeSpan span) => _clogUntil[from.Index, to.Index] = Later(span);

    public void CutOff(Station station, TimeSpan span)
    {
        foreach (var other in _stations.Where(s => s != station))
            Cut(station, other, span);
    }

    /// <summary>From now on every way is good.</summary>
    public void Heal()
    {
        Faults = LinkFaults.None;
        Array.Clear(_cutUntil);
        Array.Clear(_quietUntil);
        Array.Clear(_clogUntil);
        LookAll();
    }

    public void LookAll()
    {
        for (var i = 0; i < _stations.Length; i++)
        for (var j = i + 1; j < _stations.Length; j++)
            Look(_stations[i], _stations[j]);
    }

    public void LookAt(Station station)
    {
        foreach (var other in _stations.Where(s => s != station))
        {
            Look(station, other);
            TellRelay(station, other);
        }
        HandOut(station);
    }

    /// <summary>The process of a station has ended: it knows of no link any more, and its links fall.</summary>
    public void Fell(Station station)
    {
        foreach (var other in _stations)
            _told[station.Index, other.Index] = false;
        LookAt(station);
    }

    /// <summary>Brings up what both ends want and the way allows, after a moment; takes down what cannot stand.</summary>
    private void Look(Station a, Station b)
    {
        if (a.Index > b.Index)
            (a, b) = (b, a);
        var wanted = CanStand(a, b);
        if (wanted == _up[a.Index, b.Index])
            return;
        if (wanted)
            _world.After(_prng.Skewed(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)), () => Raise(a, b));
        else
            Fall(a, b);
    }

    private void Raise(Station a, Station b)
    {
        if (_up[a.Index, b.Index] || !CanStand(a, b))
            return;
        _up[a.Index, b.Index] = _up[b.Index, a.Index] = true;
        Tell(a, b);
        Tell(b, a);
    }

    /// <summary>Each lets the other in, and one of them knows where the other is: one connection carries both ways.</summary>
    private bool CanStand(Station a, Station b) =>
        a.IsUp && b.IsUp && a.Admits(b) && b.Admits(a) && (a.Aims(b) || b.Aims(a)) && Reaches(a, b) && Reaches(b, a);

    private void Fall(Station a, Station b)
    {
        _up[a.Index, b.Index] = _up[b.Index, a.Index] = false;
        TellFall(a, b);
        TellFall(b, a);
    }

    private void Tell(Station who, Station peer)
    {
        _told[who.Index, peer.Index] = true;
        who.LinkUp(peer.Did);
        // A link adapter may say it twice.
        if (_prng.Percent(5))
            who.LinkUp(peer.Did);
    }

    /// <summary>The end of a link is noticed late, or never when it stands again before.</summary>
    private void TellFall(Station who, Station peer) =>
        _world.After(
            _prng.Skewed(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30)),
            () =>
            {
                if (!who.IsUp || !_told[who.Index, peer.Index] || _up[who.Index, peer.Index])
                    return;
                _told[who.Index, peer.Index] = false;
                if (ByRelay(who, peer))
                    who.LinkUp(peer.Did, stored: true);
                else
                    who.LinkDown(peer.Did);
            }
        );

    /// <summary>Both stewards chose the relay for each other; cut links do not concern it.</summary>
    private bool ByRelay(Station from, Station to) => _world.Options.Ways.Relay && from.IsUp && from.Admits(to);

    /// <summary>Without a direct link the relay is the way, as soon as the peering is there.</summary>
    private void TellRelay(Station who, Station peer)
    {
        if (!_world.Options.Ways.Relay)
            return;
        _world.After(
            _prng.Skewed(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)),
            () =>
            {
                if (!_up[who.Index, peer.Index] && ByRelay(who, peer))
                    who.LinkUp(peer.Did, stored: true);
            }
        );
    }

    private void Relay(SeenFrame frame)
    {
        _world.Counts.Add("relayed");
        var life = _relayLives;
        UnderWay++;
        _world.After(
            Delay(),
            () =>
            {
                UnderWay--;
                if (life == _relayLives)
                    HandOut(frame);
            }
        );
    }

    private void HandOut(SeenFrame frame)
    {
        if (!frame.To.IsUp)
        {
            _kept.Add(frame);
            return;
        }
        if (frame.To.Admits(frame.From))
            frame.To.Take(frame.From.Did, frame.Kind, frame.Bytes);
        if (_world.Faulty && _prng.Percent(_world.Options.Ways.ReplayPct))
            _world.After(_prng.Skewed(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)), () => HandOut(frame));
    }

    /// <summary>A station is back: what the relay kept for it comes in its order.</summary>
    private void HandOut(Station station)
    {
        if (!_kept.Exists(f => f.To == station))
            return;
        _world.After(
            TimeSpan.FromSeconds(5),
            () =>
            {
                if (!station.IsUp)
                    return;
                var frames = _kept.Where(f => f.To == station).ToList();
                _kept.RemoveAll(f => f.To == station);
                frames.ForEach(HandOut);
            }
        );
    }

    private void Carry(Station from, Station to, TopicKind kind, byte[] bytes)
    {
        UnderWay++;
        var delay = Delay() + Wait(_clogUntil[from.Index, to.Index]);
        _world.After(
            delay,
            () =>
            {
                UnderWay--;
                // What was handed over arrives although its sender died meanwhile; a way that was cut brings nothing.
                var barred = Math.Max(_quietUntil[from.Index, to.Index], _cutUntil[from.Index, to.Index]) > _world.Now;
                if (to.IsUp && to.Admits(from) && !barred)
                    to.Take(from.Did, kind, bytes);
                else
                    _world.Counts.Add("lost");
            }
        );
    }

    private void Return(Station from, Station to, byte[]? reply, string code, Action<Station?, byte[]?, string> answer) =>
        _world.After(
            Delay(),
            () =>
            {
                if (!Reaches(to, from) || _prng.Percent(Faults.LossPct) || LosesPairing?.Invoke(to, from, reply ?? []) == true)
                    answer(null, null, "no answer");
                else
                    answer(to, reply, code);
            }
        );

    private bool Reaches(Station from, Station to) =>
        from.IsUp && to.IsUp && _cutUntil[from.Index, to.Index] <= _world.Now && !IsFar(from) && !IsFar(to);

    /// <summary>The remote cabinet is within reach for the first hour of each day.</summary>
    private bool IsFar(Station station) => station.Index == Faults.Remote && _world.Elapsed.TimeOfDayHours() >= 1;

    private TimeSpan Delay() => _prng.Skewed(TimeSpan.FromMilliseconds(1), Faults.DelayMax);

    private TimeSpan Wait(long until) => TimeSpan.FromMilliseconds(Math.Max(0, until - _world.Now));

    private long Later(TimeSpan span) => _world.Now + (long)span.TotalMilliseconds;

    private void Remember(SeenFrame frame)
    {
        if (_seen.Count < Remembered)
            _seen.Add(frame);
        else
            _seen[_prng.Below(Remembered)] = frame;
    }
}

internal static class SimTime
{
    public static double TimeOfDayHours(this TimeSpan elapsed) => elapsed.TotalHours % 24;
}
