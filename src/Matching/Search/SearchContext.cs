namespace EdgeNode.Matching;

/// <summary>What all parts of one planning run share.</summary>
/// <param name="Pool">The columns; ids in problems are positions in it.</param>
/// <param name="WithProof">Whether proofs are kept.</param>
internal sealed record SearchContext(ColumnPool Pool, bool WithProof)
{
    /// <summary>The prices of a part by resource, as a proof holds them.</summary>
    public PriceList ToList(PackingProblem problem, long[] units)
    {
        var (resources, prices) = (new List<int>(), new List<long>());
        var once = new List<(int[], bool, long)>();
        var triples = new List<(Triple, long)>();
        foreach (var row in ByName(problem))
        {
            var name = problem.Names[row];
            if (units[row] == 0)
                continue;
            if (name < 0)
                once.Add((Pool.Arcs(~name).ToArray(), Pool.IsChain(~name), units[row]));
            else if (name >= PackingProblem.FirstTriple)
                triples.Add((problem.Triples[name - PackingProblem.FirstTriple], units[row]));
            else
            {
                resources.Add(name);
                prices.Add(units[row]);
            }
        }
        return new PriceList([.. resources], [.. prices], [.. once], [.. triples]);
    }

    private static int[] ByName(PackingProblem problem)
    {
        int[] rows = [.. Enumerable.Range(0, problem.Rows)];
        Array.Sort(rows, (a, b) => problem.Names[a].CompareTo(problem.Names[b]));
        return rows;
    }
}
