namespace EdgeNode.Matching;

/// <summary>
/// Checks a certificate against a graph, in whole numbers only and without any code of the solver's. What is proved is always
/// about a set of columns (rings and chains), at first all of them:
/// <list type="bullet">
/// <item><b>prices</b>: every column is worth no more than its resources cost. Then no plan is worth more than all resources
/// cost together, each as often as its capacity. A column can have a price of its own, since a plan holds it once. Three
/// resources of capacity one can have a price that every column with two of them pays, since a plan holds one such column at
/// most: two of them would share a resource. Prices are not below zero, except for resources that the case says are used to the full.</item>
/// <item><b>fix</b>: under such prices, a plan with a column that costs so much more than it is worth that no more than the
/// threshold is left, is worth no more than the threshold. The rest of the proof is about the other columns.</item>
/// <item><b>split</b>: columns belong to the part that their first resource with a part names, or are counted in full. Any
/// division will do: the bound is the sum.</item>
/// <item><b>arc</b>, <b>column</b>: the plan uses it or does not. Used, resources of capacity one go to no column without it.</item>
/// </list>
/// Bounds are rounded down to a multiple of what the weights of all columns in question are multiples of.
/// </summary>
public sealed class CertificateCheck
{
    /// <summary>Prices are in 2^-20 micro-points.</summary>
    internal const int UnitBits = 20;

    private readonly ExchangeGraph _graph;
    private readonly PlanOptions _options;
    private readonly HashSet<int> _full = [];
    private readonly HashSet<string> _held = [];

    private CertificateCheck(ExchangeGraph graph, PlanOptions options) => (_graph, _options) = (graph, options);

    private sealed record Column(int[] Arcs, bool Chain, long Weight);

    private sealed class Flaw(string message) : Exception(message);

    /// <summary>
    /// Checks that <paramref name="certificate"/> proves its bound for all plans of the graph under the cap and chain limit of
    /// <paramref name="options"/>. Never throws for what a certificate may say.
    /// </summary>
    public static CertificateVerdict Run(ExchangeGraph graph, PlanOptions options, PlanCertificate certificate)
    {
        try
        {
            var check = new CertificateCheck(graph, options);
            var bound = check.CheckRoot(certificate.Root);
            return bound <= certificate.BoundMicro
                ? new(true, certificate.BoundMicro, "")
                : new(false, certificate.BoundMicro, $"It proves a bound of {bound} micro-points, not {certificate.BoundMicro}.");
        }
        catch (Flaw flaw)
        {
            return new(false, certificate.BoundMicro, flaw.Message);
        }
        catch (OverflowException)
        {
            return new(false, certificate.BoundMicro, "Its numbers are beyond all measure.");
        }
    }

    /// <summary>What all scores of arcs are multiples of, where everybody accepts for sure.</summary>
    private Int128 UnitOfArcs()
    {
        Int128 unit = 0;
        for (var arc = 0; arc < _graph.Arcs && _graph.AcceptBase == 1; arc++)
            unit = Gcd(_graph.ScoreMicroOf(arc), unit);
        return Int128.Max(1, unit);
    }

    /// <summary>What all weights are multiples of, and so is what any plan is worth; 0 without columns.</summary>
    private static Int128 UnitOf(List<Column> columns)
    {
        Int128 unit = 0;
        foreach (var column in columns)
            unit = Gcd(column.Weight, unit);
        return unit;
    }

    private static Int128 Gcd(Int128 a, Int128 b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }

    /// <summary>The first step looks at every column of the graph but keeps only those that later steps are about.</summary>
    private Int128 CheckRoot(Proof root)
    {
        var split = root as SplitProof ?? new SplitProof([([.. Enumerable.Range(0, Resources)], root)], []);
        var partOf = PartOf(split);
        var sure = SureOf(split);
        var first = split.Parts.Select(part => new FirstLook(this, part.Resources, part.Proof)).ToArray();
        var walk = new ColumnWalk(_graph, _options.Cap, _options.ChainLimit, Visit);
        walk.Rings();
        // A proof that is about the whole graph at once may be about more chains than can be looked at one by one.
        if (root is SplitProof || _options.ChainLimit == 0)
            walk.Chains(_ => 0, 0);
        else
            walk.Chains(first[0].CostOf, first[0].PassOver(UnitOfArcs()));
        Int128 bound = 0;
        foreach (var (arcs, chain) in split.Sure)
            bound += Weigh(arcs, chain);
        foreach (var part in first)
            bound += part.Finish();
        return bound;

        void Visit(ReadOnlySpan<int> arcs, bool chain, long weight)
        {
            var part = FirstPart(arcs, partOf);
            if (part >= 0)
                first[part].Visit(arcs, chain, weight);
            else if (sure.Count == 0 || !sure.Contains(NameOf(arcs)))
                throw new Flaw("A ring or chain belongs to no part.");
        }
    }

