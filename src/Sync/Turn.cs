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
    private readonly HashSet<PageChanged> _pages = [];

    public Db Db { get; } = db;
    public Moment Now { get; } = now;
    public IReadOnlyList<Effect> Effects => _effects;

    /// <summary>That a page has changed is said once in a step, however much of it did.</summary>
    public void Emit(Effect effect)
    {
        if (effect is not PageChanged page || _pages.Add(page))
            _effects.Add(effect);
    }
}
