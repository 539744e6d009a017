using System.Diagnostics;
using System.Text;
using EdgeNode.Appliance;
using EdgeNode.Matching;
using EdgeNode.Sync;
using EdgeNode.Sync.Courier;
using EdgeNode.Tests.Unit.Matching;
using EdgeNode.Tests.Unit.Tidy;
using EdgeNode.Tests.Unit.Wire;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Unit.Fuzz;

/// <summary>
/// Every reader of what comes from outside, fed with damaged forms of good input. It promises: no exception but the refusal it declares, bounded time and
/// memory, and what it takes it writes back the same. The mutations are the same in every run; EDGENODE_FUZZ_ROUNDS asks for more of them. Packets of mDNS have
/// tests of their own (DnsMutationTests).
/// </summary>
public sealed class ParserFuzzTests : IDisposable
{
    /// <summary>Mutations of each reader in a plain run.</summary>
    private const int PlainRounds = 4_000;

    /// <summary>Memory for one input, in proportion to its bytes.</summary>
    private const int PerByte = 64;

    /// <summary>Files that a steward reads in become graphs, in which a few bytes name many arcs.</summary>
    private const int FilesFloor = 8 * 1024 * 1024;

    private static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(50);

    private readonly GoldenFrames _golden = new();
    private readonly P256 _p256 = new();
    private readonly Dictionary<string, Reader> _readers;

    /// <param name="Seeds">Good inputs.</param>
    /// <param name="Read">What was taken, in the form it is written back; null when it was refused.</param>
    /// <param name="Canonical">What was taken is written back to the very bytes that were read.</param>
    private sealed record Reader(IReadOnlyList<byte[]> Seeds, Func<byte[], byte[]?> Read, bool Canonical)
    {
        /// <summary>Memory that any read may take, whatever its size.</summary>
        public int Floor { get; init; } = 256 * 1024;
    }

    public ParserFuzzTests() =>
        _readers = FrameReaders()
            .Concat(JsonReaders())
            .Concat(CourierReaders())
            .Concat(TextReaders())
            .Concat(FileReaders())
            .ToDictionary(r => r.Name, r => r.Reader);

    public void Dispose()
    {
        _golden.Dispose();
        _p256.Dispose();
    }

    public static TheoryData<string> Names
    {
        get
        {
            using var all = new ParserFuzzTests();
            return [.. all._readers.Keys.Order(StringComparer.Ordinal)];
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_reader_refuses_or_takes_what_was_damaged_and_never_throws_or_dawdles(string name)
    {
        var reader = _readers[name];
        var mutator = new Mutator((ulong)name.Length);
        foreach (var seed in reader.Seeds)
            Assert.True(reader.Read(seed) is not null, $"{name} refuses a good input of {seed.Length} bytes");
        var taken = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var good = reader.Seeds[mutator.Below(reader.Seeds.Count)];
            var input = mutator.Damage(good, reader.Seeds[mutator.Below(reader.Seeds.Count)]);
            taken += Try(name, reader, input) ? 1 : 0;
        }
        Assert.InRange(taken, 0, Rounds - 1);
    }

    private static int Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("EDGENODE_FUZZ_ROUNDS"), out var rounds) ? rounds : PlainRounds;