    private int Resources => _graph.Offerings.Count + _graph.Needs.Count;

    /// <summary>One part of the first step: takes the columns one by one and keeps what the rest of its proof is about.</summary>
    private sealed class FirstLook
    {
        private readonly CertificateCheck _check;
        private readonly Proof _proof;
        private readonly Prices? _prices;
        private readonly List<(Column Column, Int128 Slack)> _near = [];
        private Int128 _unit;

        public FirstLook(CertificateCheck check, int[] resources, Proof proof)
        {
            (_check, _proof) = (check, proof);
            var list = (proof as PriceProof)?.Prices ?? (proof as FixProof)?.Prices;
            if (list is null)
                return;
            if (!list.Resources.AsSpan().SequenceEqual(resources) && list.Resources.Except(resources).Any())
                throw new Flaw("A part prices a resource that is not its own.");
            _prices = new Prices(check, list);
        }

        public long CostOf(int arc) => _prices?.CostOf(arc) ?? 0;

        /// <summary>From now on columns may be left out that are dearer than their worth by the answer; all weights are multiples of the unit.</summary>
        public Int128 PassOver(Int128 unit)
        {
            _unit = Gcd(_unit, unit);
            if (_prices is null)
                return Int128.MaxValue / 4;
            return _proof is FixProof fix ? Int128.Max(0, Enough(_prices, fix.Threshold, _unit)) : 0;
        }

        /// <summary>
        /// The unit is known at the end only. The smaller it is the more is near, so what is near under a unit of one is kept.
        /// </summary>
        public void Visit(ReadOnlySpan<int> arcs, bool chain, long weight)
        {
            _unit = Gcd(weight, _unit);
            var slack = _prices?.Covers(arcs, weight) ?? 0;
            if (_proof is PriceProof || (_proof is FixProof fix && slack >= Enough(_prices!, fix.Threshold, 1)))
                return;
            _near.Add((new Column(arcs.ToArray(), chain, weight), slack));
        }

        public Int128 Finish()
        {
            if (_proof is PriceProof)
                return Down(_prices!.Total, _unit);
            if (_proof is not FixProof fix)
                return _check.Check(_proof, _near.ConvertAll(n => n.Column));
            var enough = Enough(_prices!, fix.Threshold, _unit);
            return Int128.Max(
                fix.Threshold,
                _check.Check(fix.Rest, _near.FindAll(n => n.Slack < enough).ConvertAll(n => n.Column))
            );
        }
    }

    /// <summary>Prices by resource, as one step of a proof gives them.</summary>
    private sealed class Prices
    {
        private readonly CertificateCheck _check;
        private readonly Dictionary<int, long> _price = [];
        private readonly Dictionary<string, long> _once = [];
        private readonly Dictionary<int, List<int>> _triplesOf = [];
        private readonly List<long> _tripleUnits = [];
        private readonly Dictionary<int, int> _uses = [];

        public Prices(CertificateCheck check, PriceList list)
        {
            _check = check;
            for (var i = 0; i < list.Resources.Length; i++)
            {
                var (resource, units) = (list.Resources[i], list.Units[i]);
                if (resource >= check.Resources)
                    throw new Flaw($"There is no resource {resource}.");
                if (units < 0 && !check._full.Contains(resource))
                    throw new Flaw($"The price of resource {resource} is below zero.");
                if (!_price.TryAdd(resource, units))
                    throw new Flaw($"Resource {resource} has two prices.");
                Total += (Int128)units * check.CapacityOf(resource);
            }
            foreach (var (arcs, _, units) in list.Once)
            {
                var name = NameOf(arcs);
                if (units < 0 && !check._held.Contains(name))
                    throw new Flaw("The own price of a column is below zero.");
                if (!_once.TryAdd(name, units))
                    throw new Flaw("A column has two own prices.");
                Total += units;
            }
            foreach (var (triple, units) in list.Triples)
                Add(triple, units);
        }

