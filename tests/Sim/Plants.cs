using EdgeNode.Appliance;
using EdgeNode.Sync;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// A fault that is put into a world on purpose, from outside: in what the shell does around a node, or in its database between two steps. No product code
/// knows of it.
/// </summary>
/// <param name="Name">How it is called on the command line.</param>
/// <param name="What">The mistake that it stands for.</param>
/// <param name="Caught">Codes of the checkers that have to see it; one of them is enough.</param>
internal sealed record Plant(string Name, string What, params string[] Caught)
{
    /// <summary>Codes that are let pass, to show that the fault is also seen further away.</summary>
    public IReadOnlyList<string> Blind { get; init; } = [];

    /// <summary>Between two steps of a cabinet; answers whether something was planted.</summary>
    public Func<PlantSite, bool>? Tamper { get; init; }

    /// <summary>Tampers again after the first time.</summary>
    public bool Repeats { get; init; }

    /// <summary>Goes on when the world has been healed: a fault of the code, not of the world.</summary>
    public bool OutlastsFaults { get; init; }

    /// <summary>Whether a step with these effects is performed and then thrown away by a power cut.</summary>
    public Func<PlantSite, IReadOnlyList<NodeInput>, IReadOnlyList<Effect>, bool>? ForgetsStep { get; init; }

    /// <summary>A step is committed, performed, and gone after a power cut all the same.</summary>
    public bool LosesCommit { get; init; }

    /// <summary>What leaves the cabinet in place of an effect.</summary>
    public Func<PlantSite, Effect, Effect>? Alters { get; init; }

    /// <summary>Whether the shell answers a command by itself and never gives it to the node.</summary>
    public Func<Command, bool>? Swallows { get; init; }

    /// <summary>The world it grows in.</summary>
    public Func<WorldOptions, WorldOptions> Soil { get; init; } = o => o;
}

/// <summary>Where a fault is planted.</summary>
internal sealed record PlantSite(World World, Cabinet Cabinet, Prng Prng);

/// <summary>Plants the fault of a world wherever it can, and counts.</summary>
internal sealed class Plants
{
    private readonly Plant _plant;
    private readonly World _world;
    private readonly Prng _prng;

    public Plants(Plant plant, World world, Prng prng)
    {
        (_plant, _world, _prng) = (plant, world, prng);
        foreach (var code in plant.Blind)
            world.Watch.Blind.Add(code);
    }

    public int Planted { get; private set; }

    public void AfterStep(Cabinet cabinet)
    {
        var ended = !_world.Faulty && !_plant.OutlastsFaults;
        if (_plant.Tamper is not { } tamper || ended || (Planted > 0 && !_plant.Repeats))
            return;
        if (tamper(Site(cabinet)))
            Count(cabinet);
    }

    public Effect Alter(Cabinet cabinet, Effect effect)
    {
        if (_plant.Alters is not { } alters || !_world.Faulty || (Planted > 0 && !_plant.Repeats))
            return effect;
        var altered = alters(Site(cabinet), effect);
        if (altered != effect)
            Count(cabinet);
        return altered;
    }

    public bool Swallows(Cabinet cabinet, Command command)
    {
        if (_plant.Swallows?.Invoke(command) != true || !_world.Faulty)
            return false;
        Count(cabinet);
        return true;
    }

    /// <summary>Whether this step's disk may be wanted back.</summary>
    public bool WantsImage(IReadOnlyList<NodeInput> batch) =>
        _world.Faulty
        && Planted == 0
        && (
            (_plant.ForgetsStep is not null && batch.Any(i => i is Received or Asked)) || (_plant.LosesCommit && _prng.Percent(2))
        );

    public bool ForgetsStep(Cabinet cabinet, IReadOnlyList<NodeInput> batch, IReadOnlyList<Effect> effects)
    {
        if (Planted > 0 || _plant.ForgetsStep?.Invoke(Site(cabinet), batch, effects) != true)
            return false;
        Count(cabinet);
        return true;
    }

    public bool LosesCommit(Cabinet cabinet)
    {
        if (_plant.LosesCommit)
            Count(cabinet);
        return _plant.LosesCommit;
    }

    private void Count(Cabinet cabinet)
    {
        if (Planted++ == 0)
            _world.Trace.Add(_world.Now, cabinet.Name, "planted " + _plant.Name);
    }

    private PlantSite Site(Cabinet cabinet) => new(_world, cabinet, _prng);
}
