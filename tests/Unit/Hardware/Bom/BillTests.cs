using System.Text;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Bom;
using EdgeNode.Hardware.Rehearsal;
using EdgeNode.Tests.Unit.Tidy;

namespace EdgeNode.Tests.Unit.Hardware.Bom;

/// <summary>The shipped bills, and what the validator says to bills with one thing wrong.</summary>
public sealed class BillTests
{
    public static TheoryData<string> Shipped =>
        [.. Tree.Files.Where(f => f.StartsWith("hw-bom/", StringComparison.Ordinal) && f.Count(c => c == '/') == 1)];

    static byte[] Bytes(string file) => File.ReadAllBytes(Tree.PathOf(file));

    static Bill Indoor => Bill.Parse(Bytes("hw-bom/indoor-grid.json"));

    static string[] Codes(Bill bill, WiringFacts? facts = null) =>
        [.. Validator.Check(bill, facts).Where(f => f.Level == FindingLevel.Fault).Select(f => f.Code).Distinct()];

    /// <summary>The indoor bill with one line changed.</summary>
    static Bill With(string reference, Func<BillLine, BillLine> change) =>
        Indoor with
        {
            Lines = [.. Indoor.Lines.Select(line => line.Ref == reference ? change(line) : line)],
        };

    static Bill WithWire(string reference, string? signal, Func<BillInterface, BillInterface> change) =>
        With(reference, line => line with { Interface = [.. line.Interface!.Select(i => i.Signal == signal ? change(i) : i)] });

