using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeNode.Wire;

/// <summary>
/// Signed header of a bundle. <see cref="Prev"/> is the id of the bundle before it in the stream (empty for the first), so gaps and equivocation can
/// be proved; <see cref="Digest"/> is the SHA-256 over the raw ids of its statements in order.
/// </summary>
public sealed record BundleHeader(
    int V,
    string Kind,
    string From,
    string To,
    string Key,
    int Stream,
    long Seq,
    string Prev,
    int Count,
    string Digest,
    int Hops,
    string Hlc,
    long Epoch
);

/// <summary>
/// What one node hands to the next: statements in order. The signed header is written in the transaction that forms the bundle, so a resend after a
/// crash carries the same header; the statements follow it, each as u32 length and frame, with their own signatures.
/// </summary>
public sealed class Bundle
{
    public const int MaxSize = 64_000;
    public const int MaxStatements = 256;

    /// <summary>Streams that a header may name; the data map uses some of them.</summary>
    public const int MaxStreams = 8;

    private readonly byte[] _hash;

    /// <summary>Kept from the first look: all that decides it is in the bundle.</summary>
    private bool? _signed;

    private Bundle(ReadOnlyMemory<byte> raw, Frame frame, BundleHeader header, IReadOnlyList<ReadOnlyMemory<byte>> statements)
    {
        Raw = raw;
        Frame = frame;
        Header = header;
        Statements = statements;
        _hash = frame.Hash(Kinds.Bundle);
        Id = Convert.ToHexStringLower(_hash);
    }

    /// <summary>All of it, exactly as received.</summary>
    internal ReadOnlyMemory<byte> Raw { get; }
    public Frame Frame { get; }
    public BundleHeader Header { get; }

    /// <summary>The raw statements; each goes through <see cref="VerifyGate"/> on its own.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Statements { get; }

    /// <summary>The same, read and not believed; null for what has not the shape of a statement.</summary>
    public IReadOnlyList<Statement?> Read => field ??= [.. Statements.Select(Statement.TryRead)];
    public string Id { get; }

    /// <summary>Whether the key that its header names signed the header; whose key that is, is another question.</summary>
    internal bool IsSigned(P256 p256) => _signed ??= p256.VerifyHash(Header.Key, _hash, Frame.Signature.Span);

    /// <summary>The signed part of a new bundle; <see cref="Join"/> appends the statements, now or after a crash.</summary>
    public static byte[] SignHeader(
        Signer signer,
        Did to,
        int stream,
        long seq,
        string prev,
        IReadOnlyCollection<string> statementIds
    )
    {
        var header = new BundleHeader(
            Statement.Version,
            Kinds.Bundle,
            signer.Node.Value,
            to.Value,
            signer.Key.PublicKey,
            stream,
            seq,
            prev,
            statementIds.Count,
            DigestOf(statementIds),
            0,
            signer.NextHlc().ToString("x16"),
            signer.Epoch
        );
        return Frame.Encode(Kinds.Bundle, WireJson.Write(header, WireJson.Default.BundleHeader), [], signer.Key.Sign);
    }

    public static byte[] Join(ReadOnlySpan<byte> signedHeader, IReadOnlyList<byte[]> statements)
    {
        var bytes = new byte[signedHeader.Length + statements.Sum(s => 4 + s.Length)];
        signedHeader.CopyTo(bytes);
        var at = signedHeader.Length;
        foreach (var statement in statements)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), (uint)statement.Length);
            statement.CopyTo(bytes, at + 4);
            at += 4 + statement.Length;
        }
        return bytes;
    }

    /// <summary>Shape and bounds only; the signature and the digest are checked by <see cref="VerifyGate"/>.</summary>
    internal static Bundle? TryRead(ReadOnlyMemory<byte> raw)
    {
        if (raw.Length > MaxSize || Frame.TryRead(raw, 0, out var used) is not { } frame)
            return null;
        if (WireJson.Read(frame.Header.Span, WireJson.Default.BundleHeader) is not { } header || !IsWellFormed(header))
            return null;
        var statements = new List<ReadOnlyMemory<byte>>(header.Count);
        while (used + 4 <= raw.Length && statements.Count < header.Count)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(raw.Span[used..]);
            if (length > Statement.MaxSize || used + 4 + (int)length > raw.Length)
                return null;
            statements.Add(raw.Slice(used + 4, (int)length));
            used += 4 + (int)length;
        }
        return used == raw.Length && statements.Count == header.Count ? new Bundle(raw, frame, header, statements) : null;
    }

    internal static string DigestOf(IEnumerable<byte[]> statementIds)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var id in statementIds)
            hash.AppendData(id);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    internal static string DigestOf(IEnumerable<string> statementIds) =>
        DigestOf(statementIds.Select(id => Convert.FromHexString(id)));

    private static bool IsWellFormed(BundleHeader h) =>
        h
            is {
                V: Statement.Version,
                Kind: Kinds.Bundle,
                Stream: >= 0 and < MaxStreams,
                Seq: > 0 and < 1L << 53,
                Count: > 0 and <= MaxStatements,
                Hops: >= 0 and <= 3
            }
        && Did.TryParse(h.From, out _)
        && Did.TryParse(h.To, out _)
        && (h.Prev.Length == 0 || Sha.IsHex(h.Prev))
        && Sha.IsHex(h.Digest);
}