    private static bool Try(string name, Reader reader, byte[] input)
    {
        byte[]? taken = null;
        var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        try
        {
            taken = reader.Read(input);
        }
        catch (Exception e)
        {
            Assert.Fail($"{name} threw {e.GetType().Name}: {e.Message}\n{Convert.ToHexString(input)}\n{e.StackTrace}");
        }
        var (time, memory) = (clock.Elapsed, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(
            memory <= reader.Floor + (PerByte * (long)input.Length),
            $"{name}: {memory} bytes for {input.Length}: {Hex(input)}"
        );
        Assert.True(time <= MostTime || Again(reader, input) <= MostTime, $"{name}: {time} for {input.Length}: {Hex(input)}");
        if (taken is not null && reader.Canonical)
            Assert.True(taken.AsSpan().SequenceEqual(input), $"{name} writes {Hex(taken)} for {Hex(input)}");
        return taken is not null;
    }

    /// <summary>The shortest of three is the reader's own time: a busy machine interrupts one try, hardly all of them.</summary>
    private static TimeSpan Again(Reader reader, byte[] input) =>
        Enumerable
            .Range(0, 3)
            .Select(_ =>
            {
                var clock = Stopwatch.StartNew();
                reader.Read(input);
                return clock.Elapsed;
            })
            .Min();

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 2000)));

    private IEnumerable<(string Name, Reader Reader)> FrameReaders()
    {
        var gate = _golden.GateOfHill(_p256);
        var kinds = Directory
            .GetFiles(Tree.PathOf(GoldenFrames.Folder), "*.bin")
            .Select(f => Path.GetFileNameWithoutExtension(f))
            .ToArray();
        byte[][] statements = [.. kinds.Where(GoldenFrames.IsStatement).Select(_golden.Golden)];
        byte[][] pairing = [.. kinds.Where(GoldenFrames.IsPairing).Select(_golden.Golden)];
        yield return ("bundle", new([_golden.Golden(Kinds.Bundle)], ReadBundle, Canonical: true));
        yield return ("statement", new(statements, b => Statement.TryRead(b)?.Raw.ToArray(), Canonical: true));
        yield return (
            "gate, statement",
            new(statements, b => gate.Check(b, GoldenFrames.Now) is ({ } s, { IsAccepted: true }) ? s.Raw.ToArray() : null, true)
        );
        yield return (
            "gate, bundle",
            new([_golden.Golden(Kinds.Bundle)], b => gate.CheckBundle(b, _golden.Mill.Did).Bundle is null ? null : b, true)
        );
        foreach (var kind in (string[])[Kinds.Receipt, Kinds.Have])
            yield return (
                "gate, " + kind,
                new([_golden.Golden(kind)], b => gate.CheckControl(kind, b, _golden.Mill.Did)?.Raw.ToArray(), true)
            );
        yield return (
            "gate, card",
            new(
                [_golden.Golden(Kinds.ManifestCard)],
                b => gate.CheckCard(b, GoldenFrames.Now).Card?.Raw.ToArray(),
                Canonical: true
            )
        );
        yield return ("pairing", new(pairing, b => PairingMessage.Verify(b, _p256) is null ? null : b, Canonical: false));
        yield return (
            "genesis",
            new([_golden.Mill.Genesis, _golden.Resident.Genesis], b => Identity.Verify(b, _p256)?.Genesis, Canonical: true)
        );
    }

    private static byte[]? ReadBundle(byte[] bytes) =>
        Bundle.TryRead(bytes) is { } bundle
            ? Bundle.Join(bundle.Frame.Raw.Span, [.. bundle.Statements.Select(s => s.ToArray())])
            : null;

    /// <summary>Bodies: what was read and written reads the same again.</summary>
    private IEnumerable<(string Name, Reader Reader)> JsonReaders()
    {
        yield return Json(Kinds.Receipt, WireJson.Default.ReceiptBody, r => r.IsSound());
        yield return Json(Kinds.Have, WireJson.Default.HaveBody, h => h.IsSound());
        yield return Json(Kinds.Identity, WireJson.Default.IdentityBody);
        yield return Json(Kinds.Offering, WireJson.Default.OfferingBody);
        yield return Json(Kinds.Need, WireJson.Default.NeedBody);
        yield return Json(Kinds.Withdrawal, WireJson.Default.WithdrawalBody);
        yield return Json(Kinds.ChainProposal, WireJson.Default.ChainProposalBody);
        yield return Json(Kinds.ChainResponse, WireJson.Default.ChainResponseBody);
        yield return Json(Kinds.ChainConsent, WireJson.Default.PersonAct, a => VerifyGate.IsSigned(a) || true);
        yield return Json(Kinds.ChainVote, WireJson.Default.ChainVoteBody);
        yield return Json(Kinds.ChainOutcome, WireJson.Default.ChainOutcomeBody);
        yield return Json(Kinds.ChainVoteRequest, WireJson.Default.ChainVoteRequestBody);
        yield return Json(Kinds.ChainCompleted, WireJson.Default.ChainCompletedBody);
        yield return Json(Kinds.EdgeSettled, WireJson.Default.PersonAct);
        yield return Json(Kinds.Picture, WireJson.Default.PictureBody);
        yield return Json(Kinds.BlobReceipt, WireJson.Default.BlobReceiptBody);
        yield return Json(Kinds.ManifestCard, WireJson.Default.ManifestBody);
        yield return Json(Kinds.PowerNotice, WireJson.Default.PowerNoticeBody);
        yield return Json(Kinds.PartnerQuery, WireJson.Default.PartnerQueryBody, q => Marks(q.Gives));
        yield return Json(Kinds.PartnerAnswer, WireJson.Default.PartnerAnswerBody);
        yield return Json(Kinds.PartnerSummary, WireJson.Default.PartnerSummaryBody, s => Sketch(s.Categories, s.Moves));
    }

    private (string Name, Reader Reader) Json<T>(
        string kind,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type,
        Func<T, bool>? also = null
    )
        where T : class
    {
        byte[]? Read(byte[] bytes)
        {
            if (WireJson.Read(bytes, type) is not { } body || also?.Invoke(body) == false)
                return null;
            var written = WireJson.Write(body, type);
            var again = WireJson.Write(WireJson.Read(written, type)!, type);
            Assert.Equal(Convert.ToHexString(written), Convert.ToHexString(again));
            return written;
        }
        var golden = Frame.TryReadWhole(_golden.Golden(kind), Statement.MaxSize)!.Body.ToArray();
        return ("body, " + kind, new([golden], Read, Canonical: false));
    }

    private static bool Marks(string text) => CategoryMarks.Unpack(text, PartnerQueryBody.MaxMarks) is not null;

    private static bool Sketch(string categories, string moves) => PartnerSketch.Unpack(categories, moves) is not null;

    private IEnumerable<(string Name, Reader Reader)> CourierReaders()
    {
        var entropy = new SeededEntropy(3, "fuzz");
        var secret = entropy.Bytes(32);
        byte[] Sealed(byte[] plain) => AgeFile.Seal(Sodium.X25519PublicKey(secret), plain, entropy);
        byte[][] files = [Sealed(_golden.Golden(Kinds.Bundle)), Sealed(_golden.Golden(Kinds.Receipt)), Sealed([])];
        yield return ("age file", new(files, b => AgeFile.TryOpen(secret, b, out _), Canonical: false));
        var set = CourierSet.Pack(files);
        yield return (
            "courier set",
            new([set, CourierSet.Pack([])], b => CourierSet.TryUnpack(b) is { } l ? CourierSet.Pack(l) : null, Canonical: true)
        );
        yield return (
            "QR series",
            new([Encoding.ASCII.GetBytes(string.Join('\n', QrSeries.Split(set)))], ReadSeries, Canonical: false)
        );
        yield return (
            "what was brought",
            new([set], b => Brought.Of(b).Files is { Count: > 0 } f ? CourierSet.Pack([.. f.Take(200)]) : null, false)
        );
        byte[][] frames = [.. ((string[])[Kinds.Bundle, Kinds.Receipt, Kinds.Have]).Select(_golden.Golden)];
        yield return ("opened frame", new(frames, b => OpenedFrame.TryRead(b)?.Bytes, Canonical: true));
        yield return Text(
            "name on a stick",
            ["2-17.age", "have.age", "receipt-2-9.age"],
            t => CourierNames.IsOurs(t) ? NameOf(t) : null,
            false
        );
    }

    private static string NameOf(string name) => CourierNames.OrderOf(name).ToString();

    private static byte[]? ReadSeries(byte[] bytes)
    {
        var read = QrSeries.Read(Encoding.UTF8.GetString(bytes));
        return read.FirstOrDefault(r => r.Set is not null)?.Set;
    }

    private IEnumerable<(string Name, Reader Reader)> TextReaders()
    {
        var (mill, hill) = (_golden.Mill.Did.Value, _golden.Hill.Did.Value);
        string[] topics = [.. Topic.AllClasses.Select(c => new Topic(mill, hill, TopicKind.Data, c).ToString())];
        yield return Text("topic", topics, t => Topic.TryParse(t, out var topic) ? topic.ToString() : null, true);
        yield return Text(
            "text of a card",
            [ManifestCard.ToText(_golden.Golden(Kinds.ManifestCard))],
            t => ManifestCard.FromText(t) is { } raw ? ManifestCard.ToText(raw) : null,
            false
        );
        yield return Text("DID", [mill, hill], t => Did.TryParse(t, out var did) ? did.Value : null, true);
        yield return Text(
            "time",
            [GoldenFrames.Now.ToRfc3339(), "2024-02-29T23:59:59.999Z"],
            t => Moment.TryParse(t, out var at) ? at.ToRfc3339() : null,
            true
        );
        yield return Text(
            "base32",
            ["mzxw6ytboi", Base32Text.Encode([1, 2, 3, 4, 5, 6, 7])],
            t => Base32Text.TryDecode(t, out var bytes) ? Base32Text.Encode(bytes) : null,
            false
        );
        yield return Text("public key", [_golden.Resident.Key], t => DidKey.TryEd25519(t, out _) ? t : null, false);
        yield return Text("settings", [SomeSettings], ReadSettings, false);
    }

    private const string SomeSettings =
        "cabinet:name=Rose Garden\nnetwork:address=127.0.0.1\nnetwork:residents=8080\nnetwork:discovery=no\nmatching:plan=manual\nmatching:cap=3\ntiming:pace=demo";

    /// <summary>One key and its value in a line, as the settings file is handed on.</summary>
    private static string? ReadSettings(string text)
    {
        var lines = text.Split('\n').Select(l => l.Split('=', 2)).Where(l => l.Length == 2).ToArray();
        var (settings, faults) = Settings.Read(key => lines.FirstOrDefault(l => l[0] == key)?[1]);
        Assert.Equal(settings is null, faults.Count > 0);
        return settings is null ? null : text;
    }

    private static (string Name, Reader Reader) Text(string name, string[] seeds, Func<string, string?> read, bool canonical)
    {
        byte[]? Read(byte[] bytes)
        {
            // What is no UTF-8 never becomes text in the product either.
            var text = Encoding.UTF8.GetString(bytes);
            if (read(text) is not { } written)
                return null;
            return text.Contains('\ufffd', StringComparison.Ordinal) ? bytes : Encoding.UTF8.GetBytes(written);
        }
        return (name, new([.. seeds.Select(Encoding.UTF8.GetBytes)], Read, canonical));
    }

    private static IEnumerable<(string Name, Reader Reader)> FileReaders()
    {
        yield return File("market file", "m.txt", "markets/m_100_mid.txt");
        yield return File(
            "kidney graph",
            "ring3_chain3.input",
            "micro/ring3_chain3.input",
            "micro/choice4.input",
            "micro/decimals.input"
        );
        yield return File("kidney graph of weights", "s.wmd", "kep/MD-00001-00000001.wmd");
        yield return File("want list", "ask.txt", "micro/dummy.txt");
        var graph = MatchingFiles.Read("micro/dummy.txt").Graph;
        var options = PlanOptions.Default with { Cap = 3, Objective = graph.Objective, WithCertificate = true };
        var plan = new StringWriter();
        PlanFile.Of(graph, Planner.Solve(graph, options), 3, 0, 1).Write(plan);
        yield return (
            "plan file",
            new([Encoding.UTF8.GetBytes(plan.ToString())], b => ReadPlan(graph, b), false) { Floor = FilesFloor }
        );
    }

    private static (string Name, Reader Reader) File(string name, string called, params string[] seeds)
    {
        byte[]? Read(byte[] bytes)
        {
            try
            {
                _ = Instance.Read(InstanceSource.Of(called, bytes), new InstanceOptions());
                return bytes;
            }
            catch (Exception e) when (e is InstanceException or MarketException)
            {
                return null;
            }
        }
        return (
            name,
            new([.. seeds.Select(s => System.IO.File.ReadAllBytes(Tree.PathOf("tests/data/matching/" + s)))], Read, false)
            {
                Floor = FilesFloor,
            }
        );
    }

    /// <summary>A plan that reads is also checked: the checker never throws for what a file may say.</summary>
    private static byte[]? ReadPlan(ExchangeGraph graph, byte[] bytes)
    {
        try
        {
            _ = PlanFileCheck.Run(graph, PlanFile.Read("fuzz.plan", new StringReader(Encoding.UTF8.GetString(bytes))));
            return bytes;
        }
        catch (Exception e) when (e is InstanceException or MarketException or FormatException)
        {
            return null;
        }
    }
}
