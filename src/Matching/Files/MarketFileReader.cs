using System.Buffers.Text;

namespace EdgeNode.Matching;

/// <summary>
/// Reads a generated market: <c>M residents offers needs arcs</c>, then <c>P id cabinet x_km y_km accept_percent
/// trust_percent</c>, <c>O id resident category capacity</c>, <c>N id resident category capacity</c> and <c>E offer need
/// score</c>, in this order of kinds; within a kind ids may come in any order, each exactly once.
/// </summary>
internal sealed class MarketFileReader
{
    private const int MaxScore = 100;
    private const string Header = "M residents offers needs arcs, four whole numbers";

    private readonly LineReader _lines;
    private readonly (int Offering, int Need)? _watch;
    private int[] _home = [];
    private ushort[] _accept = [];
    private int[] _giver = [];
    private int[] _receiver = [];
    private ushort[] _offered = [];
    private ushort[] _needed = [];
    private int[] _arcOffering = [];
    private int[] _arcNeed = [];
    private int[] _arcScore = [];
    private bool _watchSeen;

    private MarketFileReader(LineReader lines, (int, int)? watch) => (_lines, _watch) = (lines, watch);

    public static Instance Read(InstanceSource source, InstanceOptions options, AcceptFraction accept)
    {
        if (!accept.IsCertain)
            throw new MarketException(
                new(
                    "market.accept_twice",
                    $"{source.Name} has acceptances of its own; --accept other than 1 does not go with it."
                )
            );
        using var lines = new LineReader(source.Name, source.Open());
        var reader = new MarketFileReader(lines, null);
        reader.ReadAll();
        if (reader.Parts(options.PlainScores).TryBuild(out var twice) is { } graph)
            return new Instance(source.Name, InstanceFormat.Market, graph, []);
        // The line of the second of two equal arcs is looked for only when there are two.
        using var again = new LineReader(source.Name, source.Open());
        new MarketFileReader(again, twice).ReadAll();
        throw lines.Malformed($"each arc once, and the arc from offer {twice.Offering} to need {twice.Need} is there twice");
    }

    private GraphParts Parts(bool plain) =>
        new()
        {
            Objective = plain ? PlanObjective.Score : PlanObjective.Expected,
            Residents = GraphIds.Numbers(0, _home.Length),
            Offerings = GraphIds.Numbers(0, _giver.Length),
            Needs = GraphIds.Numbers(0, _receiver.Length),
            OfferingResident = _giver,
            NeedResident = _receiver,
            OfferingCapacity = OrOnes(_offered),
            NeedCapacity = OrOnes(_needed),
            Accept = plain ? null : [.. _giver.Select(resident => _accept[resident])],
            Home = _home,
            ArcOffering = _arcOffering,
            ArcNeed = _arcNeed,
            ArcScore = _arcScore,
        };

    private static ushort[]? OrOnes(ushort[] capacity) => capacity.AsSpan().ContainsAnyExcept((ushort)1) ? capacity : null;

    private void ReadAll()
    {
        var (residents, offers, needs, arcs) = ReadHeader();
        (_home, _accept) = (new int[residents], new ushort[residents]);
        Each("P", residents, ReadResident);
        (_giver, _offered) = (new int[offers], new ushort[offers]);
        Each("O", offers, id => ReadItem("offer", id, _giver, _offered));
        (_receiver, _needed) = (new int[needs], new ushort[needs]);
        Each("N", needs, id => ReadItem("need", id, _receiver, _needed));
        (_arcOffering, _arcNeed, _arcScore) = (new int[arcs], new int[arcs], new int[arcs]);
        for (var arc = 0; arc < arcs; arc++)
            ReadArc(arc);
        _lines.Expect(!_lines.NextFilled(), $"nothing after the {arcs} arcs that line 1 announces");
    }

