using System.Text.Json.Nodes;
using EdgeNode.Sync;
using EdgeNode.Tests.System.Brokers;
using EdgeNode.Tests.System.Hosts;
using EdgeNode.Wire;

namespace EdgeNode.Tests.System.Hostile;

/// <summary>One lie that is more than a frame.</summary>
/// <param name="Name">As docs/security.md lists it.</param>
/// <param name="Then">What happens, in the same words.</param>
/// <param name="Tell">Tells it and checks what is special about it; what holds after every lie is checked by the stage.</param>
internal sealed record Lie(string Name, string Then, Func<Stage, Task> Tell);

/// <summary>
/// A cabinet with a liar among its peers and an honest one beside it. After each lie the cabinet lives, both are served, nothing of the honest peer's was
/// touched, and neither memory nor disk has grown out of bounds.
/// </summary>
public sealed class Stage : IAsyncLifetime
{
    /// <summary>Memory that all lies together may cost (96 MiB: the broker's and our queues for a storm, and the runtime's own slack).</summary>
    private const long MostMemory = 96L << 20;

    /// <summary>Disk that they may cost (48 MiB: the log of the database, refusals, the few statements that are true).</summary>
    private const long MostDisk = 48L << 20;

    private CabinetProcess? _cabinet;
    private CabinetVisitor? _steward;
    private ForeignPeer? _liar;
    private ForeignPeer? _honest;
    private long _memory;
    private long _disk;

    internal CabinetProcess Cabinet => _cabinet!;
    internal CabinetVisitor Steward => _steward!;
    internal ForeignPeer Liar => _liar!;
    internal ForeignPeer Honest => _honest!;

    /// <summary>A person of each peer's whom the cabinet knows, and how they were introduced.</summary>
    internal string LiarsPerson { get; private set; } = "";
    internal string HonestPerson { get; private set; } = "";
    internal byte[] HonestIntroduction { get; private set; } = [];

    public async Task InitializeAsync()
    {
        _cabinet = await CabinetProcess.StartNewAsync();
        _steward = await CabinetVisitor.StewardAsync(_cabinet);
        _liar = await ForeignPeer.EnrolAsync(_cabinet, _steward, "Liar");
        _honest = await ForeignPeer.EnrolAsync(_cabinet, _steward, "Honest");
        (LiarsPerson, var introduction) = _liar.NewPerson();
        Assert.Empty(await _liar.DeliverAsync(0, _liar.Bundle(0, [introduction])));
        (HonestPerson, HonestIntroduction) = _honest.NewPerson();
        Assert.Empty(await _honest.DeliverAsync(0, _honest.Bundle(0, [HonestIntroduction])));
        await ShareAsync();
        await HoldsAsync();
        (_memory, _disk) = (Memory(), Disk());
    }

    public async Task DisposeAsync()
    {
        foreach (var peer in (ForeignPeer?[])[_liar, _honest])
        {
            if (peer is not null)
                await peer.DisposeAsync();
        }
        _steward?.Dispose();
        if (_cabinet is not null)
            await _cabinet.DisposeAsync();
    }

    /// <summary>What must hold after every lie.</summary>
    internal async Task HoldsAsync()
    {
        Assert.False(Cabinet.HasEnded, $"the cabinet has ended: {Cabinet.Error}");
        foreach (var (peer, person) in ((ForeignPeer, string)[])[(Honest, HonestPerson), (Liar, LiarsPerson)])
        {
            // A connection in the liar's name has taken its place at the broker; that the honest one's stands is a claim of its own.
            if (peer == Liar || !peer.IsConnected)
                await peer.ConnectAsync();
            var good = peer.Statement(Kinds.Offering, ForeignPeer.OfferingBody(person, "A true thing"));
            Assert.Empty(await peer.DeliverAsync(2, peer.Bundle(2, [good])));
        }
        Assert.True(Waiting(Honest) >= 2, "what waits for the honest peer waits for it still");
        using var visitor = CabinetVisitor.Resident(Cabinet);
        Assert.Equal(200, (await visitor.GetAsync("")).Status);
        if (_memory == 0)
            return;
        Assert.InRange(Memory() - _memory, long.MinValue, MostMemory);
        Assert.InRange(Disk() - _disk, long.MinValue, MostDisk);
    }

