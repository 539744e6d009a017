using System.Globalization;
using System.Text;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>The node's numbers in the Prometheus text format 0.0.4.</summary>
internal static class Metrics
{
    public static string Write(Visit v)
    {
        var text = new StringBuilder();
        var (desk, wire, health) = (v.Desk, v.Desk.Wire(), v.Desk.Health());
        Counter(
            text,
            "edgenode_statements_total",
            "Statements over the wire.",
            ("sent", wire.StatementsSent),
            ("received", wire.StatementsReceived)
        );
        Counter(text, "edgenode_bytes_total", "Bytes over the wire.", ("sent", wire.BytesSent), ("received", wire.BytesReceived));
        Counter(
            text,
            "edgenode_bundles_total",
            "Bundles over the wire.",
            ("sent", wire.BundlesSent),
            ("received", wire.BundlesReceived)
        );
        Counter(
            text,
            "edgenode_receipts_total",
            "Receipts over the wire.",
            ("sent", wire.ReceiptsSent),
            ("received", wire.ReceiptsReceived)
        );
        Gauge(
            text,
            "edgenode_rings",
            "Rings by state.",
            "state",
            desk.RingCounts().Select(c => (c.Key.ToLowerInvariant(), (double)c.Value))
        );
        LaneMetrics.Write(text, desk.Links(), v.Now);
        Gauge(
            text,
            "edgenode_check",
            "Health: 0 good, 1 attention, 2 danger.",
            "check",
            health.Checks.Select(c => (c.Name, (double)c.Level))
        );
        var power = desk.Power(health.Now);
        Power(text, power.Facts);
        Alerts(text, power.Alerts);
        Cabinet(text, v, health);
        return text.ToString();
    }

    private static void Cabinet(StringBuilder text, Visit v, HealthView health)
    {
        Gauge(text, "edgenode_disk_free_bytes", "Free bytes on the data disk.", null, [("", health.DiskFree)]);
        Gauge(text, "edgenode_residents", "Residents of this cabinet.", null, [("", v.Desk.Residents().Count)]);
        Gauge(text, "edgenode_sessions", "People signed in at this door.", null, [("", v.Door.Sessions.Count)]);
        Gauge(text, "edgenode_live_pages", "Pages that listen for changes.", null, [("", v.Door.Live.Count)]);
    }

    /// <summary>A value that is not known has no line: a dead sensor is no zero.</summary>
    private static void Power(StringBuilder text, PowerFacts? facts)
    {
        if (facts is null)
        {
            return;
        }

        Gauge(text, "edgenode_power_state", "1 for the state of power.", "state", [(facts.State.ToString(), 1.0)]);
        Known(
            text,
            "edgenode_power_mains",
            "1 while mains is there.",
            facts.Mains is { } mains
                ? mains
                    ? 1
                    : 0
                : null
        );
        Known(text, "edgenode_battery_percent", "Charge.", facts.Percent);
        Known(text, "edgenode_battery_volts", "At the pack.", facts.Volts);
        Known(text, "edgenode_battery_watts", "Drawn from the pack; negative while it is charged.", facts.Watts);
        Known(text, "edgenode_battery_hours", "Until the clean stop.", facts.HoursLeft);
    }

    private static void Alerts(StringBuilder text, IReadOnlyList<AlertFact> alerts)
    {
        if (alerts.Count == 0)
        {
            return;
        }

        Gauge(text, "edgenode_alert", "1 while it is raised.", "alert", alerts.Select(a => (a.Rule.Name, a.IsRaised ? 1.0 : 0)));
        Gauge(
            text,
            "edgenode_alert_raise",
            "Level at which it is raised.",
            "alert",
            alerts.Select(a => (a.Rule.Name, a.Rule.Raise))
        );
        Gauge(text, "edgenode_alert_clear", "Level at which it ends.", "alert", alerts.Select(a => (a.Rule.Name, a.Rule.Clear)));
    }

    private static void Known(StringBuilder text, string name, string help, double? value)
    {
        if (value is { } known)
        {
            Gauge(text, name, help, null, [("", known)]);
        }
    }

    private static void Counter(
        StringBuilder text,
        string name,
        string help,
        params ReadOnlySpan<(string Direction, long Value)> values
    )
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} counter\n");
        foreach (var (direction, value) in values)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}{{direction=\"{direction}\"}} {value}\n");
        }
    }

    private static void Gauge(
        StringBuilder text,
        string name,
        string help,
        string? label,
        IEnumerable<(string Of, double Value)> values
    )
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
        foreach (var (of, value) in values)
        {
            var labels = label is null ? "" : $"{{{label}=\"{Escape(of)}\"}}";
            text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
        }
    }

    /// <summary>Label values: backslash, quote and line feed are escaped (Prometheus exposition formats).</summary>
    internal static string Escape(string value) =>
        value
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
