namespace EdgeNode.Matching;

/// <summary>
/// The arcs of a graph that lie inside a strongly connected component, in rows by giver and then by receiver, and who gives to
/// whom in reverse. No ring uses another arc.
/// </summary>
internal sealed class InnerArcs
{
    private InnerArcs(int residents, int arcs) =>
        (Start, Arc, To, GiverStart, Giver) = (
            new int[residents + 1],
            new int[arcs],
            new int[arcs],
            new int[residents + 1],
            new int[arcs]
        );

    /// <summary>Where each resident's row starts, and one more entry.</summary>
    public int[] Start { get; }

    /// <summary>Arcs of the graph, by giver, receiver and arc.</summary>
    public int[] Arc { get; }

    /// <summary>The receiver of each, ascending within a row.</summary>
    public int[] To { get; }

    /// <summary>Where the givers of each resident start, and one more entry.</summary>
    public int[] GiverStart { get; }

    /// <summary>Who gives to each resident, ascending; a giver with parallel arcs stands there once, so the ends may be short.</summary>
    public int[] Giver { get; }

    /// <summary>Where the givers of each resident end.</summary>
    public int[] GiverEnd { get; private set; } = [];

    public static InnerArcs Of(ExchangeGraph graph)
    {
        var component = StrongComponents.Of(graph);
        var count = 0;
        for (var giver = 0; giver < graph.Residents.Count; giver++)
        for (var arc = graph.FirstArc(giver); arc < graph.FirstArc(giver + 1); arc++)
            if (component[giver] == component[graph.ReceiverOf(arc)])
                count++;
        var inner = new InnerArcs(graph.Residents.Count, count);
        inner.FillRows(graph, component);
        inner.FillGivers();
        return inner;
    }

    private void FillRows(ExchangeGraph graph, int[] component)
    {
        var at = 0;
        for (var giver = 0; giver < graph.Residents.Count; giver++)
        {
            Start[giver] = at;
            for (var arc = graph.FirstArc(giver); arc < graph.FirstArc(giver + 1); arc++)
                if (component[giver] == component[graph.ReceiverOf(arc)])
                    (To[at], Arc[at++]) = (graph.ReceiverOf(arc), arc);
            SortRow(Start[giver], at);
        }
        Start[^1] = at;
    }

    /// <summary>By receiver, then arc. Rows are short; arcs within a row stand in order already, which insertion keeps.</summary>
    private void SortRow(int first, int end)
    {
        for (var i = first + 1; i < end; i++)
        {
            var (to, arc) = (To[i], Arc[i]);
            var at = i;
            for (; at > first && To[at - 1] > to; at--)
                (To[at], Arc[at]) = (To[at - 1], Arc[at - 1]);
            (To[at], Arc[at]) = (to, arc);
        }
    }

    private void FillGivers()
    {
        foreach (var to in To)
            GiverStart[to + 1]++;
        for (var resident = 0; resident + 1 < GiverStart.Length; resident++)
            GiverStart[resident + 1] += GiverStart[resident];
        GiverEnd = GiverStart.AsSpan(0, GiverStart.Length - 1).ToArray();
        for (var giver = 0; giver + 1 < Start.Length; giver++)
        for (var i = Start[giver]; i < Start[giver + 1]; i++)
            if (i == Start[giver] || To[i] != To[i - 1])
                Giver[GiverEnd[To[i]]++] = giver;
    }
}
