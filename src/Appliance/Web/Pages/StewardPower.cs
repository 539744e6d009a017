using System.Globalization;
using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Hardware.Power;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>A stretch of time that the chart can show.</summary>
public sealed record PowerSpan(string Name, TimeSpan Length);

/// <summary>How power stands and why, what is shed, what was, and what neighbours said of theirs.</summary>
public static class PowerPage
{
    /// <summary>Rows of the table beside the chart.</summary>
    private const int MostRows = 48;

    private static readonly PowerSpan[] Spans =
    [
        new("day", TimeSpan.FromDays(1)),
        new("week", TimeSpan.FromDays(7)),
        new("month", TimeSpan.FromDays(31)),
        new("year", TimeSpan.FromDays(366)),
        new("years", TimeSpan.FromDays(3653)),
    ];

    /// <summary>The span that a link names; a day for anything else.</summary>
    public static PowerSpan SpanOf(string? name) => Array.Find(Spans, s => s.Name == name) ?? Spans[0];

    /// <summary>The page at <c>/power</c>.</summary>
    public static Html Render(PageFrame f, PowerView m, PowerSpan span, string? note) =>
        Shell.Document(
            f,
            f.T.Plain("rail.power"),
            $"""
            {WelcomePage.NoteOf(f, note)}<h1>{f.T.Say("rail.power")}</h1>
            <div id="power" class="stack" data-live="health">
            {(m.Facts is { } facts ? Now(f, facts) : Part.EmptyState("power", f.T.Say("s.power.none")))}
            <section class="card"><h2>{f.T.Say("s.power.history")}</h2>{Choices(f, span)}{History(f, m.History, span)}</section>
            {Energy(f, m.Energy)}
            {Alerts(f, m.Alerts)}
            <section><h2>{f.T.Say("s.power.neighbours")}</h2>{Neighbours(f, m.Neighbours)}</section></div>
            <section><h2>{f.T.Say("s.power.plan")}</h2><p>{f.T.Say("s.power.plan.lead")}</p>{Plan(f, m.Loads)}</section>
            {(
                m.Facts is null
                    ? Html.Empty
                    : $"<section class=\"card\"><h2>{f.T.Say("s.power.stop")}</h2><p>{f.T.Say("s.power.stop.lead")}</p><div class=\"buttons\">{Part.LinkButton("/power/stop", f.T.Say("s.power.stop"))}</div></section>"
            )}
            """
        );

    private static Html Now(PageFrame f, PowerFacts p) =>
        $"""
            <section class="stack">{HealthPage.Check(f, PowerWords.Check(p))}
            {(p.Disputed ? Part.Notice("danger", f.T.Say("s.power.disputed")) : Html.Empty)}
            {(p.Armed || p.Simulated ? Html.Empty : Part.Notice("attention", f.T.Say("s.power.unarmed")))}
            <p><b>{f.T.Say("s.power.why")}:</b> {PowerWords.Why(p)}{(
                p.Simulated ? (Html)$" {Part.Chip("info", f.T.Say("s.power.simulated"))}" : Html.Empty
            )}</p>
            <dl class="figures">{Figure(f, "s.power.battery", p.Percent, "0", " %")}{Figure(
                f,
                "s.power.left",
                p.HoursLeft,
                "0.#",
                " h"
            )}
            {Figure(f, "s.power.volts", p.Volts, "0.00", " V")}{Figure(f, "s.power.watts", p.Watts, "0.0", " W")}</dl></section>
            """;

    private static Html Figure(PageFrame f, string name, double? value, string format, string unit) =>
        $"""<div class="figure"><dt>{f.T.Say(name)}</dt><dd>{(
            value is { } v ? Html.Text(v.ToString(format, CultureInfo.InvariantCulture) + unit) : f.T.Say("s.power.unknown")
        )}</dd></div>""";

