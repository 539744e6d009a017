using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>Something the shell does after the commit of the step that asked for it, never before.</summary>
public abstract record Effect;

/// <summary>
/// One step of the node: the transaction it writes in, the time it was told, and the effects that follow its commit. Modules write and speak through
/// this and nothing else.
/// </summary>
public sealed class Turn(Db db, Moment now)
{
    private readonly List<Effect> _effects = [];

    public Db Db { get; } = db;
    public Moment Now { get; } = now;
    public IReadOnlyList<Effect> Effects => _effects;

    public void Emit(Effect effect) => _effects.Add(effect);
}
