namespace EdgeNode.Matching;

/// <summary>What to split a case by.</summary>
/// <param name="IsThere">False when nothing is in doubt.</param>
/// <param name="Decision">The arc or column.</param>
/// <param name="UsedFirst">Which side to look at first.</param>
internal readonly record struct BranchPick(bool IsThere, BranchDecision Decision, bool UsedFirst);

/// <summary>
/// Chooses the arc whose two cases lower the bound most: by what splitting by it did before, and until that is known a few
/// times by trying both sides with a bounded number of pivots.
/// </summary>
internal sealed class BranchChoice
{
    /// <summary>Arcs tried at a case, most doubtful first.</summary>
    private const int Tried = 10;

    /// <summary>Pivots of a try.</summary>
    private const int PivotsPerTry = 20;

    /// <summary>After this many tries of an arc its average is believed.</summary>
    private const int Reliable = 3;

    private const double Fraction = 1e-6;

    /// <summary>With more rows than this a try costs too much.</summary>
    private const int MostRows = 3000;

    private readonly BranchRules _rules;
    private readonly RootPrices _root;
    private readonly int[] _near;
    private readonly Dictionary<int, Experience> _known = [];
    private readonly Dictionary<int, double> _flow = [];

    public BranchChoice(BranchRules rules, RootPrices root, int[] near) => (_rules, _root, _near) = (rules, root, near);

    private sealed class Experience
    {
        public double UsedSum,
            UnusedSum;
        public int Tries;
    }

    /// <summary>Needs the relaxation of the case to be solved; leaves its basis as it found it.</summary>
    public BranchPick Choose(TreeNode node, long value)
    {
        var doubtful = Doubtful(node);
        if (doubtful.Count == 0)
            return ColumnInDoubt();
        doubtful.Sort((a, b) => CompareDoubt(a, b));
        if (_root.Lp.Rows > MostRows)
            return new BranchPick(true, new BranchDecision(doubtful[0].Arc, -1, true), doubtful[0].Flow >= 0.5);
        if (doubtful.Count > Tried)
            doubtful.RemoveRange(Tried, doubtful.Count - Tried);
        var basis = doubtful.Exists(d => !IsKnown(d.Arc)) ? _root.Lp.Save() : null;
        var (best, score, room) = (doubtful[0], -1.0, node.Bound / WholePrices.MicroPerPoint - value / WholePrices.MicroPerPoint);
        foreach (var candidate in doubtful)
        {
            if (!IsKnown(candidate.Arc))
                Try(candidate, basis!, room);
            var promise = Promise(candidate);
            if (promise > score * (1 + 1e-9))
                (best, score) = (candidate, promise);
        }
        if (basis is not null)
        {
            _root.Lp.Restore(basis);
            _root.Lp.Dual();
        }
        return new BranchPick(true, new BranchDecision(best.Arc, -1, true), best.Flow >= 0.5);
    }

    private bool IsKnown(int arc) => _known.TryGetValue(arc, out var known) && known.Tries >= Reliable;

    /// <summary>
    /// Arcs used in part that were not decided yet: a decided one can still be used in part, where the row that would force it was
    /// left out because another says all that it says.
    /// </summary>
    private List<(int Arc, double Flow)> Doubtful(TreeNode node)
    {
        _flow.Clear();
        foreach (var column in _near)
        {
            var value = _root.ValueOf(column);
            if (value <= Fraction)
                continue;
            foreach (var arc in _rules.ArcsOf(column))
                _flow[arc] = _flow.GetValueOrDefault(arc) + value;
        }
        var doubtful = new List<(int, double)>();
        foreach (var (arc, flow) in _flow)
            if (flow is > Fraction and < 1 - Fraction && _rules.IsSingle(arc) && !node.Decided(arc))
                doubtful.Add((arc, Math.Round(flow, 6)));
        return doubtful;
    }

    private int CompareDoubt((int Arc, double Flow) a, (int Arc, double Flow) b)
    {
        var (left, right) = (Doubt(a), Doubt(b));
        return left != right ? right.CompareTo(left) : a.Arc.CompareTo(b.Arc);
    }

    /// <summary>Known arcs by what they did, others by how undecided they are.</summary>
    private double Doubt((int Arc, double Flow) a) =>
        _known.TryGetValue(a.Arc, out _) ? 1 + Promise(a) : Math.Min(a.Flow, 1 - a.Flow);

    private double Promise((int Arc, double Flow) a)
    {
        if (!_known.TryGetValue(a.Arc, out var known))
            return 0;
        var used = known.UsedSum / known.Tries * (1 - a.Flow);
        var unused = known.UnusedSum / known.Tries * a.Flow;
        return Math.Max(used, 1e-6) * Math.Max(unused, 1e-6);
    }

    /// <summary>Measures how far each side lowers the bound; no further than to where the case would be settled.</summary>
    private void Try((int Arc, double Flow) candidate, int[] basis, double room)
    {
        var before = _root.Lp.BoundNow();
        var used = Math.Min(room, before - BoundAfter(new BranchDecision(candidate.Arc, -1, true), basis));
        var unused = Math.Min(room, before - BoundAfter(new BranchDecision(candidate.Arc, -1, false), basis));
        if (!_known.TryGetValue(candidate.Arc, out var known))
            _known.Add(candidate.Arc, known = new Experience());
        known.UsedSum += Math.Max(0, used) / (1 - candidate.Flow);
        known.UnusedSum += Math.Max(0, unused) / candidate.Flow;
        known.Tries++;
        _root.Lp.Restore(basis);
        _root.Lp.Refresh();
    }

    private double BoundAfter(BranchDecision decision, int[] basis)
    {
        _root.Lp.Restore(basis);
        var mark = _rules.Mark();
        _rules.Apply(decision);
        var outcome = _root.Lp.Dual(PivotsPerTry);
        var bound = outcome == LpOutcome.Infeasible ? double.MinValue / 4 : _root.Lp.BoundNow();
        _rules.Undo(mark);
        return bound;
    }

    /// <summary>All arcs are settled and yet columns are not: residents with several offerings and needs can be paired in several ways.</summary>
    private BranchPick ColumnInDoubt()
    {
        foreach (var column in _near)
            if (_root.ValueOf(column) is > Fraction and < 1 - Fraction)
                return new BranchPick(true, new BranchDecision(-1, column, true), true);
        return default;
    }
}