    private (int Residents, int Offers, int Needs, int Arcs) ReadHeader()
    {
        _lines.Expect(_lines.NextFilled(), Header);
        var fields = _lines.Fields;
        var ok = fields.Next().SequenceEqual("M"u8);
        ok &=
            fields.Whole(out var residents)
            & fields.Whole(out var offers)
            & fields.Whole(out var needs)
            & fields.Whole(out var arcs);
        _lines.Expect(ok && fields.AtEnd, Header);
        _lines.Expect(
            residents <= Instance.MaxRecords && offers <= Instance.MaxRecords && needs <= Instance.MaxRecords,
            $"at most {Instance.MaxRecords:N0} residents, offers and needs each"
        );
        _lines.Expect(arcs <= Instance.MaxArcs, $"at most {Instance.MaxArcs:N0} arcs");
        return (residents, offers, needs, arcs);
    }

    /// <summary>Reads as many records of a kind as were announced, each id once.</summary>
    private void Each(string kind, int count, Action<int> read)
    {
        var seen = new bool[count];
        for (var i = 0; i < count; i++)
        {
            Begin(kind, i, count);
            var fields = _lines.Fields;
            fields.Next();
            _lines.Expect(fields.Whole(out var id) && id < count, $"an id from 0 to {count - 1} after {kind}");
            _lines.Expect(!seen[id], $"each id once, and {kind} {id} stands above already");
            seen[id] = true;
            read(id);
        }
    }

    private void Begin(string kind, int i, int count)
    {
        if (_lines.NextFilled() && _lines.Line[0] == kind[0] && _lines.Line.Length > 1 && _lines.Line[1] == ' ')
            return;
        throw _lines.Malformed($"record {kind} number {i + 1} of the {count} that line 1 announces");
    }

    private LineFields AfterId()
    {
        var fields = _lines.Fields;
        fields.Next();
        fields.Next();
        return fields;
    }

    private void ReadResident(int id)
    {
        var fields = AfterId();
        _lines.Expect(fields.Whole(out var cabinet), "a cabinet number after the resident's id");
        _lines.Expect(IsPlace(fields.Next()) && IsPlace(fields.Next()), "two decimals, x_km and y_km, after the cabinet");
        _lines.Expect(fields.Whole(out var accept) && accept is >= 1 and <= 100, "accept_percent, a whole number from 1 to 100");
        _lines.Expect(fields.Whole(out var trust) && trust <= 100, "trust_percent, a whole number from 0 to 100");
        _lines.Expect(fields.AtEnd, "nothing after trust_percent");
        (_home[id], _accept[id]) = (cabinet, (ushort)accept);
    }

    private static bool IsPlace(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out decimal _, out var used) && used == text.Length;

    private void ReadItem(string what, int id, int[] resident, ushort[] capacities)
    {
        var fields = AfterId();
        _lines.Expect(
            fields.Whole(out var owner) && owner < _home.Length,
            $"a resident from 0 to {_home.Length - 1} after the {what}'s id"
        );
        _lines.Expect(fields.Whole(out _), "a category number after the resident");
        _lines.Expect(
            fields.Whole(out var capacity) && capacity is >= 1 and <= Market.MaxCapacity,
            $"a capacity from 1 to {Market.MaxCapacity} after the category"
        );
        _lines.Expect(fields.AtEnd, "nothing after the capacity");
        (resident[id], capacities[id]) = (owner, (ushort)capacity);
    }

    private void ReadArc(int arc)
    {
        Begin("E", arc, _arcNeed.Length);
        var fields = _lines.Fields;
        fields.Next();
        _lines.Expect(fields.Whole(out var offer) && offer < _giver.Length, $"an offer from 0 to {_giver.Length - 1} after E");
        _lines.Expect(
            fields.Whole(out var need) && need < _receiver.Length,
            $"a need from 0 to {_receiver.Length - 1} after the offer"
        );
        _lines.Expect(
            fields.Whole(out var score) && score is >= 1 and <= MaxScore,
            $"a score from 1 to {MaxScore} after the need"
        );
        _lines.Expect(fields.AtEnd, "nothing after the score");
        _lines.Expect(_giver[offer] != _receiver[need], $"giver and receiver to be two residents, not {_giver[offer]} twice");
        if (_watch == (offer, need))
        {
            _lines.Expect(!_watchSeen, $"each arc once, and the arc from offer {offer} to need {need} stands above already");
            _watchSeen = true;
        }
        (_arcOffering[arc], _arcNeed[arc], _arcScore[arc]) = (offer, need, score);
    }
}
