using System.Globalization;
using System.Text;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>Numbers of links and lanes in the Prometheus text format 0.0.4. A peer is named and has its DID beside: two may have the same name.</summary>
internal static class LaneMetrics
{
    public static void Write(StringBuilder text, LinksView links, DateTimeOffset now)
    {
        Peers(text, "edgenode_connected", "gauge", "1 while a peer is in contact.", links, p => p.Way == "none" ? 0 : 1);
        Peers(text, "edgenode_peer_sent_bytes_total", "counter", "Bytes of bundles sent to a peer.", links, p => p.BytesSent);
        Peers(
            text,
            "edgenode_peer_received_bytes_total",
            "counter",
            "Bytes of bundles received from a peer.",
            links,
            p => p.BytesReceived
        );
        Peers(
            text,
            "edgenode_set_aside",
            "gauge",
            "Statements that a peer did not accept or that expired.",
            links,
            p => p.SetAside
        );
        Peers(
            text,
            "edgenode_last_contact_seconds",
            "gauge",
            "Seconds since the last contact with a peer; absent before the first.",
            links,
            p => p.LastContact is { } at ? Seconds(now - at) : null
        );
        WriteLanes(text, links, now);
        Blobs(text, links.Blobs);
        Head(text, "edgenode_restraint", "gauge", "Last stream that flows while power or disk holds lanes back.");
        foreach (var r in links.Restraints)
            text.Append(
                CultureInfo.InvariantCulture,
                $"edgenode_restraint{{cause=\"{Metrics.Escape(r.Cause)}\"}} {r.LastStream}\n"
            );
    }

    private static void Blobs(StringBuilder text, BlobsView b)
    {
        Number(text, "edgenode_blobs", "Blobs here.", b.Count);
        Number(text, "edgenode_blob_bytes", "Bytes of the blobs here.", b.Bytes);
        Number(text, "edgenode_blob_quota_bytes", "Bytes of blobs that may be here.", b.Quota);
        Number(text, "edgenode_blobs_wanted", "Blobs that statements name and that are not here yet.", b.Wanted);
    }

    private static void Number(StringBuilder text, string name, string help, long value)
    {
        Head(text, name, "gauge", help);
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }

    private static void WriteLanes(StringBuilder text, LinksView links, DateTimeOffset now)
    {
        Lanes(text, "edgenode_waiting", "Statements waiting in an outgoing lane.", links, "out", l => l.Rows);
        Lanes(text, "edgenode_waiting_bytes", "Bytes waiting in an outgoing lane.", links, "out", l => l.Bytes);
        Lanes(
            text,
            "edgenode_waiting_for_space",
            "Statements that wait because the peer had no room.",
            links,
            "out",
            l => l.NoRoom
        );
        Lanes(
            text,
            "edgenode_waiting_age_seconds",
            "Age of the oldest waiting statement.",
            links,
            "out",
            l => l.Oldest is { } at ? Seconds(now - at) : 0
        );
        Lanes(text, "edgenode_lane_today", "Statements that came over a lane today.", links, "in", l => l.Rows);
        Lanes(text, "edgenode_lane_today_bytes", "Bytes that came over a lane today.", links, "in", l => l.Bytes);
        Lanes(
            text,
            "edgenode_lane_open",
            "1 while a lane carries, both directions.",
            links,
            null,
            l => l.State == "open" ? 1 : 0
        );
    }

    private static double Seconds(TimeSpan span) => Math.Max(0, Math.Round(span.TotalSeconds));

    private static void Peers(
        StringBuilder text,
        string name,
        string type,
        string help,
        LinksView links,
        Func<PeerLanes, double?> value
    )
    {
        Head(text, name, type, help);
        foreach (var p in links.Peers)
        {
            if (value(p) is { } number)
                text.Append(CultureInfo.InvariantCulture, $"{name}{{{PeerOf(p)}}} {number}\n");
        }
    }

    private static void Lanes(
        StringBuilder text,
        string name,
        string help,
        LinksView links,
        string? direction,
        Func<LaneView, double> value
    )
    {
        Head(text, name, "gauge", help);
        foreach (var p in links.Peers)
        {
            foreach (var l in p.Lanes.Where(l => direction is null || l.Direction == direction))
            {
                var way = direction is null ? $",direction=\"{l.Direction}\"" : "";
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{name}{{{PeerOf(p)},class=\"{Metrics.Escape(l.Class)}\"{way}}} {value(l)}\n"
                );
            }
        }
    }

    private static string PeerOf(PeerLanes p) => $"peer=\"{Metrics.Escape(p.Name)}\",did=\"{Metrics.Escape(p.Did)}\"";

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
}