        private void Add(Triple triple, long units)
        {
            if (triple.A >= triple.B || triple.B >= triple.C)
                throw new Flaw("The resources of a triple are not three, ascending.");
            if (units < 0)
                throw new Flaw("The price of a triple is below zero.");
            foreach (var resource in (ReadOnlySpan<int>)[triple.A, triple.B, triple.C])
            {
                if (resource >= _check.Resources || _check.CapacityOf(resource) != 1)
                    throw new Flaw($"Resource {resource} of a triple is not there or can be used more than once.");
                if (!_triplesOf.TryGetValue(resource, out var triples))
                    _triplesOf.Add(resource, triples = []);
                triples.Add(_tripleUnits.Count);
            }
            _tripleUnits.Add(units);
            Total += units;
        }

        /// <summary>The prices of the triples of which a column uses two or three.</summary>
        private Int128 TriplesOf(ReadOnlySpan<int> arcs)
        {
            Int128 cost = 0;
            _uses.Clear();
            foreach (var arc in arcs)
            foreach (var resource in (ReadOnlySpan<int>)[_check.Given(arc), _check.Met(arc)])
            foreach (var triple in _triplesOf.GetValueOrDefault(resource) ?? [])
            {
                var uses = _uses[triple] = _uses.GetValueOrDefault(triple) + 1;
                if (uses == 2)
                    cost += _tripleUnits[triple];
            }
            return cost;
        }

        public Int128 Total { get; private set; }

        public long CostOf(int arc) => _price.GetValueOrDefault(_check.Given(arc)) + _price.GetValueOrDefault(_check.Met(arc));

        /// <summary>How much more a column costs than it is worth; a flaw when it is less.</summary>
        public Int128 Covers(ReadOnlySpan<int> arcs, long weight)
        {
            var slack = -((Int128)weight << UnitBits);
            foreach (var arc in arcs)
                slack += CostOf(arc);
            if (_once.Count > 0)
                slack += _once.GetValueOrDefault(NameOf(arcs));
            if (_tripleUnits.Count > 0)
                slack += TriplesOf(arcs);
            return slack >= 0 ? slack : throw new Flaw("A ring or chain is worth more than its resources cost.");
        }
    }

    /// <summary>From this much dearness on, what is left of the total is rounded to the threshold or less.</summary>
    private static Int128 Enough(Prices prices, long threshold, Int128 unit)
    {
        if (unit == 0)
            return Int128.MinValue / 4;
        // Rounding down ends at the threshold for all totals below the next multiple of the unit above it.
        var next = threshold < 0 ? 0 : (threshold / unit + 1) * unit;
        return prices.Total - (next << UnitBits) + 1;
    }

    /// <summary>A bound on all plans of the columns.</summary>
    private Int128 Check(Proof proof, List<Column> columns)
    {
        switch (proof)
        {
            case PriceProof leaf:
                return Down(Covering(leaf.Prices, columns, out _), UnitOf(columns));
            case FixProof fix:
                Covering(fix.Prices, columns, out var prices);
                var enough = Enough(prices, fix.Threshold, UnitOf(columns));
                return Int128.Max(fix.Threshold, Check(fix.Rest, columns.FindAll(c => prices.Covers(c.Arcs, c.Weight) < enough)));
            case SplitProof split:
                return CheckSplit(split, columns);
            case ArcProof arc:
                return CheckArc(arc, columns);
            case ColumnProof column:
                return CheckColumn(column, columns);
            default:
                throw new Flaw("It is made of something unknown.");
        }
    }

    private Int128 Covering(PriceList list, List<Column> columns, out Prices prices)
    {
        prices = new Prices(this, list);
        foreach (var column in columns)
            prices.Covers(column.Arcs, column.Weight);
        return prices.Total;
    }