    static Bill WithBattery(Func<BillBattery, BillBattery> change) =>
        With("PS1", line => line with { Battery = change(line.Battery!) });

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_bill_has_no_fault(string file) => Assert.Empty(Codes(Bill.Parse(Bytes(file))));

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_bill_is_wired_as_the_hardware_thread_reads_it(string file)
    {
        var bill = Bill.Parse(Bytes(file));
        Assert.Equal(bill.Interfaces.Count(), Wiring.OfBill(Bytes(file)).Count);
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_bill_lives_through_a_month(string file)
    {
        var report = Rehearsals.Run(Bill.Parse(Bytes(file)).Design()!, new RehearsalPlan(Days: 30, Brownouts: 20, Seeds: 2));
        Assert.Equal(0, report.Deaths);
        Assert.Equal(0, report.ShutdownsWithMains);
        Assert.InRange(report.ShortBootsPerHour, 0, 2);
        Assert.True(report.AutonomyHours >= Bill.Parse(Bytes(file)).Budget.AutonomyHRequired, $"{report.AutonomyHours} h");
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_bill_lives_through_hundreds_of_brownouts(string file)
    {
        var stories = new List<string>();
        var design = Bill.Parse(Bytes(file)).Design()!;
        var report = Rehearsals.Run(
            design,
            new RehearsalPlan(0, Brownouts: 400, Seeds: 3),
            (s, told) => stories.Add($"{s}: {told}")
        );
        Assert.True(report.Holds(), $"{report}\n{string.Join('\n', stories)}");
        Assert.True(report.Shutdowns > 100, "the outages must be long enough to matter");
    }

    [Fact]
    public void A_supply_that_starts_the_machine_with_mains_needs_attention() =>
        Assert.Contains(
            Validator.Check(With("PS2", line => line with { Supply = line.Supply! with { WakesOnMains = true } }), null),
            f => f is { Level: FindingLevel.Attention, Code: "supply.wakes" }
        );

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_bill_says_what_nobody_has_checked(string file)
    {
        var bill = Bill.Parse(Bytes(file));
        var page = BuilderPages.Shopping(bill);
        foreach (var line in bill.Lines.Where(l => l.Mpn is not null && l.MpnSource is null))
            Assert.Contains($"{line.Mpn} (to check)", page, StringComparison.Ordinal);
        Assert.All(bill.Lines, line => Assert.True(line.Price is null || line.Price.Source.Length > 0));
    }

    [Fact]
    public void A_line_used_twice_is_a_fault() =>
        Assert.Contains("pin.twice", Codes(WithWire("S2", "DOOR", i => i with { Line = 16 })));

    [Fact]
    public void A_line_that_a_bus_takes_is_a_fault() =>
        Assert.Contains("pin.twice", Codes(WithWire("S2", "DOOR", i => i with { Line = 2 })));

    [Fact]
    public void A_line_that_a_board_takes_for_itself_is_a_fault() =>
        Assert.Contains("pin.twice", Codes(With("PS1", line => line with { Board = "x728-v2" })));

    [Fact]
    public void An_address_used_twice_is_a_fault()
    {
        var gauge = Indoor.Lines.Single(l => l.Ref == "PS1").Interface![0];
        Assert.Contains("address.twice", Codes(With("S3", line => line with { Interface = [gauge] })));
    }

    [Fact]
    public void A_chip_without_a_label_is_a_fault() =>
        Assert.Contains("gpio.label", Codes(WithWire("S2", "DOOR", i => i with { ChipLabel = null })));

    [Fact]
    public void A_device_that_the_program_does_not_read_is_a_fault() =>
        Assert.Contains("model.unknown", Codes(WithWire("PS1", null, i => i with { Model = "max99999" })));

    [Fact]
    public void A_floor_that_harms_the_cells_is_a_fault() =>
        Assert.Contains("floor.low", Codes(WithBattery(b => b with { HardFloorV = 2.9 })));

    [Fact]
    public void A_pack_that_cuts_off_before_the_clean_stop_is_a_fault() =>
        Assert.Contains("floor.cut", Codes(WithBattery(b => b with { LowCutHwV = 3.2 })));

    [Fact]
    public void A_battery_that_is_too_small_is_a_fault() =>
        Assert.Contains("budget.short", Codes(WithBattery(b => b with { Wh = 30 })));

    [Fact]
    public void A_missing_spare_without_a_reason_is_a_fault() =>
        Assert.Contains("spare.none", Codes(With("PS1", line => line with { Spare = null })));

    [Fact]
    public void A_substitute_wired_differently_needs_a_note() =>
        Assert.Contains(
            "substitute.interface",
            Codes(With("PS1", line => line with { Substitutes = [new BillSubstitute("another board", false, null)] }))
        );

    [Fact]
    public void Without_settings_the_mains_line_is_not_checked_and_no_fault()
    {
        var finding = Assert.Single(Validator.Check(Indoor, null), f => f.Code.StartsWith("polarity", StringComparison.Ordinal));
        Assert.Equal(FindingLevel.NotChecked, finding.Level);
    }

    [Fact]
    public void With_settings_an_untested_mains_line_is_a_fault()
    {
        Assert.Contains("polarity.untested", Codes(Indoor, new WiringFacts(null, null)));
        Assert.Contains("polarity.wrong", Codes(Indoor, new WiringFacts("low", "2026-05-01")));
        Assert.Empty(Codes(Indoor, new WiringFacts("high", "2026-05-01")));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("""{"schema":"edgenode-bom/2"}""")]
    [InlineData("""{"schema":"edgenode-bom/1"}""")]
    [InlineData("""{"schema":"edgenode-bom/1","spelt_wrong":1}""")]
    public void What_is_no_bill_is_refused_with_a_sentence(string text) =>
        Assert.NotEmpty(Assert.Throws<BillException>(() => Bill.Parse(Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void The_wiring_page_draws_every_wire_of_the_header_and_loads_nothing()
    {
        var page = BuilderPages.Wiring(Indoor);
        foreach (var (line, _, use) in Validator.Uses(Indoor))
            Assert.Contains($"GPIO{line}: {use}", page, StringComparison.Ordinal);
        foreach (var outside in (string[])["http:", "https:", "<script", "url(", "<img"])
            Assert.DoesNotContain(outside, page, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_of_a_bill_cannot_become_markup()
    {
        var page = BuilderPages.Wiring(With("S2", line => line with { Part = "<script>alert(1)</script>" }));
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_pin_of_the_header_is_a_line_or_power()
    {
        for (var pin = 1; pin <= Header.Pins; pin++)
            Assert.True(Header.LineOn(pin) is not null ^ Header.FixedName(pin) is not null, $"pin {pin}");
    }

    [Fact]
    public void Spares_that_are_too_old_do_not_count()
    {
        var stock = StockList.Parse(Bytes("hw-bom/stock/example.json"));
        var rows = Stock.Compare(Indoor, stock, 1, new DateOnly(2026, 7, 1));
        Assert.Equal("", Assert.Single(rows, r => r.Ref == "D2").Says);
        var cells = Assert.Single(rows, r => r.Ref == "BT1");
        Assert.Equal((0, 17), (cells.Usable, cells.AgeMonths));
        Assert.Contains("older than 12 months", cells.Says, StringComparison.Ordinal);
        Assert.Equal(3, Assert.Single(Stock.Compare(Indoor, stock, 11, new DateOnly(2026, 7, 1)), r => r.Ref == "U1").Needed);
    }
}
