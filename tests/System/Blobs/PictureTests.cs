using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using EdgeNode.Store;
using EdgeNode.Tests.System.Hosts;
using EdgeNode.Tests.System.Relay;
using EdgeNode.Wire;

namespace EdgeNode.Tests.System.Blobs;

/// <summary>A picture on its way between two running cabinets: whole, cut by kill -9, from a damaged source, and to who has no right to it.</summary>
public sealed class PictureTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_picture_reaches_the_neighbour_and_its_receipt_comes_back()
    {
        await using var two = await TwoCabinets.PeeredAsync();
        using var anna = await TwoCabinets.ResidentAsync(two.Mill);
        using var bert = await TwoCabinets.ResidentAsync(two.Hill);
        var picture = Png(200_000, 1);
        var page = await Show(two, anna, "all", picture);
        await Arrived(two.Hill, picture);

        Assert.Equal(picture, await bert.BytesAsync($"blobs/{Sha.Hex(picture)}"));
        Assert.Contains(Sha.Hex(picture), (await bert.GetAsync("find?q=bread")).Text, StringComparison.Ordinal);
        await Until.HoldsAsync(
            () => TwoCabinets.Number(two.Mill, "SELECT count(*) FROM blob_at") == 1,
            "Hill's receipt is at Mill",
            Long
        );
        Assert.Contains("Hill", (await anna.GetAsync(page)).Text, StringComparison.Ordinal);
        Assert.Equal(picture.Length, Received(two.Hill));
        using var steward = await CabinetVisitor.StewardAsync(two.Hill);
        var blobs = (await steward.GetAsync("api/steward/links")).Json!["blobs"]!;
        Assert.Equal((1, picture.Length, 0), ((int)blobs["count"]!, (int)blobs["bytes"]!, (int)blobs["wanted"]!));
    }

    [Fact]
    public async Task After_kill_9_in_the_middle_a_fetch_goes_on_where_it_stopped()
    {
        await using var two = await TwoCabinets.PeeredAsync();
        using var anna = await TwoCabinets.ResidentAsync(two.Mill);
        await Rate(two.Mill, 20_000);
        var picture = Png(240_000, 2);
        await Show(two, anna, "all", picture);
        await Until.HoldsAsync(() => Part(two.Hill, picture) > 60_000, "a part of the picture is at Hill", Long);
        await two.Hill.KillAsync();
        var had = Part(two.Hill, picture);
        Assert.InRange(had, 60_000, picture.Length - 1);
        await two.Hill.StartAsync();
        await Arrived(two.Hill, picture);

        Assert.Equal(picture.Length - had, Received(two.Hill));
        Assert.Equal(0, Part(two.Hill, picture));
    }

    [Fact]
    public async Task A_damaged_source_is_refused_and_asked_again_later()
    {
        await using var two = await TwoCabinets.PeeredAsync();
        using var anna = await TwoCabinets.ResidentAsync(two.Mill);
        await Lane(two.Mill, "pause", []);
        var picture = Png(100_000, 3);
        await Show(two, anna, "all", picture);
        var file = FileOf(two.Mill, picture);
        await File.WriteAllBytesAsync(file, Png(100_000, 4));
        await Lane(two.Mill, "resume", []);
        await Until.HoldsAsync(() => Fault(two.Hill) == "blob.hash", "Hill has refused the damaged picture", Long);
        Assert.False(File.Exists(FileOf(two.Hill, picture)));
        await File.WriteAllBytesAsync(file, picture);
        await Arrived(two.Hill, picture);
    }

    [Fact]
    public async Task Nobody_gets_what_no_statement_names_to_them()
    {
        await using var two = await TwoCabinets.PeeredAsync();
        using var anna = await TwoCabinets.ResidentAsync(two.Mill);
        var (here, shared) = (Png(50_000, 5), Png(50_000, 6));
        await Show(two, anna, "here", here);
        await Show(two, anna, "all", shared);
        await Arrived(two.Hill, shared);
        using var hill = ClientOf(Path.Combine(two.Hill.Data, "node.key"), two.Hill.CertificateFile);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = Client(
            new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256).CreateSelfSigned(
                DateTimeOffset.UnixEpoch,
                new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero)
            )
        );
        var nowhere = new string('0', 64);

        Assert.Equal((200, ""), await Ask(hill, two.Mill, Sha.Hex(shared)));
        Assert.Equal((404, "blob.unknown"), await Ask(hill, two.Mill, Sha.Hex(here)));
        Assert.Equal((404, "blob.unknown"), await Ask(hill, two.Mill, nowhere));
        Assert.Equal((404, "blob.unknown"), await Ask(hill, two.Mill, "..%2F..%2Fnode.key"));
        Assert.Equal((416, "blob.range"), await Ask(hill, two.Mill, Sha.Hex(shared), "bytes=50000000-"));
        Assert.Equal((206, ""), await Ask(hill, two.Mill, Sha.Hex(shared), "bytes=10-"));
        Assert.Equal((200, ""), await Ask(hill, two.Mill, Sha.Hex(shared), "bytes=0-1,5-9"));
        Assert.Equal((403, "peer.not_enrolled"), await Ask(stranger, two.Mill, Sha.Hex(shared)));
        Assert.Equal((403, "peer.not_enrolled"), await Ask(stranger, two.Mill, nowhere));
        await Lane(two.Mill, "pause", []);
        Assert.Equal((429, "blob.held"), await Ask(hill, two.Mill, Sha.Hex(shared)));
    }

    private static async Task<(int Status, string Code)> Ask(HttpClient who, CabinetProcess at, string name, string? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{at.Address}:{at.PairingPort}/blobs/{name}");
        if (range is not null)
            request.Headers.TryAddWithoutValidation("Range", range);
        using var response = await who.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        return ((int)response.StatusCode, response.IsSuccessStatusCode ? "" : global::System.Text.Encoding.ASCII.GetString(body));
    }

    private static HttpClient ClientOf(string keyFile, string certificateFile)
    {
        using var key = NodeKey.FromScalar(File.ReadAllBytes(keyFile).AsSpan(0, 32));
        using var bare = X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile));
        return Client(bare.CopyWithPrivateKey(key.Ecdsa));
    }

    private static HttpClient Client(X509Certificate2 certificate)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null;
        return new HttpClient(handler) { Timeout = Long };
    }

    private static async Task<string> Show(TwoCabinets two, CabinetVisitor who, string share, byte[] picture)
    {
        var body = new JsonObject
        {
            ["category"] = "test/thing",
            ["title"] = "bread",
            ["share"] = share,
        };
        var id = (await who.PostAsync("api/offerings", body))["id"];
        var page = $"offer/{id}/picture";
        Assert.Equal(303, await who.UploadAsync(page, "picture", picture));
        Assert.True(File.Exists(FileOf(two.Mill, picture)));
        return page;
    }

    private static Task Rate(CabinetProcess at, int rate) => Lane(at, "", new JsonObject { ["rate"] = rate });

    private static async Task Lane(CabinetProcess at, string act, JsonObject body)
    {
        using var steward = await CabinetVisitor.StewardAsync(at);
        var did = (string)(await steward.GetAsync("api/steward/links")).Json!["peers"]![0]!["did"]!;
        var path = $"api/steward/peerings/{Uri.EscapeDataString(did)}/lanes/shared/out{(act.Length > 0 ? "/" : "")}{act}";
        var answered = await steward.PostAsync(path, body);
        Assert.True(answered.IsDone, answered.ToString());
    }

    private static async Task Arrived(CabinetProcess at, byte[] picture)
    {
        var (sha256, file) = (Sha.Hex(picture), FileOf(at, picture));
        await Until.HoldsAsync(
            () => TwoCabinets.Number(at, $"SELECT count(*) FROM blob WHERE state = 'here' AND sha256 = '{sha256}'") == 1,
            $"the picture is there; {Part(at, picture)} bytes are, the last fault is {Fault(at)}",
            Long
        );
        Assert.Equal(picture, await File.ReadAllBytesAsync(file));
    }

    private static string? Fault(CabinetProcess at)
    {
        using var db = new StoreFile(at.Database).OpenReader();
        return db.Text("SELECT fault FROM blob");
    }

    private static long Received(CabinetProcess at) =>
        TwoCabinets.Number(at, "SELECT coalesce(sum(total), 0) FROM traffic WHERE what = 'blob_bytes_received'");

    private static string FileOf(CabinetProcess at, byte[] picture)
    {
        var sha256 = Sha.Hex(picture);
        return Path.Combine(at.Data, "blobs", sha256[..2], sha256[2..4], sha256);
    }

    private static long Part(CabinetProcess at, byte[] picture) =>
        new FileInfo(Path.Combine(at.Data, "blobs", "part", Sha.Hex(picture))) is { Exists: true } part ? part.Length : 0;

    /// <summary>A PNG of this size whose content a seed decides; nothing in it is to be left out.</summary>
    private static byte[] Png(int size, int seed)
    {
        var bytes = new List<byte> { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A };
        Chunk(bytes, "IHDR"u8, new byte[13]);
        var content = new byte[size - 8 - 25 - 12 - 12];
        new Random(seed).NextBytes(content);
        Chunk(bytes, "IDAT"u8, content);
        Chunk(bytes, "IEND"u8, []);
        return [.. bytes];
    }

    private static void Chunk(List<byte> bytes, ReadOnlySpan<byte> type, byte[] content)
    {
        var length = content.Length;
        bytes.AddRange([(byte)(length >> 24), (byte)(length >> 16 & 0xFF), (byte)(length >> 8 & 0xFF), (byte)(length & 0xFF)]);
        bytes.AddRange(type);
        bytes.AddRange(content);
        bytes.AddRange(new byte[4]);
    }
}