    private Int128 CheckSplit(SplitProof split, List<Column> columns)
    {
        var (partOf, sure) = (PartOf(split), SureOf(split));
        var lists = split.Parts.Select(_ => new List<Column>()).ToArray();
        Int128 bound = 0;
        foreach (var column in columns)
        {
            var part = FirstPart(column.Arcs, partOf);
            if (part >= 0)
                lists[part].Add(column);
            else if (sure.Contains(NameOf(column.Arcs)))
                bound += column.Weight;
            else
                throw new Flaw("A ring or chain belongs to no part.");
        }
        for (var part = 0; part < lists.Length; part++)
            bound += Check(split.Parts[part].Proof, lists[part]);
        return bound;
    }

    private Int128 CheckArc(ArcProof proof, List<Column> columns)
    {
        if (proof.Arc >= _graph.Arcs)
            throw new Flaw($"There is no arc {proof.Arc}.");
        var single = new[] { Given(proof.Arc), Met(proof.Arc) }.Where(r => CapacityOf(r) == 1).ToHashSet();
        var filled = single.Where(_full.Add).ToArray();
        var used = Check(
            proof.Used,
            columns.FindAll(c =>
                Array.IndexOf(c.Arcs, proof.Arc) >= 0 || !c.Arcs.Any(a => single.Contains(Given(a)) || single.Contains(Met(a)))
            )
        );
        _full.ExceptWith(filled);
        return Int128.Max(used, Check(proof.Unused, columns.FindAll(c => Array.IndexOf(c.Arcs, proof.Arc) < 0)));
    }

    private Int128 CheckColumn(ColumnProof proof, List<Column> columns)
    {
        var name = NameOf(proof.Arcs);
        if (proof.Arcs.Any(a => a >= _graph.Arcs))
            throw new Flaw("A column has an arc that is not there.");
        var single = proof.Arcs.SelectMany(a => new[] { Given(a), Met(a) }).Where(r => CapacityOf(r) == 1).ToHashSet();
        var filled = single.Where(_full.Add).ToArray();
        var named = _held.Add(name);
        var held = Check(
            proof.Held,
            columns.FindAll(c => NameOf(c.Arcs) == name || !c.Arcs.Any(a => single.Contains(Given(a)) || single.Contains(Met(a))))
        );
        _full.ExceptWith(filled);
        if (named)
            _held.Remove(name);
        return Int128.Max(held, Check(proof.Absent, columns.FindAll(c => NameOf(c.Arcs) != name)));
    }

    private int[] PartOf(SplitProof split)
    {
        var partOf = new int[Resources];
        Array.Fill(partOf, -1);
        for (var part = 0; part < split.Parts.Length; part++)
            foreach (var resource in split.Parts[part].Resources)
                if (resource >= partOf.Length || partOf[resource] >= 0)
                    throw new Flaw($"Resource {resource} is not there or in two parts.");
                else
                    partOf[resource] = part;
        return partOf;
    }

    private int FirstPart(ReadOnlySpan<int> arcs, int[] partOf)
    {
        foreach (var arc in arcs)
        {
            if (partOf[Given(arc)] >= 0)
                return partOf[Given(arc)];
            if (partOf[Met(arc)] >= 0)
                return partOf[Met(arc)];
        }
        return -1;
    }

    private static HashSet<string> SureOf(SplitProof split) => [.. split.Sure.Select(s => NameOf(s.Arcs))];

    /// <summary>Arcs in giving order name a column: a ring ends where it began, a chain does not.</summary>
    private static string NameOf(ReadOnlySpan<int> arcs) => string.Join(' ', arcs.ToArray());

    private Int128 Weigh(int[] arcs, bool chain)
    {
        if (arcs.Any(a => a >= _graph.Arcs))
            throw new Flaw("A column has an arc that is not there.");
        return chain ? _graph.WeighChain(arcs) : _graph.Weigh(arcs);
    }

    private static Int128 Down(Int128 total, Int128 unit)
    {
        var micro = Int128.Max(0, total >> UnitBits);
        return unit == 0 ? 0 : micro - micro % unit;
    }

    private int Given(int arc) => _graph.OfferingOf(arc);

    private int Met(int arc) => _graph.Offerings.Count + _graph.NeedOf(arc);

    private int CapacityOf(int resource) =>
        resource < _graph.Offerings.Count
            ? _graph.OfferingCapacity(resource)
            : _graph.NeedCapacity(resource - _graph.Offerings.Count);
}