    /// <summary>How often the steward sees this code counted.</summary>
    internal async Task<long> CountAsync(string code)
    {
        var refused = (await Steward.GetAsync("api/steward/wire")).Json!["refused"]!.AsArray();
        return refused.Where(r => (string?)r!["code"] == code).Sum(r => (long?)r!["count"] ?? 0);
    }

    /// <summary>The steward sees the code counted so many times more.</summary>
    internal async Task CountedAsync(string code, Action tell, int times = 1)
    {
        var before = await CountAsync(code);
        tell();
        await Until.HoldsAsync(async () => await CountAsync(code) >= before + times, $"{code} is counted {times} times");
    }

    /// <summary>Statements that wait in the outbox for a peer: neither of ours ever signs for any.</summary>
    internal long Waiting(ForeignPeer peer)
    {
        using var db = new EdgeNode.Store.StoreFile(Cabinet.Database).OpenReader();
        return db.Number("SELECT count(*) FROM outbox WHERE peer = $1", peer.Did.Value);
    }

    /// <summary>Offerings of a peer's people that stand in the cabinet.</summary>
    internal async Task<int> OfferingsAsync(ForeignPeer peer)
    {
        var entries = (await Steward.GetAsync("api/steward/entries")).Json!.AsArray();
        return (int?)entries.FirstOrDefault(e => (string?)e!["node"] == peer.Did.Value)?["offerings"] ?? 0;
    }

    internal byte[] Offering(ForeignPeer peer, string title = "A thing") =>
        peer.Statement(Kinds.Offering, ForeignPeer.OfferingBody(peer == Honest ? HonestPerson : LiarsPerson, title));

    /// <summary>Debian's MQTT programs in a peer's name; they take its place at the broker, so it comes back later.</summary>
    internal Task<Outcome> ProgramAsync(string program, ForeignPeer peer, params string[] more)
    {
        var (certificate, key) = peer.PemFiles;
        return Foreign.RunAsync(
            program,
            [
                "-h",
                $"{Cabinet.Address}",
                "-p",
                $"{Cabinet.PeersPort}",
                "--cafile",
                Cabinet.CertificateFile,
                "--insecure",
                "--cert",
                certificate,
                "--key",
                key,
                .. more,
            ]
        );
    }

    internal string TopicOf(ForeignPeer from, TopicKind kind = TopicKind.Data) =>
        new Topic(from.Node.Value, from.Did.Value, kind, kind == TopicKind.Data ? "shared" : "control").ToString();

    /// <summary>A resident of the cabinet shares something with both peers, so that something waits for each.</summary>
    private async Task ShareAsync()
    {
        using var visitor = CabinetVisitor.Resident(Cabinet);
        await visitor.SignInAsync((await visitor.JoinAsync("Anna"))["code"]);
        var body = new JsonObject
        {
            ["category"] = "test/thing",
            ["title"] = "Bread",
            ["share"] = "all",
        };
        Assert.Equal(201, (await visitor.PostAsync("api/offerings", body)).Status);
    }

    private long Memory()
    {
        var line = File.ReadLines($"/proc/{Cabinet.ProcessId}/status")
            .First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(
                line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                global::System.Globalization.CultureInfo.InvariantCulture
            ) << 10;
    }

    private long Disk() =>
        Directory
            .EnumerateFiles(Cabinet.Data, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) != "ballast")
            .Sum(Length);

    private static long Length(string file) => new FileInfo(file) is { Exists: true } there ? there.Length : 0;
}
