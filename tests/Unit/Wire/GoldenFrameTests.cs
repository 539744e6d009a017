using System.Reflection;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Wire;

/// <summary>What has been sent once stays readable, and what is sent today is what was sent then.</summary>
public sealed class GoldenFrameTests : IDisposable
{
    /// <summary>How many places of each frame are spoiled to see that the gate notices.</summary>
    const int Spoiled = 40;

    readonly GoldenFrames _frames = new();
    readonly P256 _p256 = new();

    public void Dispose()
    {
        _frames.Dispose();
        _p256.Dispose();
    }

    /// <summary>Every kind of frame; the acts of a person are bodies inside a kind.</summary>
    public static TheoryData<string> FrameKinds { get; } =
    [
        .. typeof(Kinds)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => f.IsLiteral && !f.Name.StartsWith("Act", StringComparison.Ordinal))
            .Select(f => (string)f.GetRawConstantValue()!),
    ];

    [Theory]
    [MemberData(nameof(FrameKinds))]
    public void A_golden_frame_passes_the_gate(string kind) => Assert.Equal("", Refusal(kind, _frames.Golden(kind)));

    [Theory]
    [MemberData(nameof(FrameKinds))]
    public void The_signed_bytes_of_today_are_those_of_the_golden_frame(string kind)
    {
        var golden = Read(_frames.Golden(kind));
        var today = Read(_frames.Make(kind));

        Assert.Equal(Convert.ToHexStringLower(golden.SignedBytes(kind)), Convert.ToHexStringLower(today.SignedBytes(kind)));
        Assert.Equal(golden.Id(kind), today.Id(kind));
    }

    [Theory]
    [MemberData(nameof(FrameKinds))]
    public void The_body_of_a_golden_frame_reads_and_writes_back_to_the_byte(string kind)
    {
        var body = Read(_frames.Golden(kind)).Body;

        Assert.Equal(body.ToArray(), GoldenFrames.ReadAndWrite(kind, body.Span));
    }

    [Theory]
    [MemberData(nameof(FrameKinds))]
    public void A_golden_frame_with_one_bit_changed_anywhere_is_refused(string kind)
    {
        var golden = _frames.Golden(kind);
        for (var part = 0; part < Spoiled; part++)
        {
            var at = (int)((long)part * golden.Length / Spoiled);
            var spoiled = golden.ToArray();
            spoiled[at] ^= (byte)(1 << (part % 8));
            Assert.True(Refusal(kind, spoiled).Length > 0, $"{kind}: byte {at} of {golden.Length}");
        }
    }

    [Theory]
    [MemberData(nameof(FrameKinds))]
    public void A_golden_frame_cut_short_or_with_a_tail_is_refused(string kind)
    {
        var golden = _frames.Golden(kind);

        Assert.NotEqual("", Refusal(kind, golden[..^1]));
        Assert.NotEqual("", Refusal(kind, golden[..(golden.Length / 2)]));
        Assert.NotEqual("", Refusal(kind, [.. golden, 0]));
        Assert.NotEqual("", Refusal(kind, []));
    }

    /// <summary>The code of a refusal, empty when Hill's gate lets it pass.</summary>
    string Refusal(string kind, byte[] raw)
    {
        var gate = _frames.GateOfHill(_p256);
        return kind switch
        {
            Kinds.Genesis => Identity.Verify(raw, _p256) is null ? "genesis" : "",
            Kinds.Bundle => RefusalOfBundle(gate, raw),
            Kinds.Receipt or Kinds.Have => gate.CheckControl(kind, raw, _frames.Mill.Did) is null ? "control" : "",
            Kinds.ManifestCard => gate.CheckCard(raw, GoldenFrames.Now).Code,
            _ when GoldenFrames.IsPairing(kind) => PairingMessage.Verify(raw, _p256) is null ? "pairing" : "",
            _ => gate.Check(raw, GoldenFrames.Now).Verdict.Code,
        };
    }

    string RefusalOfBundle(VerifyGate gate, byte[] raw)
    {
        var (bundle, code) = gate.CheckBundle(raw, _frames.Mill.Did);
        var statements = bundle?.Statements.Select(s => gate.Check(s, GoldenFrames.Now).Verdict.Code) ?? [];
        return code.Length > 0 ? code : statements.FirstOrDefault(c => c.Length > 0) ?? "";
    }

    static Frame Read(byte[] raw)
    {
        var frame = Frame.TryRead(raw, Bundle.MaxSize, out _);
        Assert.NotNull(frame);
        return frame;
    }
}
