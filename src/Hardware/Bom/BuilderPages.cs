using System.Globalization;
using System.Net;
using System.Text;

namespace EdgeNode.Hardware.Bom;

/// <summary>
/// The pages a builder prints: how to wire, and what to buy. One file each, without scripts, fonts or pictures from elsewhere; what nobody has checked says so.
/// </summary>
public static class BuilderPages
{
    private const string Style = """
        body{font:16px/1.5 system-ui,"Noto Sans",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1a17;background:#fffdf8}
        h1{font-size:1.6rem}h2{font-size:1.2rem;margin-block-start:2rem;break-after:avoid}
        table{border-collapse:collapse;inline-size:100%}th,td{border:1px solid #8a8378;padding:.35rem .5rem;text-align:start;vertical-align:top}
        tr{break-inside:avoid}thead{display:table-header-group}.check{font-weight:600}.box{inline-size:1.2rem}
        .danger{border-inline-start:.4rem solid #9b1c1c;padding-inline-start:.8rem}
        svg{inline-size:100%;block-size:auto}.board{fill:#e9e4d8;stroke:#6b6459}.free{fill:#fffdf8;stroke:#8a8378}.fixed{fill:#c9c2b4;stroke:#6b6459}
        .used{fill:#0b5c43;stroke:#0b5c43}.lead{stroke-width:1.5;fill:none}.pin{font:10px sans-serif;text-anchor:middle;fill:#1c1a17}
        .used+.pin{fill:#fffdf8}.label{font:14px sans-serif;fill:#1c1a17;stroke:none}.label.fixed{fill:#6b6459}.end{text-anchor:end}
        @media print{body{margin:0;max-width:none;background:none}}
        """;

    /// <summary>Drawing of the header, every wire, the networks, and what can hurt.</summary>
    public static string Wiring(Bill bill)
    {
        var page = Open(bill, "Wiring");
        Safety(page, bill);
        if (Validator.Uses(bill).Any())
            page.Append("<h2>Header</h2>").Append(HeaderDrawing.Svg(bill));
        page.Append("<h2>Wires</h2>");
        Table(page, ["", "Part", "Bus", "Where", "What", "To know"], bill.Interfaces.Select(i => Wire(i.Line, i.Interface)));
        page.Append("<h2>Networks</h2>");
        Table(
            page,
            ["Network", "Number", "Who and what"],
            VlanPlan.Known.Select(v =>
                (string[])[v.Name, bill.Net.Vlans.TryGetValue(v.Name, out var n) ? Text(n) : "missing", v.What]
            )
        );
        page.Append(
            "<p>The cabinet hangs on a port that carries all of them. Between networks everything is denied that is not written here.</p>"
        );
        page.Append(
            "<h2>After wiring</h2><ol><li>edgenode hw probe: every part answers.</li><li>edgenode hw selftest: every wire moves.</li>"
        );
        page.Append(
            "<li>The commissioning test, “unplug now”: until it has passed, the cabinet never stops by itself.</li></ol>"
        );
        return Close(page);
    }

    /// <summary>Everything to buy, with spares, substitutes and the energy budget.</summary>
    public static string Shopping(Bill bill)
    {
        var page = Open(bill, "Shopping list");
        Table(page, ["", "Ref", "Part", "Number", "Pieces", "Spares", "Instead", "Price"], bill.Lines.Select(Item));
        Energy(page, bill);
        var findings = Validator.Check(bill, null).Where(f => f.Level == FindingLevel.Fault).ToArray();
        if (findings.Length > 0)
        {
            page.Append("<h2>Do not order yet</h2><ul class=\"danger\">");
            foreach (var finding in findings)
                page.Append("<li>").Append(Encode(finding.Says)).Append("</li>");
            page.Append("</ul>");
        }
        Safety(page, bill);
        return Close(page);
    }

    /// <summary>The same for a spreadsheet: comma-separated, RFC 4180.</summary>
    public static string Csv(Bill bill)
    {
        var csv = new StringBuilder(
            "ref,role,part,manufacturer,part_number,part_number_checked,quantity,spares,spares_for_cabinets,price,currency,price_source\r\n"
        );
        foreach (var line in bill.Lines)
        {
            string?[] fields =
            [
                line.Ref,
                line.Role,
                line.Part,
                line.Mfr,
                line.Mpn,
                line.Mpn is null ? "" : line.MpnSource ?? "no",
                Text(line.Qty),
                line.Spare is { } s ? Text(s.Qty) : "",
                line.Spare is { } p ? Text(p.PerNodes) : "",
                line.Price?.Amount.ToString("0.00", CultureInfo.InvariantCulture),
                line.Price?.Currency,
                line.Price?.Source,
            ];
            csv.AppendJoin(',', fields.Select(Quote)).Append("\r\n");
        }
        return csv.ToString();
    }

