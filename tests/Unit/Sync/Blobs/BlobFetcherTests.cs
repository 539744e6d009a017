using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Appliance.Io;
using EdgeNode.Sync.Blobs;
using EdgeNode.Sync.Io;
using EdgeNode.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeNode.Tests.Unit.Sync.Blobs;

/// <summary>Real fetches over loopback from a source that does what a test says: honest, cut, lying.</summary>
public sealed class BlobFetcherTests : IAsyncLifetime, IDisposable
{
    private static readonly byte[] Picture = MakePicture();
    private static readonly BlobRef Blob = new(Sha.Hex(Picture), Picture.Length, "");

    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-fetch-").FullName;
    private readonly NodeKey _mine = NodeKey.Create(new SeededEntropy(1, "mine"));
    private readonly NodeKey _theirs = NodeKey.Create(new SeededEntropy(2, "theirs"));
    private readonly List<string> _ranges = [];
    private BlobStore _store = null!;
    private BlobFetcher _fetcher = null!;
    private WebApplication _web = null!;
    private int _port;
    private string _spki = "";
    private Func<HttpContext, Task> _source = Honest;

    public async Task InitializeAsync()
    {
        _store = new BlobStore(_folder);
        var waits = BlobFetcherOptions.Default with { Stall = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(20) };
        _fetcher = new BlobFetcher(CertificateOf(_mine), _store, waits);
        var theirs = CertificateOf(_theirs);
        _spki = CertificateKey.Of(theirs)!.Spki;
        var builder = BareWeb.NewBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = theirs;
                        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                        https.AllowAnyClientCertificate();
                    })
            )
        );
        _web = builder.Build();
        _web.Run(http =>
        {
            _ranges.Add(http.Request.Headers.Range.ToString());
            Assert.Equal("HTTP/2", http.Request.Protocol);
            return _source(http);
        });
        await _web.StartAsync();
        _port = new Uri(_web.Urls.First()).Port;
    }

    public async Task DisposeAsync() => await _web.DisposeAsync();

    public void Dispose()
    {
        _fetcher.Dispose();
        _mine.Dispose();
        _theirs.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_whole_blob_arrives_with_its_hash_and_type()
    {
        var outcome = await Fetch();

        Assert.Equal(("", Picture.Length, "image/jpeg"), (outcome.Code, (int)outcome.Received, outcome.Type));
        Assert.Equal(Picture.Length, _store.Length(Blob.Sha256));
    }

    [Fact]
    public async Task A_cut_transfer_goes_on_where_it_stopped_and_brings_no_byte_twice()
    {
        _source = http => CutAfter(http, 100_000);
        var first = await Fetch();
        Assert.Equal(BlobFetches.Cut, first.Code);
        var had = _store.PartLength(Blob.Sha256);
        Assert.InRange(had, 1, 100_000);
        _source = Honest;
        var second = await Fetch();

        Assert.Equal("", second.Code);
        Assert.Equal($"bytes={had}-", _ranges[^1]);
        Assert.Equal(Picture.Length, had + second.Received);
    }

    [Fact]
    public async Task A_source_without_ranges_is_read_from_the_beginning()
    {
        Part(Picture[..5000]);
        _source = http => Send(http, 200, Picture);

        Assert.Equal("", (await Fetch()).Code);
    }

    [Fact]
    public async Task A_part_that_was_damaged_is_thrown_away_and_the_next_fetch_begins_anew()
    {
        Part(new byte[5000]);
        Assert.Equal("blob.hash", (await Fetch()).Code);
        Assert.Equal(0, _store.PartLength(Blob.Sha256));

        Assert.Equal("", (await Fetch()).Code);
    }

    [Fact]
    public async Task Another_content_of_the_right_length_is_refused_by_its_hash()
    {
        var other = Picture.ToArray();
        other[^1] ^= 1;
        _source = http => Send(http, 200, other);

        Assert.Equal("blob.hash", (await Fetch()).Code);
        Assert.Null(_store.Length(Blob.Sha256));
    }

    [Fact]
    public async Task A_length_that_was_not_said_is_refused_before_a_byte_is_kept()
    {
        _source = http => Send(http, 200, [.. Picture, 0]);
        Assert.Equal("blob.length", (await Fetch()).Code);
        _source = http => Send(http, 200, Picture[..100]);
        Assert.Equal("blob.length", (await Fetch()).Code);
        Assert.Equal(0, _store.PartLength(Blob.Sha256));
    }

    [Fact]
    public async Task A_body_without_end_is_left_at_the_length_that_was_said()
    {
        _source = Endless;
        var outcome = await Fetch();

        Assert.Equal("blob.length", outcome.Code);
        Assert.InRange(outcome.Received, Picture.Length, Picture.Length + (64 * 1024));
        Assert.Equal(0, _store.PartLength(Blob.Sha256));
    }

    [Theory]
    [InlineData("bytes 0-{last}/{length}")]
    [InlineData("bytes 5001-{last}/{length}")]
    [InlineData("bytes 5000-{last}/999999")]
    [InlineData("bytes 5000-6000/{length}")]
    [InlineData("bytes */{length}")]
    [InlineData("pages 5000-{last}/{length}")]
    [InlineData("")]
    public async Task A_range_that_was_not_asked_for_is_refused(string range)
    {
        Part(Picture[..5000]);
        var lie = range
            .Replace("{last}", $"{Picture.Length - 1}", StringComparison.Ordinal)
            .Replace("{length}", $"{Picture.Length}", StringComparison.Ordinal);
        _source = http =>
        {
            if (lie.Length > 0)
                http.Response.Headers.ContentRange = lie;
            return Send(http, 206, Picture[5000..]);
        };

        Assert.Equal("blob.range", (await Fetch()).Code);
        Assert.Equal(5000, _store.PartLength(Blob.Sha256));
    }

    [Theory]
    [InlineData(404, "blob.unknown")]
    [InlineData(403, "blob.refused")]
    [InlineData(429, "blob.held")]
    [InlineData(302, "blob.refused")]
    [InlineData(500, "blob.refused")]
    public async Task A_refusal_is_told_by_its_code(int status, string code)
    {
        _source = http => Send(http, status, []);

        Assert.Equal(code, (await Fetch()).Code);
    }

    [Fact]
    public async Task A_source_that_falls_silent_is_left_and_what_came_is_kept()
    {
        _source = async http =>
        {
            await http.Response.Body.WriteAsync(Picture.AsMemory(0, 20_000));
            await http.Response.Body.FlushAsync();
            using var silence = new SemaphoreSlim(0);
            await silence.WaitAsync(http.RequestAborted);
        };

        Assert.Equal(new BlobOutcome(BlobFetches.Cut, 20_000), await Fetch());
        Assert.Equal(20_000, _store.PartLength(Blob.Sha256));
    }

    [Fact]
    public async Task Another_key_than_the_pinned_one_is_not_talked_to()
    {
        _spki = new string('0', 64);

        Assert.Equal("blob.identity", (await Fetch()).Code);
        Assert.Empty(_ranges);
    }

    [Fact]
    public async Task The_next_address_is_tried_when_nobody_answers_at_the_first()
    {
        var outcome = await _fetcher.FetchAsync(Blob, [("127.0.0.1", 1), ("127.0.0.1", _port)], _spki, default);

        Assert.Equal("", outcome.Code);
    }

    [Fact]
    public async Task Lost_doubled_and_cut_transfers_in_any_order_end_with_the_whole_blob()
    {
        var luck = new SeededEntropy(7, "cuts");
        _source = http => CutAfter(http, (int)luck.Below(40_000));
        var codes = new List<string>();
        while (codes.Count < 200 && !codes.Contains(""))
            codes.Add((await Fetch()).Code);

        Assert.Equal("", codes[^1]);
        Assert.Contains(BlobFetches.Cut, codes);
        Assert.DoesNotContain("blob.hash", codes);
    }

    private Task<BlobOutcome> Fetch() => _fetcher.FetchAsync(Blob, [("127.0.0.1", _port)], _spki, default);

    private void Part(byte[] bytes)
    {
        using var part = _store.OpenPart(Blob.Sha256, anew: true);
        part.Write(bytes);
    }

    private static Task Honest(HttpContext http)
    {
        var range = BlobDoor.RangeOf(http.Request, Picture.Length, Blob.Sha256)!.Value;
        if (range.IsPart)
            http.Response.Headers.ContentRange = $"bytes {range.From}-{range.To}/{Picture.Length}";
        return Send(http, range.IsPart ? 206 : 200, Picture[(int)range.From..((int)range.To + 1)]);
    }

    private async Task CutAfter(HttpContext http, int bytes)
    {
        var range = BlobDoor.RangeOf(http.Request, Picture.Length, Blob.Sha256)!.Value;
        if (range.IsPart)
            http.Response.Headers.ContentRange = $"bytes {range.From}-{range.To}/{Picture.Length}";
        http.Response.StatusCode = range.IsPart ? 206 : 200;
        var rest = Picture.AsMemory((int)range.From);
        await http.Response.Body.WriteAsync(rest[..Math.Min(bytes, rest.Length)]);
        await http.Response.Body.FlushAsync();
        if (bytes >= rest.Length)
            return;
        // What the other side has not read yet would go with the stream.
        using var moment = new SemaphoreSlim(0);
        for (var i = 0; i < 500 && _store.PartLength(Blob.Sha256) < range.From + bytes; i++)
            await moment.WaitAsync(TimeSpan.FromMilliseconds(10), http.RequestAborted);
        http.Abort();
    }

    private static async Task Endless(HttpContext http)
    {
        var noise = new byte[8192];
        while (!http.RequestAborted.IsCancellationRequested)
            await http.Response.Body.WriteAsync(noise, http.RequestAborted);
    }

    private static async Task Send(HttpContext http, int status, byte[] bytes)
    {
        http.Response.StatusCode = status;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes);
    }

    private static X509Certificate2 CertificateOf(NodeKey key)
    {
        using var bare = NodeCertificate.Create(key.Ecdsa, "test");
        return bare.HasPrivateKey ? new X509Certificate2(bare) : bare.CopyWithPrivateKey(key.Ecdsa);
    }

    private static byte[] MakePicture()
    {
        var bytes = new SeededEntropy(5, "picture").Bytes(300_000);
        (bytes[0], bytes[1], bytes[2]) = (0xFF, 0xD8, 0xFF);
        return bytes;
    }
}
