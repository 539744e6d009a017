using System.Net;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

/// <summary>
/// Engines on one simulated network with a clock that the test moves. What one sends reaches all at once, itself included, as
/// multicast does.
/// </summary>
internal sealed class Neighbourhood
{
    public const int Link = 7;

    private readonly List<Resident> _engines = [];
    private readonly Queue<(Resident From, byte[] Packet)> _wire = new();

    public long Now { get; private set; } = 1_000_000;

    /// <summary>Everything that was on the wire: when, from whom, what.</summary>
    public List<(long At, string From, DnsMessage Message)> Sent { get; } = [];

    /// <summary>What went to one host alone.</summary>
    public List<(long At, string From, IPEndPoint To, DnsMessage Message)> Direct { get; } = [];

    /// <summary>Says for each receiver of each packet whether it gets lost.</summary>
    public Func<bool> Loses { get; set; } = () => false;

    public Resident Join(
        string name,
        char did,
        string address,
        Func<int, int>? jitter = null,
        MdnsOptions? options = null,
        string? host = null
    )
    {
        var announcement = new ServiceAnnouncement
        {
            Instance = name,
            HostName = host ?? $"edgenode-{did}",
            DidPrefix = new string(did, 13),
        };
        var engine = new MdnsEngine(options ?? MdnsOptions.Default, announcement, jitter ?? (_ => 0));
        var resident = new Resident($"{did}", engine, IPAddress.Parse(address));
        _engines.Add(resident);
        Perform(resident, engine.SetLinks([LinkOf(resident.Address)], Now));
        Deliver();
        return resident;
    }

    /// <summary>The link as a cabinet with these addresses has it; 10.0.0.0/16 is on it.</summary>
    public static MdnsLink LinkOf(params IPAddress[] addresses) =>
        new(Link, 3, addresses) { Networks = [IPNetwork.Parse("10.0.0.0/16"), IPNetwork.Parse("fe80::/64")] };

    /// <summary>Does what a cabinet's engine wants after the test itself has told it something.</summary>
    public void Tell(Resident resident, Func<MdnsEngine, IReadOnlyList<MdnsEffect>> act)
    {
        Perform(resident, act(resident.Engine));
        Deliver();
    }

    /// <summary>Takes it off without a word, as a power cut does.</summary>
    public void Cut(Resident resident) => _engines.Remove(resident);

    /// <summary>Brings in one that has lived on another network, at the same time of day.</summary>
    public void Adopt(Resident resident) => _engines.Add(resident);

    /// <summary>Gives it another address, as a new lease does.</summary>
    public void Readdress(Resident resident, string address)
    {
        var moved = resident with { Address = IPAddress.Parse(address) };
        _engines[_engines.IndexOf(resident)] = moved;
        Perform(moved, moved.Engine.SetLinks([LinkOf(moved.Address)], Now));
        Deliver();
    }

    public void Stop(Resident resident)
    {
        Perform(resident, resident.Engine.Stop());
        Cut(resident);
        Deliver();
    }

    /// <summary>Puts a stranger's packet on the wire.</summary>
    public void Inject(string address, DnsMessage message) => Inject(address, message.ToBytes());

    public void Inject(string address, byte[] packet, int port = 5353, bool toGroup = true)
    {
        var source = new IPEndPoint(IPAddress.Parse(address), port);
        foreach (var resident in _engines.ToList())
        {
            Perform(resident, resident.Engine.Receive(Link, source, packet, Now, toGroup));
        }
        Deliver();
    }

    /// <summary>Moves the clock, stopping wherever an engine wants to be woken.</summary>
    public void Run(long milliseconds)
    {
        var until = Now + milliseconds;
        while (true)
        {
            var next = _engines.Count == 0 ? long.MaxValue : _engines.Min(resident => resident.Engine.NextWake);
            if (next > until)
            {
                Now = until;
                return;
            }
            Now = Math.Max(Now, next);
            foreach (var resident in _engines.Where(resident => resident.Engine.NextWake <= Now).ToList())
            {
                Perform(resident, resident.Engine.Tick(Now));
                Assert.True(
                    resident.Engine.NextWake > Now,
                    "An engine that has just been woken must not want to be woken at once."
                );
            }
            Deliver();
        }
    }

    public IEnumerable<DnsMessage> From(Resident resident, long since = 0) =>
        Sent.Where(sent => sent.From == resident.Name && sent.At >= since).Select(sent => sent.Message);

    private void Perform(Resident resident, IReadOnlyList<MdnsEffect> effects)
    {
        foreach (var effect in effects)
        {
            if (effect is SendPacket send)
            {
                Assert.Equal(Link, send.Link);
                Assert.True(DnsMessage.TryParse(send.Packet, out var message, out var fault), fault);
                Assert.All(message.Questions, question => Assert.False(question.WantsUnicast));
                if (send.To is { } to)
                {
                    Direct.Add((Now, resident.Name, to, message));
                    continue;
                }
                Sent.Add((Now, resident.Name, message));
                _wire.Enqueue((resident, send.Packet));
            }
            else
            {
                resident.Told.Add(effect);
            }
        }
    }

    private void Deliver()
    {
        while (_wire.TryDequeue(out var item))
        {
            foreach (var resident in _engines.Where(to => ReferenceEquals(to, item.From) || !Loses()).ToList())
            {
                var source = new IPEndPoint(item.From.Address, 5353);
                Perform(resident, resident.Engine.Receive(Link, source, item.Packet, Now));
            }
        }
    }
}

internal sealed record Resident(string Name, MdnsEngine Engine, IPAddress Address)
{
    public List<MdnsEffect> Told { get; } = [];

    public IEnumerable<string> Sees => Engine.Services.Select(service => service.Instance).Order(StringComparer.Ordinal);
}