    private static string[] Wire(BillLine line, BillInterface i) =>
        [
            "",
            $"{line.Ref} {line.Part}",
            i.Bus,
            i.Bus switch
            {
                "gpio" when i.Line is { } n =>
                    $"GPIO{n}{(Header.PinOf(n) is { } pin ? $", pin {pin}" : "")}, by chip label {string.Join(" or ", i.ChipLabel ?? [])}",
                "i2c" => $"{i.Path} at {i.Addr}{(i.Path == "/dev/i2c-1" ? ": pins 3 (data) and 5 (clock)" : "")}",
                "kernel" when i.Path == "w1" => "GPIO4, pin 7, with 4.7 kOhm to 3.3 V (pin 1)",
                _ => i.Path ?? "",
            },
            i.Bus == "gpio"
                ? $"{i.Signal}, true when {i.Active}, {i.Bias ?? "pull-up"}{(i.PolarityTest == "required" ? "; to be proved by unplugging" : "")}"
                : $"{i.Model}",
            i.Note ?? "",
        ];

    private static string[] Item(BillLine line) =>
        [
            "",
            line.Ref,
            string.Join(". ", [line.Part, .. line.Safety ?? []]),
            line.Mpn is null
                ? "any of the kind"
                : $"{line.Mfr} {line.Mpn} ({(line.MpnSource is { } source ? source : "to check")})",
            Text(line.Qty),
            line.Spare is { } s
                ? $"{s.Qty} for {s.PerNodes} cabinet{(s.PerNodes == 1 ? "" : "s")}{(s.MaxAgeMonths is { } m ? $", not older than {m} months" : "")}"
                : line.SpareNote ?? "",
            string.Join(
                "; ",
                (line.Substitutes ?? []).Select(x =>
                    x.Part + (x.SameInterface ? "" : " (wired differently)") + (x.Note is { } note ? ": " + note : "")
                )
            ),
            line.Price is { } price
                ? string.Create(CultureInfo.InvariantCulture, $"{price.Amount:0.00} {price.Currency} ({price.Source})")
                : "to ask",
        ];

    private static void Energy(StringBuilder page, Bill bill)
    {
        if (bill.Energy?.Battery is not { } battery || bill.AutonomyHours() is not { } hours)
            return;
        var b = bill.Budget;
        page.Append("<h2>Energy</h2><p>")
            .Append(
                Encode(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{battery.Wh:0} Wh x {battery.Usable:0.00} x 0.9 / {b.TypW:0.0} W = {hours:0.0} h on battery with everything on; {b.AutonomyHRequired:0.#} h are required. At {b.SurviveW:0.0} W, with all but pages and words shed, {hours * b.TypW / b.SurviveW:0} h."
                    )
                )
            );
        page.Append("</p><p>")
            .Append(Encode("edgenode hw rehearse --bom <this bill> lives through weeks of weather with it before you buy."))
            .Append("</p>");
    }

    private static void Safety(StringBuilder page, Bill bill)
    {
        page.Append("<h2>Before you touch anything</h2><ul class=\"danger\">");
        foreach (var sentence in bill.Safety.Concat(bill.Lines.SelectMany(l => l.Safety ?? [])))
            page.Append("<li>").Append(Encode(sentence)).Append("</li>");
        page.Append("</ul>");
    }

    private static StringBuilder Open(Bill bill, string what) =>
        new StringBuilder(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>"
        )
            .Append(Encode($"{what}: {bill.Title}"))
            .Append("</title><style>")
            .Append(Style)
            .Append("</style></head><body><h1>")
            .Append(Encode($"{what}: {bill.Title}"))
            .Append("</h1><p>")
            .Append(Encode($"Bill {bill.Tier}, revision {bill.Revision}."))
            .Append("</p>");

    private static string Close(StringBuilder page) => page.Append("</body></html>\n").ToString();

    /// <summary>A column without a heading is one to tick off.</summary>
    private static void Table(StringBuilder page, string[] heads, IEnumerable<string[]> rows)
    {
        page.Append("<table><thead><tr>");
        foreach (var head in heads)
            page.Append(head.Length == 0 ? "<th class=\"box\">Done" : "<th>").Append(Encode(head)).Append("</th>");
        page.Append("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            page.Append("<tr>");
            foreach (var cell in row)
                page.Append("<td>").Append(Encode(cell)).Append("</td>");
            page.Append("</tr>");
        }
        page.Append("</tbody></table>");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Quote(string? field) =>
        field is null ? ""
        : field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"")}\""
        : field;
}
