using System.Globalization;
using EdgeNode.Appliance.Io;
using EdgeNode.Appliance.Web;
using EdgeNode.Appliance.Web.Api;
using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Store.Io;
using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Cli;

/// <summary>Takes what waits for a neighbour from the running cabinet, page by page, and writes it to a stick or as QR codes.</summary>
internal static class CourierExport
{
    public static async Task<CourierReport> ToStick(
        StewardClient door,
        string to,
        string stick,
        long maxBytes,
        CancellationToken token
    )
    {
        var peer = await Find(door, to, token).ConfigureAwait(false);
        var node = await door.GetAsync("api/node", WebJson.Safe.NodeJson, token).ConfigureAwait(false);
        var folder = CourierStick.Claim(stick, new Did(peer.Did).Short, new Did(node.Did).Short);
        var written = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        var all = await Each(
                door,
                peer.Did,
                file =>
                {
                    bytes += file.Bytes.Length;
                    if (bytes > maxBytes)
                        return false;
                    CourierStick.Write(folder, file);
                    written.Add(file.Name);
                    Progress(written.Count, bytes);
                    return true;
                },
                token
            )
            .ConfigureAwait(false);
        var removed = all ? CourierStick.RemoveOthers(folder, written) : 0;
        return new CourierReport
        {
            Good = true,
            Says =
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{written.Count} files for {peer.Name} are in {folder} ({Part.Bytes(bytes)})."
                )
                + (all ? "" : " More waits than --max-mb allows; bring this first.")
                + (removed > 0 ? $" {removed} files of an earlier journey were not needed any more." : ""),
            Files = written.Count,
            Bytes = bytes,
            Removed = removed,
        };
    }

    public static async Task<CourierReport> ToCodes(StewardClient door, string to, string page, CancellationToken token)
    {
        var peer = await Find(door, to, token).ConfigureAwait(false);
        var (files, size) = (new List<byte[]>(), CourierSet.EmptySize);
        var all = await Each(
                door,
                peer.Did,
                file =>
                {
                    size += CourierSet.SizeOf(file.Bytes.Length);
                    if (size > QrSeries.MaxSet)
                        return false;
                    files.Add(file.Bytes);
                    return true;
                },
                token
            )
            .ConfigureAwait(false);
        var set = CourierSet.Pack(files);
        var codes = QrSeries.Split(set);
        DurableFile.Write(Path.GetFullPath(page), CodesPage(peer.Name, codes));
        return new CourierReport
        {
            Good = true,
            Says =
                $"{codes.Count} QR codes for {peer.Name} are in {page}. All of them have to be scanned, in any order."
                + (all ? "" : " More waits than fits a series; bring this first."),
            Files = files.Count,
            Bytes = set.Length,
            Codes = codes.Count,
        };
    }

    /// <summary>Hands over each sealed file until there are no more, or the taker has no room: then false.</summary>
    private static async Task<bool> Each(StewardClient door, string did, Func<SealedFile, bool> take, CancellationToken token)
    {
        StreamJson[]? after = null;
        while (true)
        {
            var page = await door.PostAsync(
                    "api/steward/courier/out",
                    new CourierOutRequest(did, after),
                    WebJson.Safe.CourierOutRequest,
                    WebJson.Safe.CourierOutJson,
                    token
                )
                .ConfigureAwait(false);
            foreach (var file in page.Files)
            {
                // A name from the answer becomes a path: only our own forms do.
                if (!CourierNames.IsOurs(file.Name) || !take(new SealedFile(file.Name, Convert.FromBase64String(file.Content))))
                    return false;
            }
            if (!page.More)
                return true;
            after = page.After;
        }
    }

    private static async Task<PeeringJson> Find(StewardClient door, string to, CancellationToken token)
    {
        var neighbours = await door.GetAsync("api/steward/neighbours", WebJson.Safe.NeighboursJson, token).ConfigureAwait(false);
        var enrolled = neighbours.Peerings.Where(p => p.State == "enrolled").ToList();
        var named = enrolled.Where(p => p.Did == to || new Did(p.Did).Short == to || p.Name == to).ToList();
        if (named is [var one])
            return one;
        if (named.Count > 1)
            throw new CourierException(
                "peer.ambiguous",
                $"Several neighbours are called '{to}'; name one by the first 13 characters of its DID."
            );
        var known = string.Join(", ", enrolled.Select(Shown));
        throw new CourierException("peer.unknown", $"There is no neighbour '{to}' with a peering in force. There are: {known}.");
    }

    private static string Shown(PeeringJson peering) => $"{peering.Name} ({new Did(peering.Did).Short})";

    private static void Progress(int files, long bytes)
    {
        if (files % 16 == 0)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files} files, {Part.Bytes(bytes)}"));
    }

    /// <summary>A page that needs nothing else: the codes as drawings, and as text for who has no camera.</summary>
    private static byte[] CodesPage(string peer, IReadOnlyList<string> codes)
    {
        var drawings = Html.Each(Enumerable.Range(0, codes.Count), i => Drawing(codes[i], $"{i + 1} of {codes.Count}"));
        var text = string.Join('\n', codes);
        Html page = $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>For {peer}</title></head>
            <body><h1>For {peer}</h1><p>{codes.Count} codes. All of them have to be scanned, in any order. Only {peer} can open them.</p>
            {drawings}<h2>The same as text</h2><pre>{text}</pre></body></html>
            """;
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        page.WriteTo(bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static Html Drawing(string code, string caption)
    {
        var drawing = QrDrawing.DrawDense(code, caption);
        return $"<figure>{drawing}<figcaption>{caption}</figcaption></figure>";
    }
}