    private static Html Choices(PageFrame f, PowerSpan here) =>
        $"""<div class="buttons">{Html.Each(
            Spans,
            s => $"<a class=\"button\" href=\"/power?span={s.Name}\"{Html.Attribute("aria-current", s == here ? "true" : null)}>{f.T.Say("s.power.span." + s.Name)}</a>"
        )}</div>""";

    private static Html History(PageFrame f, IReadOnlyList<PowerSpot> spots, PowerSpan span) =>
        spots.Count == 0
            ? (Html)$"""<p class="soft">{f.T.Say("s.power.history.none")}</p>"""
            : $"""
                {PowerChart.Draw(f, spots, f.Now - span.Length, f.Now)}
                <details><summary>{f.T.Say("s.power.history.table")}</summary><table class="cards"><thead><tr><th>{f.T.Say(
                    "s.power.col.time"
                )}</th><th>{f.T.Say("s.power.col.percent")}</th><th>{f.T.Say("s.power.col.mains")}</th><th>{f.T.Say(
                    "s.power.col.watts"
                )}</th></tr></thead><tbody>{Html.Each(Thinned(spots), s => Row(f, s))}</tbody></table></details>
                """;

    private static IEnumerable<PowerSpot> Thinned(IReadOnlyList<PowerSpot> spots)
    {
        var every = Math.Max(1, (spots.Count + MostRows - 1) / MostRows);
        return spots.Reverse().Where((_, i) => i % every == 0);
    }

    private static Html Row(PageFrame f, PowerSpot s) =>
        $"""
            <tr><th scope="row">{Part.When(f, s.At)}</th><td data-label="{f.T.Plain("s.power.col.percent")}">{Number(s.Percent, "0", " %")}</td>
            <td data-label="{f.T.Plain("s.power.col.mains")}">{Number(s.Mains * 100, "0", " %")}</td><td data-label="{f.T.Plain(
                "s.power.col.watts"
            )}">{Number(s.Watts, "0.0", "")}</td></tr>
            """;

    /// <summary>What rounds to nothing has no sign: adding zero takes it away.</summary>
    private static Html Energy(double wattHours) => Number(Math.Round(wattHours, 1) + 0.0, "0.0", " Wh");

    private static Html Number(double? value, string format, string unit) =>
        Html.Text(value is { } v ? v.ToString(format, CultureInfo.InvariantCulture) + unit : "");

    private static Html Energy(PageFrame f, IReadOnlyList<PowerDay> days) =>
        days.Count == 0
            ? Html.Empty
            : $"""
                <section><h2>{f.T.Say("s.power.energy")}</h2><table class="cards"><thead><tr><th>{f.T.Say(
                    "s.power.col.day"
                )}</th><th>{f.T.Say("s.power.col.energy")}</th></tr></thead><tbody>{Html.Each(
                    days,
                    d => $"<tr><th scope=\"row\">{d.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}</th><td data-label=\"{f.T.Plain("s.power.col.energy")}\">{Energy(d.WattHours)}</td></tr>"
                )}</tbody></table></section>
                """;

    private static Html Alerts(PageFrame f, IReadOnlyList<AlertFact> alerts) =>
        alerts.Count == 0
            ? Html.Empty
            : $"""<section><h2>{f.T.Say("s.power.alerts")}</h2><ul class="list">{Html.Each(alerts, a => Alert(f, a))}</ul><p class="small soft">{f.T.Say(
                "s.power.alerts.set"
            )}</p></section>""";

    private static Html Alert(PageFrame f, AlertFact a) =>
        $"""
            <li><span><b>{f.T.Say("s.power.alert." + a.Rule.Name)}</b> {(
                a.Value is { } value ? Html.Text(PowerWords.Unit(a.Rule.Name, value)) : f.T.Say("s.power.unknown")
            )}<br><span class="small soft">{f.T.Say(
                "s.power.alert.levels",
                ("raise", Html.Text(PowerWords.Unit(a.Rule.Name, a.Rule.Raise))),
                ("clear", Html.Text(PowerWords.Unit(a.Rule.Name, a.Rule.Clear)))
            )}</span></span>{Part.Chip(a.IsRaised ? "attention" : "done", f.T.Say(a.IsRaised ? "s.power.alert.raised" : "s.power.alert.fine"))}</li>
            """;

