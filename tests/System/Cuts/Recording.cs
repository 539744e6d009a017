using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EdgeNode.Tests.System.Brokers;
using EdgeNode.Tests.System.Hosts;
using EdgeNode.Wire;

namespace EdgeNode.Tests.System.Cuts;

/// <summary>What somebody was told, and how long the log was then: from there on no power cut may take it away.</summary>
internal sealed record Promise(long At, PromiseKind Kind, string Id);

internal enum PromiseKind
{
    /// <summary>A resident's card was given: the label.</summary>
    Resident,

    /// <summary>A post was answered: the title.</summary>
    Post,

    /// <summary>A post for all neighbours was answered: the title; it waits in the outbox as well.</summary>
    SharedPost,

    /// <summary>A bundle was receipted: stream and number.</summary>
    Bundle,

    /// <summary>A statement of a receipted bundle: its id.</summary>
    Statement,
}

/// <summary>
/// A real cabinet at work with the recorder under it, from an empty folder on: residents join and post, a peer delivers bundles, the
/// program is stopped, killed and started again.
/// </summary>
internal sealed class Recording : IAsyncDisposable
{
    private const int Residents = 2;

    private readonly ConcurrentBag<Promise> _promises = [];
    private readonly string _log;
    private readonly string _library;
    private ForeignPeer? _peer;
    private string _person = "";

    private Recording(CabinetProcess cabinet)
    {
        Cabinet = cabinet;
        _log = Path.Combine(cabinet.Folder, "writes");
        _library = Path.Combine(cabinet.Folder, "recorder.so");
        Directory.CreateDirectory(cabinet.Data);
    }

    public CabinetProcess Cabinet { get; }

    public IReadOnlyList<Promise> Promises => [.. _promises.OrderBy(p => p.At)];

    public List<Recorded> Log() => WriteLog.Read(_log);

    /// <summary>Works through as many lives as told; the first ends in order, the others by kill -9, and the last in order again.</summary>
    public static async Task<Recording> MakeAsync(int lives, int rounds)
    {
        var recording = new Recording(CabinetProcess.Make());
        try
        {
            await recording.BuildAsync();
            for (var life = 1; life <= lives; life++)
                await recording.LiveAsync(life, rounds, killed: life > 1 && life < lives);
            return recording;
        }
        catch
        {
            await recording.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null)
            await _peer.DisposeAsync();
        await Cabinet.DisposeAsync();
    }

    private async Task BuildAsync()
    {
        var source = Path.Combine(Binaries.Root, "tests", "System", "Cuts", "recorder.c");
        var built = await Foreign.RunAsync("clang", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", _library, source);
        Assert.True(built.Code == 0, built.Text);
    }

    private async Task LiveAsync(int life, int rounds, bool killed)
    {
        await Cabinet.StartAsync(["env", $"LD_PRELOAD={_library}", $"RECORD_ROOT={Cabinet.Data}", $"RECORD_LOG={_log}"]);
        if (_peer is null)
            await MeetAsync();
        else
            await _peer.ConnectAsync();
        var residents = Enumerable.Range(0, Residents).Select(n => PostAsync($"{life}-{n}", rounds));
        await Task.WhenAll([.. residents, DeliverAsync(life, rounds)]);
        if (killed)
            await Cabinet.KillAsync();
        else
            Assert.Equal(0, (await Cabinet.StopAsync()).Code);
    }

    private async Task MeetAsync()
    {
        using var steward = await CabinetVisitor.StewardAsync(Cabinet);
        _peer = await ForeignPeer.EnrolAsync(Cabinet, steward, "Peer");
        (_person, var introduction) = _peer.NewPerson();
        Assert.Empty(await _peer.DeliverAsync(0, _peer.Bundle(0, [introduction])));
        Promised(PromiseKind.Bundle, "0-1");
    }

    private async Task PostAsync(string name, int rounds)
    {
        using var visitor = CabinetVisitor.Resident(Cabinet);
        var label = $"Neighbour {name}";
        var card = await visitor.JoinAsync(label);
        Assert.True(card.IsDone, card.ToString());
        Promised(PromiseKind.Resident, label);
        Assert.True((await visitor.SignInAsync(card["code"])).IsDone);
        for (var round = 0; round < rounds; round++)
        {
            var (title, shared) = ($"Thing {name}-{round}", round % 2 == 0);
            var body = new JsonObject
            {
                ["category"] = "test/thing",
                ["title"] = title,
                ["share"] = shared ? "all" : "here",
            };
            var posted = await visitor.PostAsync("api/offerings", body);
            Assert.True(posted.Status == 201, posted.ToString());
            Promised(shared ? PromiseKind.SharedPost : PromiseKind.Post, title);
        }
    }

    private async Task DeliverAsync(int life, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var offerings = Enumerable
                .Range(0, 1 + (round % 3 * 4))
                .Select(n => _peer!.Statement(Kinds.Offering, ForeignPeer.OfferingBody(_person, $"From afar {life}-{round}-{n}")))
                .ToArray();
            var bundle = _peer!.Bundle(2, offerings);
            Assert.Empty(await _peer.DeliverAsync(2, bundle));
            var header = WireJson.Read(Frame.TryRead(bundle, 0, out _)!.Header.Span, WireJson.Default.BundleHeader)!;
            Promised(PromiseKind.Bundle, $"2-{header.Seq}");
            foreach (var offering in offerings)
                Promised(PromiseKind.Statement, Frame.TryReadWhole(offering, Statement.MaxSize)!.Id(Kinds.Offering));
        }
    }

    private void Promised(PromiseKind kind, string id) => _promises.Add(new Promise(new FileInfo(_log).Length, kind, id));
}
