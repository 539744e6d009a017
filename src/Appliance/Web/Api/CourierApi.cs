using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>POST /api/steward/courier/out: one page of what a courier takes to a neighbour.</summary>
/// <param name="Peer">DID of the neighbour.</param>
/// <param name="After">What the answer before said; absent for the first page.</param>
public sealed record CourierOutRequest(string Peer, StreamJson[]? After = null);

/// <summary>The last bundle of a stream.</summary>
public sealed record StreamJson(int Stream, long Seq);

/// <summary>One sealed file.</summary>
/// <param name="Name">Its name on a stick.</param>
/// <param name="Content">Base64.</param>
public sealed record CourierFileJson(string Name, string Content);

/// <summary>One page for a courier.</summary>
public sealed record CourierOutJson(CourierFileJson[] Files, StreamJson[] After, bool More);

/// <summary>POST /api/steward/courier/in: sealed files in base64.</summary>
public sealed record CourierInRequest(string[] Files);

/// <summary>What became of the files.</summary>
public sealed record DeliveredJson(
    int Taken,
    int Known,
    int Early,
    int Words,
    int Foreign,
    int Broken,
    int Refused,
    string[] Senders
);

/// <summary>Sticks and QR codes at the stewards' JSON interface.</summary>
public static class CourierApi
{
    /// <summary>Adds the courier to the stewards' door.</summary>
    public static void MapCourierApi(this Door door)
    {
        door.PostJson("/api/steward/courier/out", Access.SignedIn, Out);
        door.PostJson("/api/steward/courier/in", Access.SignedIn, In);
    }

    /// <summary>The files of a request, or null when one is no base64 or there are too many.</summary>
    internal static List<byte[]>? Decode(string[] files)
    {
        if (files.Length > CourierSet.MaxFiles)
        {
            return null;
        }

        var decoded = new List<byte[]>(files.Length);
        foreach (var file in files)
        {
            var bytes = new byte[file.Length];
            if (!Convert.TryFromBase64String(file, bytes, out var length) || length > CourierSet.MaxFile)
            {
                return null;
            }

            decoded.Add(bytes[..length]);
        }

        return decoded;
    }

    private static async Task<Reply> Out(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.CourierOutRequest) is not { After: null or { Length: <= 8 } } body)
        {
            return ResidentApi.BadBody();
        }

        var after = (body.After ?? []).Select(s => new HaveStream(s.Stream, s.Seq)).ToArray();
        var asked = await v.Desk.CarryOut(body.Peer, after, v.Token);
        return asked.Value is { } parcel ? Reply.Json(Shown(parcel), WebJson.Safe.CourierOutJson) : Errors.Of(asked.Refusal!);
    }

    private static async Task<Reply> In(Visit v)
    {
        if (await v.ReadJson(WebJson.Safe.CourierInRequest) is not { } body || Decode(body.Files) is not { } files)
        {
            return ResidentApi.BadBody();
        }

        var asked = await v.Desk.CarryIn(files, v.Token);
        return asked.Value is { } d
            ? Reply.Json(
                new DeliveredJson(d.Taken, d.Known, d.Early, d.Words, d.Foreign, d.Broken, d.Refused, [.. d.Senders]),
                WebJson.Safe.DeliveredJson
            )
            : Errors.Of(asked.Refusal!);
    }

    private static CourierOutJson Shown(Parcel parcel) =>
        new(
            [.. parcel.Files.Select(f => new CourierFileJson(f.Name, Convert.ToBase64String(f.Bytes)))],
            [.. parcel.After.Select(s => new StreamJson(s.Stream, s.Seq))],
            parcel.More
        );
}