    private static Html Neighbours(PageFrame f, IReadOnlyList<NeighbourPower> said) =>
        said.Count == 0
            ? (Html)$"""<p class="soft">{f.T.Say("s.power.neighbours.none")}</p>"""
            : $"""<ul class="list">{Html.Each(said, s => Said(f, s))}</ul>""";

    private static Html Said(PageFrame f, NeighbourPower s) =>
        $"""
            <li><span>{Part.Words(s.Name)}</span>{Part.Chip(
                s.Word == "back" ? "done" : "power",
                $"{f.T.Say("s.power.said." + s.Word)}{(s.BackAfter is { } at ? (Html)$", {f.T.Say("s.power.said.after", ("when", Part.When(f, at)))}" : Html.Empty)}",
                s.Word == "back" ? "good" : "wait",
                Part.Age(f, s.Since)
            )}</li>
            """;

    private static Html Plan(PageFrame f, IReadOnlyList<LoadChoice> loads) =>
        Html.Each(
            loads.GroupBy(l => l.State),
            state =>
                $"<details class=\"card\"><summary>{f.T.Say("s.power.state." + state.Key)}</summary><div class=\"stack\">{Html.Each(state, l => Choice(f, l))}</div></details>"
        );

    private static Html Choice(PageFrame f, LoadChoice l)
    {
        var id = $"{l.State}-{l.Load}";
        var choices = LoadPlan.Loads.First(x => x.Name == l.Load).Choices;
        return $"""
            <form method="post" action="/power/plan">{f.TokenField}{Part.Hidden("state", l.State)}{Part.Hidden("load", l.Load)}
            <label for="{id}">{f.T.Say("s.power.load." + l.Load)}{(l.Edited ? (Html)$" <span class=\"small soft\">{f.T.Say("s.power.plan.edited")}</span>" : Html.Empty)}</label>
            <div class="buttons"><select id="{id}" name="word">{Html.Each(
                choices,
                c => $"<option value=\"{c}\"{Html.Flag("selected", c == l.Word)}>{f.T.Say("s.power.word." + c)}</option>"
            )}</select><button>{f.T.Say("s.power.plan.save")}</button></div></form>
            """;
    }
}

/// <summary>What will follow, before a steward stops the cabinet.</summary>
public static class PowerStopPage
{
    /// <summary>The page at <c>/power/stop</c>.</summary>
    public static Html Render(PageFrame f) =>
        Shell.Document(
            f,
            f.T.Plain("s.power.stop"),
            $"""
            <h1>{f.T.Say("s.power.stop.heading")}</h1>
            <section class="card"><h2>{f.T.Say("s.power.stop.now")}</h2><ul class="rows"><li>{f.T.Say("s.power.stop.now1")}</li><li>{f.T.Say(
                "s.power.stop.now2"
            )}</li><li>{f.T.Say("s.power.stop.now3")}</li></ul>
            <h2>{f.T.Say("s.draft.stays")}</h2><p>{f.T.Say("s.power.stop.stays")}</p></section>
            <form class="stack" method="post" action="/power/stop">{f.TokenField}
            <fieldset><legend>{f.T.Say("s.power.stop.why")}</legend>{Part.Pick("radio", "why", "maintenance", f.T.Say("s.power.stop.maintenance"), true)}{Part.Pick(
                "radio",
                "why",
                "household",
                f.T.Say("s.power.stop.household"),
                false
            )}</fieldset>
            <div><label for="hours">{f.T.Say("s.power.stop.hours")}</label><input type="text" inputmode="numeric" id="hours" name="hours" dir="ltr" maxlength="4"></div>
            <div class="buttons"><button class="danger main">{f.T.Say("s.power.stop.do")}</button>{Part.LinkButton("/power", f.T.Say("s.power.stop.keep"))}</div></form>
            """
        );
}
