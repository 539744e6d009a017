namespace EdgeNode.Matching;

/// <summary>
/// Strongly connected components of the residents (Tarjan 1972, without recursion). A ring lies inside one component, so
/// arcs between components, and with them everyone who only gives or only receives, are out of the search.
/// </summary>
internal sealed class StrongComponents
{
    private const int Unseen = -1;

    private readonly ExchangeGraph _graph;
    private readonly int[] _order;
    private readonly int[] _low;
    private readonly int[] _component;
    private readonly int[] _nextArc;
    private readonly Stack<int> _open = new();
    private readonly Stack<int> _path = new();
    private int _seen;
    private int _count;

    private StrongComponents(ExchangeGraph graph)
    {
        _graph = graph;
        var residents = graph.Residents.Count;
        (_order, _low, _component, _nextArc) = (new int[residents], new int[residents], new int[residents], new int[residents]);
        Array.Fill(_order, Unseen);
        Array.Fill(_component, Unseen);
        for (var resident = 0; resident < residents; resident++)
            if (_order[resident] == Unseen)
                Walk(resident);
    }

    /// <summary>The component number of each resident.</summary>
    public static int[] Of(ExchangeGraph graph) => new StrongComponents(graph)._component;

    private void Walk(int root)
    {
        Enter(root);
        while (_path.TryPeek(out var resident))
        {
            if (_nextArc[resident] < _graph.FirstArc(resident + 1))
                Follow(resident, _graph.ReceiverOf(_nextArc[resident]++));
            else
                Leave();
        }
    }

    private void Enter(int resident)
    {
        _order[resident] = _low[resident] = _seen++;
        _nextArc[resident] = _graph.FirstArc(resident);
        _open.Push(resident);
        _path.Push(resident);
    }

    private void Follow(int resident, int to)
    {
        if (_order[to] == Unseen)
            Enter(to);
        else if (_component[to] == Unseen)
            _low[resident] = Math.Min(_low[resident], _order[to]);
    }

    private void Leave()
    {
        var resident = _path.Pop();
        if (_path.TryPeek(out var parent))
            _low[parent] = Math.Min(_low[parent], _low[resident]);
        if (_low[resident] != _order[resident])
            return;
        int member;
        do
        {
            member = _open.Pop();
            _component[member] = _count;
        } while (member != resident);
        _count++;
    }
}
