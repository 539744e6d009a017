using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>A resident's picture through the pages of a real node: given, shown, replaced, refused.</summary>
public sealed class PictureTests
{
    [Fact]
    public async Task A_picture_is_given_seen_by_its_hash_and_taken_away()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");
        var path = await Offer(alice);
        using var given = await Give(alice, path, Png(1000));
        Assert.Equal((HttpStatusCode.SeeOther, path), (given.StatusCode, given.Headers.Location!.ToString()));
        var image = $"/blobs/{Sha.Hex(Png(1000))}";
        Assert.Contains($"src=\"{image}\"", await alice.Page(path), StringComparison.Ordinal);
        Assert.Contains($"src=\"{image}\"", await alice.Page("/offer"), StringComparison.Ordinal);

        using var seen = await alice.Get(image);
        Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
        Assert.Equal("image/png", seen.Content.Headers.ContentType!.ToString());
        Assert.Equal("nosniff", seen.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("immutable", seen.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(Png(1000), await seen.Content.ReadAsByteArrayAsync());

        using var removed = await alice.PostForm(path, path + "/remove");
        Assert.Equal(HttpStatusCode.SeeOther, removed.StatusCode);
        Assert.DoesNotContain(image, await alice.Page(path), StringComparison.Ordinal);
        using var gone = await alice.Get(image);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task What_is_kept_to_its_owner_is_shown_to_nobody_else()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");
        using var bob = await Join(node, "Bob");
        var path = await Offer(alice);
        using var given = await Give(alice, path, Png(1000));
        var image = $"/blobs/{Sha.Hex(Png(1000))}";

        using var foreign = await bob.Get(image);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var visitor = node.Resident();
        using var stranger = await visitor.Get(image);
        Assert.Equal(HttpStatusCode.SeeOther, stranger.StatusCode);
        using var intruder = await bob.PostForm("/offer", path + "/remove");
        Assert.Equal(HttpStatusCode.NotFound, intruder.StatusCode);
        Assert.Contains(image, await alice.Page(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("..%2F..%2Fnode.key")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ABCDEF")]
    public async Task Nothing_but_a_known_hash_finds_a_file(string name)
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");

        using var answer = await alice.Get("/blobs/" + name);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task What_is_no_picture_or_too_large_is_refused_with_a_sentence()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");
        var path = await Offer(alice);

        using var script = await Give(alice, path, "<svg onload=alert(1)>"u8.ToArray());
        Assert.Equal(HttpStatusCode.BadRequest, script.StatusCode);
        Assert.Contains("no JPEG, PNG or WebP", await script.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var nothing = await Give(alice, path, []);
        Assert.Equal(HttpStatusCode.BadRequest, nothing.StatusCode);
        using var large = await Give(alice, path, Png((int)PictureBody.MaxLength + 1000));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.DoesNotContain("/blobs/", await alice.Page(path), StringComparison.Ordinal);
    }

    private static async Task<Browser> Join(LoopNode node, string label)
    {
        var browser = node.Resident();
        using var joined = await browser.PostJson("/api/join", $$"""{"label":"{{label}}"}""");
        var code = JsonDocument.Parse(await joined.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString();
        using var opened = await browser.PostJson("/api/session", $$"""{"code":"{{code}}"}""");
        Assert.True(opened.IsSuccessStatusCode);
        return browser;
    }

    private static async Task<string> Offer(Browser who)
    {
        using var made = await who.PostJson("/api/offerings", """{"category":"food/bread","title":"Rye bread","share":"here"}""");
        var id = JsonDocument.Parse(await made.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString();
        return $"/offer/{id}/picture";
    }

    private static async Task<HttpResponseMessage> Give(Browser who, string path, byte[] file)
    {
        using var form = new MultipartFormDataContent();
        form.Add(new StringContent(await who.TokenOn(path)), "_t");
        var part = new ByteArrayContent(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(part, "picture", "../../picture.png");
        return await who.Send(HttpMethod.Post, path, form, ("Origin", who.Origin));
    }

    private static byte[] Png(int size)
    {
        var bytes = new List<byte> { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A };
        Chunk(bytes, "IHDR"u8, 13);
        Chunk(bytes, "IDAT"u8, size);
        Chunk(bytes, "IEND"u8, 0);
        return [.. bytes];
    }

    private static void Chunk(List<byte> bytes, ReadOnlySpan<byte> type, int length)
    {
        bytes.AddRange([(byte)(length >> 24), (byte)(length >> 16 & 0xFF), (byte)(length >> 8 & 0xFF), (byte)(length & 0xFF)]);
        bytes.AddRange(type);
        bytes.AddRange(new byte[length + 4]);
    }
}
