using EdgeNode.Appliance;
using EdgeNode.Federation;

namespace EdgeNode.Tests.Sim;

/// <summary>The person in charge of a cabinet: asks for peerings, accepts, sometimes declines or ends one, and starts plans.</summary>
internal sealed class Steward(World world, Cabinet cabinet, Prng prng)
{
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private bool _lookPending;

    public Cabinet Cabinet => cabinet;

    public void Begin()
    {
        world.After(prng.Between(TimeSpan.FromHours(2), world.Options.People.PlanEvery), PlanAgain);
        LookAgain();
    }

    /// <summary>In a healed world every two cabinets find together again.</summary>
    public void Heal()
    {
        _left.Clear();
        LookSoon();
    }

    public void Request(Cabinet other)
    {
        world.Trace.Add(world.Now, cabinet.Name, $"requests {other}");
        _left.Remove(other.Did.Value);
        cabinet.Ask(new RequestPeering(other.Address, Station.PairPort), _ => { });
    }

    public void End((Cabinet A, Cabinet B) pair)
    {
        var other = pair.A == cabinet ? pair.B : pair.A;
        if (!world.Faulty || !cabinet.IsUp || PeerBook.Find(cabinet.Db, other.Did) is not { State: PeerState.Enrolled })
            return;
        world.Counts.Add("peerings ended");
        world.Trace.Add(world.Now, cabinet.Name, $"ends {other}");
        _left.Add(other.Did.Value);
        cabinet.Ask(new EndPeering(other.Did), _ => { });
        world.After(prng.Skewed(TimeSpan.FromMinutes(5), TimeSpan.FromHours(30)), () => Request(other));
    }

    public void LookSoon()
    {
        if (_lookPending || !world.Options.People.Automatic)
            return;
        _lookPending = true;
        var wait = world.People.Settling ? TimeSpan.FromMinutes(10) : TimeSpan.FromHours(1);
        world.After(prng.Skewed(TimeSpan.FromMinutes(1), wait), Look);
    }

    private void LookAgain()
    {
        LookSoon();
        world.After(TimeSpan.FromHours(3), LookAgain);
    }

    private void Look()
    {
        _lookPending = false;
        if (!cabinet.IsUp)
            return;
        foreach (var peering in PeerBook.All(cabinet.Db).Where(p => p.State == PeerState.ProposedByThem))
            AnswerRequest(peering);
        foreach (var peering in PeerBook.All(cabinet.Db).Where(p => p.State == PeerState.Suspended))
            cabinet.Ask(new ResumePeering(peering.Did), _ => { });
        foreach (var other in world.Cabinets.Where(c => c != cabinet && !_left.Contains(c.Did.Value)))
            Insist(other);
    }

    private void AnswerRequest(Peering peering)
    {
        if (_left.Contains(peering.Did.Value) && world.Faulty)
            return;
        var declines = world.Faulty && prng.Percent(5);
        cabinet.Ask(declines ? new DeclinePeering(peering.Did) : new AcceptPeering(peering.Did), _ => { });
    }

    /// <summary>A steward who misses a neighbour asks again.</summary>
    private void Insist(Cabinet other)
    {
        var state = PeerBook.Find(cabinet.Db, other.Did)?.State ?? PeerState.None;
        var missing = state is PeerState.None or PeerState.Declined or PeerState.Revoked or PeerState.ProposedByUs;
        var patient = state == PeerState.None && world.Elapsed < TimeSpan.FromHours(3);
        if (missing && !patient && (world.People.Settling || prng.Percent(30)))
            Request(other);
    }

    private void PlanAgain()
    {
        if (!world.Faulty)
            return;
        cabinet.Ask(new PlanNow(), _ => { });
        world.After(prng.Between(world.Options.People.PlanEvery / 2, world.Options.People.PlanEvery * 3 / 2), PlanAgain);
    }
}
