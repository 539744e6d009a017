namespace EdgeNode.Matching;

/// <summary>
/// The graph of a want list: one resident per item with one offering and one need. The owner of an item that wants another
/// receives it, so the arc goes from the wanted item's offering to the wanting item's need. It counts 1 unless what is
/// given is a dummy.
/// </summary>
internal static class WantListGraph
{
    public static Instance Read(InstanceSource source, AcceptFraction accept)
    {
        var list = WantList.Parse(source.Name, Content(source));
        return new Instance(source.Name, InstanceFormat.WantList, Build(list, accept), list.Warnings) { WantList = list };
    }

    public static ExchangeGraph Build(WantList list, AcceptFraction accept)
    {
        WantEntry[] entries = [.. list.Entries.OrderBy(e => e.Item, StringComparer.Ordinal)];
        string[] names = [.. entries.Select(e => e.Item)];
        var indexOf = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            indexOf.Add(names[i], i);
        var items = Enumerable.Range(0, names.Length).ToArray();
        // An item whose list has no usable want is an offering and no need: nobody could meet it.
        int[] wanting = [.. items.Where(i => entries[i].Wants.Count > 0)];
        var (given, need, score) = Arcs(entries, wanting, indexOf);
        var parts = new GraphParts
        {
            Objective = accept.IsCertain ? PlanObjective.Count : PlanObjective.Expected,
            Residents = GraphIds.Texts(names),
            Offerings = GraphIds.Texts(names, "offering/"),
            Needs = GraphIds.Texts([.. wanting.Select(i => names[i])], "need/"),
            OfferingResident = items,
            NeedResident = wanting,
            Accept = accept.IsCertain ? null : Enumerable.Repeat((ushort)accept.Parts, names.Length).ToArray(),
            AcceptBase = accept.Whole,
            Kind = entries.Any(e => e.IsDummy) ? [.. entries.Select(KindOf)] : null,
            ArcOffering = given,
            ArcNeed = need,
            ArcScore = score,
        };
        // The linker takes each wanted item once per list.
        return parts.TryBuild(out _)!;
    }

    private static ResidentKind KindOf(WantEntry entry) => entry.IsDummy ? ResidentKind.Dummy : ResidentKind.Plain;

    private static (int[] Given, int[] Need, int[] Score) Arcs(
        WantEntry[] entries,
        int[] wanting,
        Dictionary<string, int> indexOf
    )
    {
        var arcs = entries.Sum(e => e.Wants.Count);
        var (given, need, score) = (new int[arcs], new int[arcs], new int[arcs]);
        var at = 0;
        for (var i = 0; i < wanting.Length; i++)
            foreach (var want in entries[wanting[i]].Wants)
            {
                (given[at], need[at]) = (indexOf[want.Item], i);
                score[at] = entries[given[at]].IsDummy ? 0 : 1;
                at++;
            }
        return (given, need, score);
    }

    private static byte[] Content(InstanceSource source)
    {
        using var stream = source.Open();
        using var content = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            content.Write(buffer, 0, read);
            if (content.Length > WantList.MaxBytes)
                throw new WantListException(source.Name, 1, $"a want list of at most {WantList.MaxBytes:N0} bytes");
        }
        return content.ToArray();
    }
}
