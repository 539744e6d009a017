using System.Globalization;
using EdgeNode.Appliance.Io;
using EdgeNode.Appliance.Web.Api;
using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Cli;

/// <summary>Hands what a courier brought to the running cabinet, in its order and in bounded pieces.</summary>
internal static class CourierImport
{
    /// <summary>Bytes in one request: with base64 around them they stay below what the stewards' door takes.</summary>
    private const int Piece = 600 * 1024;

    /// <summary>Longest single file that is looked at: a page of QR codes has about 60 kB a code.</summary>
    private const int MaxSingle = 32 * 1024 * 1024;

    public static async Task<CourierReport> From(StewardClient door, string path, CancellationToken token)
    {
        if (!Path.Exists(path))
            throw new CourierException("courier.no_stick", $"There is nothing at {path}. Is the stick plugged in and mounted?");
        var node = await door.GetAsync("api/node", WebJson.Safe.NodeJson, token).ConfigureAwait(false);
        var hand = new Hand(door, token);
        if (Directory.Exists(path))
            foreach (var file in CourierStick.FilesFor(path, new Did(node.Did).Short))
                await hand.Add(CourierStick.Read(file, CourierSet.MaxFile)).ConfigureAwait(false);
        else
            await hand.Add(Brought.Of(CourierStick.Read(path, MaxSingle))).ConfigureAwait(false);
        await hand.Flush().ConfigureAwait(false);
        return Report(path, hand);
    }

    private static CourierReport Report(string path, Hand hand)
    {
        var (d, missing) = (hand.Delivered, hand.Missing.Distinct().Order().ToList());
        if (hand.Files == 0 && missing.Count == 0 && d.Broken == 0)
            throw new CourierException("courier.foreign_stick", $"There is nothing from a cabinet in {path}.");
        string?[] says =
        [
            $"{d.Taken} new bundles taken over, {d.Known} were here already, {d.Words} receipts and reports read.",
            d.Early > 0 ? $"{d.Early} have to wait: what comes before them is missing." : null,
            d.Foreign > 0 ? $"{d.Foreign} are for other cabinets, or from ones that are no neighbours." : null,
            d.Broken > 0 ? $"{d.Broken} are not whole; copy them again." : null,
            d.Refused > 0 ? $"{d.Refused} were refused; the page Health counts why." : null,
            missing.Count > 0
                ? $"Codes still to scan: {string.Join(", ", missing)}. Nothing of an unfinished series is taken."
                : null,
        ];
        return new CourierReport
        {
            Good = d is { Broken: 0, Refused: 0, Early: 0 } && missing.Count == 0,
            Code =
                missing.Count > 0 ? "courier.codes_missing"
                : d.Broken > 0 ? "courier.broken"
                : "",
            Says = string.Join(' ', says.OfType<string>()),
            Files = hand.Files,
            Taken = d.Taken,
            Known = d.Known,
            Early = d.Early,
            Words = d.Words,
            Foreign = d.Foreign,
            Broken = d.Broken,
            Refused = d.Refused,
            Missing = missing,
        };
    }

    /// <summary>Gathers files and hands them in whenever a piece is full.</summary>
    private sealed class Hand(StewardClient door, CancellationToken token)
    {
        private readonly List<byte[]> _files = [];
        private int _bytes;

        public Delivered Delivered { get; private set; } = Delivered.Nothing;
        public List<int> Missing { get; } = [];
        public int Files { get; private set; }

        public async Task Add(Brought brought)
        {
            Missing.AddRange(brought.Missing);
            if (brought.Spoiled)
                Delivered = Delivered with { Broken = Delivered.Broken + 1 };
            foreach (var file in brought.Files)
                await Add(file).ConfigureAwait(false);
        }

        public async Task Add(byte[] file)
        {
            Files++;
            if (file.Length == 0)
            {
                Delivered = Delivered with { Broken = Delivered.Broken + 1 };
                return;
            }
            if (_bytes + file.Length > Piece || _files.Count == CourierSet.MaxFiles)
                await Flush().ConfigureAwait(false);
            _files.Add(file);
            _bytes += file.Length;
        }

        public async Task Flush()
        {
            if (_files.Count == 0)
                return;
            var d = await door.PostAsync(
                    "api/steward/courier/in",
                    new CourierInRequest([.. _files.Select(Convert.ToBase64String)]),
                    WebJson.Safe.CourierInRequest,
                    WebJson.Safe.DeliveredJson,
                    token
                )
                .ConfigureAwait(false);
            Delivered = Delivered.Plus(
                new Delivered(d.Taken, d.Known, d.Early, d.Words, d.Foreign, d.Broken, d.Refused, d.Senders)
            );
            _files.Clear();
            _bytes = 0;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Files} files handed in"));
        }
    }
}
