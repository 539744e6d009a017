using EdgeNode.Hardware.Power;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

/// <summary>Power as the page and the interface show it.</summary>
internal static class PowerQueries
{
    /// <summary>Points of a chart: more than its width in pixels nobody sees.</summary>
    public const int MostSpots = 400;
    private const int Days = 14;

    public static PowerView Of(
        Db db,
        NodeNames names,
        PowerFacts? facts,
        IReadOnlyList<AlertFact> alerts,
        Moment from,
        Moment now
    ) => new(facts, Loads(db), History(db, from, now), Energy(db), Neighbours(db, names), alerts);

    private static List<LoadChoice> Loads(Db db)
    {
        var plan = new LoadPlan();
        var edits = PowerBook.Edits(db);
        foreach (var (state, load, word) in edits)
        {
            plan.Edit(state, load, word);
        }

        return
        [
            .. LoadPlan.Editable.SelectMany(state =>
                LoadPlan.Loads.Select(load => new LoadChoice(
                    state.ToString(),
                    load.Name,
                    plan.Word(state, load.Name),
                    edits.Exists(e => e.State == state && e.Load == load.Name)
                ))
            ),
        ];
    }

    private static List<PowerSpot> History(Db db, Moment from, Moment now) =>
        [
            .. PowerHistory
                .Read(db, from, now, MostSpots)
                .Select(p => new PowerSpot(EntryQueries.At(p.At.Ms), p.Mains, p.Percent, p.Volts, p.Watts)),
        ];

    private static List<PowerDay> Energy(Db db) =>
        [.. PowerHistory.Energy(db, Days).Select(d => new PowerDay(EntryQueries.At(d.Day.Ms), d.WattHours))];

    private static List<NeighbourPower> Neighbours(Db db, NodeNames names) =>
        [
            .. PowerBook
                .Neighbours(db)
                .Select(p => new NeighbourPower(
                    p.Peer.Value,
                    names.Of(p.Peer.Value),
                    p.Word,
                    p.Why,
                    EntryQueries.At(p.Since.Ms),
                    p.BackAfter is { } at ? EntryQueries.At(at.Ms) : null
                )),
        ];
}