/// <summary>Header of the frames between two neighbours: receipts and haves. They are never forwarded and have no class.</summary>
public sealed record ControlHeader(int V, string Kind, string From, string To, string Key, string Hlc, long Epoch);

/// <summary>
/// A receiver's signed word, after its commit, on a range of bundles of one stream: every statement of <see cref="First"/>..<see cref="Last"/> was
/// accepted, but for those listed. Only a receipt removes a row from the outbox.
/// </summary>
public sealed record ReceiptBody(int Stream, long First, long Last, ReceiptException[] Exceptions)
{
    /// <summary>Most characters of a code or a statement's id in a receipt: they are kept for stewards, so a liar must not fill the disk with them.</summary>
    public const int MaxWord = 64;

    /// <summary>A range that can be, and words that may be kept and shown.</summary>
    public bool IsSound() =>
        Stream is >= 0 and < Bundle.MaxStreams
        && First >= 1
        && Last >= First
        && Array.TrueForAll(
            Exceptions,
            e => e.Statement.Length <= MaxWord && e.Code.Length <= MaxWord && PlainText.Is(e.Statement) && PlainText.Is(e.Code)
        );
}

/// <param name="Seq">Bundle.</param>
/// <param name="Statement">Id of the statement, or empty for the whole bundle.</param>
/// <param name="Disposition">refused, quota or expired.</param>
/// <param name="Code">Why, as a code such as <c>statement.signature</c>.</param>
public sealed record ReceiptException(long Seq, string Statement, string Disposition, string Code);

/// <summary>
/// What a node has of each of the other's streams. The first frame on a new link (the signed hello), repeated as the sign of life; the sender goes on
/// after <see cref="HaveStream.Seq"/>, so nothing is sent twice blindly.
/// </summary>
/// <param name="Boot">Random id of this run of the process: a change means that everything in flight was lost.</param>
/// <param name="Contract">Version of the contract in force.</param>
/// <param name="Release">Version of the program, for the peer's steward.</param>
/// <param name="Reply">True when the other is asked to answer with its own have at once.</param>
/// <param name="Streams">Last bundle committed here per stream of the addressee.</param>
/// <param name="Open">Oldest bundle per own stream for which the addressee's receipt is missing here: it answers with receipts from there.</param>
public sealed record HaveBody(string Boot, string Contract, string Release, bool Reply, HaveStream[] Streams, HaveStream[] Open)
{
    /// <summary>Each stream at most once on each list, so that a have costs its reader a few rows and not a thousand.</summary>
    public bool IsSound() => Boot.Length <= 64 && Release.Length <= 64 && AreSound(Streams) && AreSound(Open);

    private static bool AreSound(HaveStream[] streams) =>
        streams.Length <= Bundle.MaxStreams
        && Array.TrueForAll(streams, s => s is { Stream: >= 0 and < Bundle.MaxStreams, Seq: >= 0 });
}

public sealed record HaveStream(int Stream, long Seq);

public static class Control
{
    public const int MaxBody = 32 * 1024;

    public static byte[] Sign(Signer signer, string kind, Did to, byte[] body)
    {
        var header = new ControlHeader(
            Statement.Version,
            kind,
            signer.Node.Value,
            to.Value,
            signer.Key.PublicKey,
            signer.NextHlc().ToString("x16"),
            signer.Epoch
        );
        return Frame.Encode(kind, WireJson.Write(header, WireJson.Default.ControlHeader), body, signer.Key.Sign);
    }
}
