using EdgeNode.Appliance;
using EdgeNode.Sync;

namespace EdgeNode.Tests.Sim;

/// <summary>One committed step.</summary>
internal sealed record CommittedStep(
    Cabinet Cabinet,
    IReadOnlyList<NodeInput> Inputs,
    IReadOnlyList<Effect> Effects,
    ViewChange Change
);

/// <summary>What must always hold, seen from one side. Each looks at every commit, at every effect before it is performed, and at the end.</summary>
internal abstract class Checker(World world)
{
    protected World World { get; } = world;

    public virtual void Committed(CommittedStep step) { }

    public virtual void Performing(Cabinet cabinet, Effect effect) { }

    /// <summary>At the end of a healed world, when every cabinet is up.</summary>
    public virtual void Last() { }

    protected void Expect(bool holds, string code, Station? where, string text) => World.Watch.Expect(holds, code, where, text);
}

/// <summary>The checkers of a world. The first promise that does not hold ends the run.</summary>
internal sealed class Watch
{
    private readonly World _world;
    private readonly Checker[] _checkers;

    public Watch(World world)
    {
        _world = world;
        Facts = new RingFacts(world);
        Rest = new RestCheck(world);
        _checkers =
        [
            new VoteCheck(world),
            new CapacityCheck(world),
            new CommitmentCheck(world),
            new CustodyCheck(world),
            new SendingCheck(world),
            new LaneCheck(world),
            new RevokedCheck(world),
            new AuditCheck(world),
        ];
    }

    public RingFacts Facts { get; }
    public RestCheck Rest { get; }

    /// <summary>Codes that are let pass: a planted fault shows which other checker sees it.</summary>
    public HashSet<string> Blind { get; } = new(StringComparer.Ordinal);

    public void Expect(bool holds, string code, Station? where, string text)
    {
        if (!holds && !Blind.Contains(code))
            throw new ViolationException(code, $"{where?.Name ?? "world"} at {_world.Elapsed}: {text}");
    }

    public void Committed(Cabinet cabinet, IReadOnlyList<NodeInput> inputs, IReadOnlyList<Effect> effects)
    {
        if (!_world.Options.IsWatched)
            return;
        var step = new CommittedStep(cabinet, inputs, effects, cabinet.View.Refresh(cabinet.Db));
        Facts.Learn(step);
        foreach (var checker in _checkers)
            checker.Committed(step);
    }

    /// <summary>A node was opened on its disk: exactly what was committed is there.</summary>
    public void Started(Cabinet cabinet)
    {
        cabinet.View.Reopened();
        var change = cabinet.View.Refresh(cabinet.Db, everything: true);
        Expect(change.IsEmpty, "disk.differs", cabinet, $"after a restart the disk does not hold what was committed: {change}");
    }

    public void Performing(Cabinet cabinet, Effect effect)
    {
        if (!_world.Options.IsWatched)
            return;
        foreach (var checker in _checkers)
            checker.Performing(cabinet, effect);
    }

    public void Last()
    {
        foreach (var cabinet in _world.Cabinets)
        {
            var change = cabinet.View.Refresh(cabinet.Db, everything: true);
            Expect(change.IsEmpty, "disk.unseen", cabinet, $"rows changed outside of any step: {change}");
        }
        foreach (var checker in _checkers)
            checker.Last();
    }
}
