using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeNode.Appliance.Io;
using EdgeNode.Appliance.Web;
using EdgeNode.Appliance.Web.Api;
using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Store;
using EdgeNode.Sync.Io;
using EdgeNode.Wire;
using Microsoft.Data.Sqlite;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode link status</c>: how this cabinet stands with each neighbour, from the last commit of a running or stopped cabinet.</summary>
internal static class LinkCommand
{
    public static CliCommand Create() => new("link", "Links to neighbour cabinets.") { Status() };

    private static CliCommand Status()
    {
        var data = new Option<string>("--data") { Description = "Folder of the cabinet; it may run.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new CliCommand(
            "status",
            """
            Shows for each neighbour the way there is, the last contact, and its lanes: what waits, how much, how long, and what holds it back.
            Reads only, and needs no stewards' code: whoever can read the folder may run it.

            Example: edgenode link status --data /var/lib/edgenode
            """
        )
        {
            data,
            json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(data)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string data, bool json)
    {
        try
        {
            var store = new StoreFile(Path.Combine(data, "edgenode.db"));
            if (!File.Exists(store.Path))
                throw new SetupException("folder.missing", $"There is no cabinet in {data}.");
            var now = DateTimeOffset.UtcNow;
            using var db = store.OpenReader();
            var links = LaneQueries.All(
                db,
                new Moment(now.ToUnixTimeMilliseconds()),
                sha256 => BlobStore.PartLength(Path.Combine(data, DataFolder.Blobs), sha256)
            );
            var running = DataFolder.IsInUse(data);
            if (!running)
                links = links with
                {
                    Restraints = [],
                    Peers = [.. links.Peers.Select(p => p with { Way = "none", Since = null })],
                };
            Console.Write(
                json
                    ? JsonSerializer.Serialize(new LinkStatusJson(running, now, links), WebJson.Safe.LinkStatusJson) + "\n"
                    : Text(links, running, now)
            );
            return 0;
        }
        catch (Exception e) when (e is SetupException or StoreException or SqliteException)
        {
            Console.Error.WriteLine($"edgenode: {e.Message}");
            return 1;
        }
    }

    private static string Text(LinksView links, bool running, DateTimeOffset now)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine(running ? "The cabinet runs." : "The cabinet is stopped; this is its last commit.");
        foreach (var r in links.Restraints)
            text.WriteLine($"held back by {r.Cause}: {r.Says} (streams up to {r.LastStream} flow), {Age(now, r.Since)}");
        if (links.Peers.Count == 0)
            text.WriteLine("There is no neighbour yet.");
        foreach (var peer in links.Peers)
            Peer(text, peer, now);
        Blobs(text, links.Blobs, now);
        return text.ToString();
    }

    private static void Peer(StringWriter text, PeerLanes p, DateTimeOffset now)
    {
        text.WriteLine();
        text.WriteLine($"{p.Name}  {p.Did}");
        var contact = p.LastContact is { } at ? $"last contact {Age(now, at)} ago" : "never in contact";
        var since = p.Since is { } began ? $" for {Age(now, began)}" : "";
        text.WriteLine(
            $"  way: {Way(p.Way)}{since}; {contact}; sent {Part.Bytes(p.BytesSent)}, received {Part.Bytes(p.BytesReceived)}; set aside: {p.SetAside}"
        );
        foreach (var lane in p.Lanes)
            text.WriteLine($"  {lane.Class, -12} {lane.Direction, -3}  {lane.State, -7}  {Load(lane, now)}");
    }

    private static void Blobs(StringWriter text, BlobsView b, DateTimeOffset now)
    {
        text.WriteLine();
        text.WriteLine($"pictures: {b.Count} here, {Part.Bytes(b.Bytes)} of {Part.Bytes(b.Quota)}; {b.Wanted} on their way");
        foreach (var blob in b.UnderWay)
        {
            var why = blob.Fault is { } fault ? $", {fault}" : "";
            text.WriteLine(
                $"  {blob.Sha256[..8]}  from {blob.From}: {Part.Bytes(blob.Had)} of {Part.Bytes(blob.Bytes)}, {blob.State} for {Age(now, blob.Since)}{why}"
            );
        }
    }

    private static string Way(string way) =>
        way switch
        {
            "ours" => "we are connected to them",
            "theirs" => "they are connected to us",
            "relay" => "by a relay",
            _ => "no link",
        };

    private static string Load(LaneView l, DateTimeOffset now)
    {
        if (l.Direction == "in")
            return l.Rows == 0 ? "nothing today" : $"{l.Rows} today, {Part.Bytes(l.Bytes)} of {Part.Bytes(l.MaxBytes)}";
        if (l.Rows == 0)
            return "nothing waits";
        var age = l.Oldest is { } at ? $", the oldest {Age(now, at)}" : "";
        var room = l.NoRoom > 0 ? $", {l.NoRoom} for space there" : "";
        return $"{l.Rows} wait, {Part.Bytes(l.Bytes)}{age}{room}";
    }

    private static string Age(DateTimeOffset now, DateTimeOffset at) =>
        (now - at) switch
        {
            { TotalSeconds: < 60 } span => $"{Math.Max(0, (int)span.TotalSeconds)} s",
            { TotalMinutes: < 60 } span => $"{(int)span.TotalMinutes} min",
            { TotalHours: < 48 } span => $"{(int)span.TotalHours} h",
            var span => $"{(int)span.TotalDays} d",
        };
}
