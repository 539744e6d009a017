using System.Globalization;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Sim;

/// <summary>How the residents of a market are spread over the cabinets.</summary>
internal enum ModeCut
{
    /// <summary>As the market says: neighbours live at one cabinet, and few arcs lead to another.</summary>
    Place,

    /// <summary>In turn: almost all arcs lead to another cabinet.</summary>
    Spread,
}

/// <summary>A resident of a market file with what they give and want.</summary>
internal sealed record ModeResident(int Cabinet, List<string> Gives, List<string[]> Wants);

/// <summary>
/// A generated market (<c>edgenode match generate</c>) as residents post it: every offering is a category of its own, and a need accepts exactly those that have
/// an arc to it. So the arcs are those of the file, whatever the cabinets know of places and times.
/// </summary>
internal sealed class ModeMarket
{
    private ModeMarket(ModeResident[] residents) => Residents = residents;

    public ModeResident[] Residents { get; }

    /// <exception cref="FormatException">A line is not what the format says; the message names it.</exception>
    public static ModeMarket Read(string file, int cabinets, ModeCut cut)
    {
        var residents = new List<ModeResident>();
        var needs = new List<(int Resident, List<string> Accepts)>();
        var line = 0;
        foreach (var text in File.ReadLines(file))
        {
            line++;
            var fields = text.Split(' ');
            try
            {
                Take(fields, residents, needs, cabinets, cut);
            }
            catch (Exception e) when (e is FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException)
            {
                throw new FormatException($"{file}:{line}: '{text}' is not a line of a market file");
            }
        }
        foreach (var (resident, accepts) in needs.Where(n => n.Accepts.Count > 0))
            residents[resident].Wants.Add([.. accepts.Take(1024)]);
        return new ModeMarket([.. residents]);
    }

    /// <summary>What a solver makes of the whole market at once, in items.</summary>
    public Plan Solve(int cap)
    {
        var offerings = Residents.SelectMany((r, i) => r.Gives.Select(o => new MarketOffering(o, "r" + i, "all", o, 1, [])));
        var needs = Residents.SelectMany(
            (r, i) => r.Wants.Select((accepts, k) => new MarketNeed($"n{i}/{k}", "r" + i, "all", accepts, 1, []))
        );
        return Planner.Solve(Market.Create(offerings, needs), new PlanOptions { Cap = cap });
    }

    private static void Take(
        string[] fields,
        List<ModeResident> residents,
        List<(int Resident, List<string> Accepts)> needs,
        int cabinets,
        ModeCut cut
    )
    {
        switch (fields[0])
        {
            case "M":
                break;
            case "P":
                residents.Add(new ModeResident((cut == ModeCut.Place ? Number(fields[2]) : residents.Count) % cabinets, [], []));
                break;
            case "O":
                residents[Number(fields[2])].Gives.Add("o" + Number(fields[1]));
                break;
            case "N":
                needs.Add((Number(fields[2]), []));
                break;
            case "E":
                needs[Number(fields[2])].Accepts.Add("o" + Number(fields[1]));
                break;
            default:
                throw new FormatException();
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
