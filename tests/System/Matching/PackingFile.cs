using System.Globalization;
using System.Numerics;
using System.Text;

namespace EdgeNode.Tests.System.Matching;

/// <summary>
/// A market file read and enumerated without any of the product's code, and its packing problem as a CPLEX LP file: a binary column a ring, a row an offering or
/// a need. What a general solver makes of it is the truth that our solver is held against.
/// </summary>
internal sealed class PackingFile
{
    private readonly List<Arc> _arcs = [];
    private readonly Dictionary<int, List<int>> _out = [];
    private readonly Dictionary<string, int> _capacity = [];
    private readonly List<(int[] Arcs, BigInteger Micro)> _rings = [];

    private PackingFile() { }

    public int Rings => _rings.Count;

    public static PackingFile Read(string market, int cap)
    {
        var file = new PackingFile();
        var (people, offers, needs) = (new Dictionary<int, int>(), new Dictionary<int, int>(), new Dictionary<int, int>());
        foreach (var line in File.ReadLines(market).Skip(1))
        {
            var kind = line[0];
            var f = line.Split(' ')
                .Skip(1)
                .Select(w => decimal.Parse(w, CultureInfo.InvariantCulture))
                .Select(d => (int)d)
                .ToArray();
            switch (kind)
            {
                case 'P':
                    people[f[0]] = f[4];
                    break;
                case 'O':
                    (offers[f[0]], file._capacity["o" + f[0]]) = (f[1], f[3]);
                    break;
                case 'N':
                    (needs[f[0]], file._capacity["n" + f[0]]) = (f[1], f[3]);
                    break;
                default:
                    file.Add(new Arc(offers[f[0]], needs[f[1]], "o" + f[0], "n" + f[1], f[2], people[offers[f[0]]]));
                    break;
            }
        }
        foreach (var root in file._out.Keys.Order())
            file.Extend(root, root, [], cap);
        return file;
    }

    public void Write(string lp)
    {
        var text = new StringBuilder("Maximize\n obj:\n");
        var rows = new Dictionary<string, List<int>>();
        for (var ring = 0; ring < _rings.Count; ring++)
        {
            var (arcs, micro) = _rings[ring];
            text.Append(CultureInfo.InvariantCulture, $" + {micro / 1_000_000}.{(long)(micro % 1_000_000):D6} x{ring}\n");
            foreach (var row in arcs.SelectMany(a => new[] { _arcs[a].Offer, _arcs[a].Need }))
                (rows.TryGetValue(row, out var columns) ? columns : rows[row] = []).Add(ring);
        }
        text.Append("Subject To\n");
        foreach (var (row, columns) in rows)
            text.Append(
                CultureInfo.InvariantCulture,
                $" {row}: {string.Join("\n + ", columns.Select(c => $"x{c}"))} <= {_capacity[row]}\n"
            );
        text.Append("Binary\n").AppendJoin('\n', Enumerable.Range(0, _rings.Count).Select(r => $" x{r}")).Append("\nEnd\n");
        File.WriteAllText(lp, text.ToString());
    }

    private void Add(Arc arc)
    {
        (_out.TryGetValue(arc.Giver, out var row) ? row : _out[arc.Giver] = []).Add(_arcs.Count);
        _arcs.Add(arc);
    }

    /// <summary>Rings from their smallest resident on, each once.</summary>
    private void Extend(int root, int resident, int[] arcs, int cap)
    {
        foreach (var arc in _out.GetValueOrDefault(resident, []))
        {
            var to = _arcs[arc].Receiver;
            if (to == root && arcs.Length > 0)
                Close([.. arcs, arc]);
            else if (to > root && arcs.Length + 1 < cap && Array.TrueForAll(arcs, a => _arcs[a].Receiver != to))
                Extend(root, to, [.. arcs, arc], cap);
        }
    }

    /// <summary>Worth: the sum of the scores times the product of the chances, in micro-points, floored once.</summary>
    private void Close(int[] arcs)
    {
        var scores = arcs.Sum(a => _arcs[a].Score);
        var chance = arcs.Aggregate(BigInteger.One, (product, a) => product * _arcs[a].AcceptPercent);
        _rings.Add((arcs, 1_000_000 * scores * chance / BigInteger.Pow(100, arcs.Length)));
    }

    private sealed record Arc(int Giver, int Receiver, string Offer, string Need, int Score, int AcceptPercent);
}
