using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeNode.Matching;

/// <summary>
/// The input hash of a graph that came from a file: SHA-256 over <c>edgenode/input/1</c> 00, then over all residents,
/// offerings, needs and arcs in the order of their ids, each field as 4-byte big-endian length and UTF-8, numbers as decimal
/// text. The order of lines in the file does not matter.
/// </summary>
internal sealed class GraphDigest : IDisposable
{
    /// <summary>Bytes gathered before they are hashed; a field is far shorter.</summary>
    private const int BufferBytes = 64 << 10;
    private const int MaxFieldBytes = 4 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _used;

    public static string Of(ExchangeGraph graph)
    {
        using var digest = new GraphDigest();
        digest._hash.AppendData("edgenode/input/1\0"u8);
        digest.AddRecords(graph);
        digest.AddArcs(graph);
        digest.Flush();
        return Convert.ToHexStringLower(digest._hash.GetHashAndReset());
    }

    /// <summary>
    /// The plan hash: SHA-256 over <c>edgenode/plan/1</c> 00, input hash, objective, cap (0: chains only), chain limit, value in
    /// micro-points, number of rings, and per ring its offering and need ids in giving order; where chains are allowed, their
    /// number and ids follow.
    /// </summary>
    public static string OfPlan(ExchangeGraph graph, string cap, int chainLimit, GraphPlan plan)
    {
        using var digest = new GraphDigest();
        digest._hash.AppendData("edgenode/plan/1\0"u8);
        digest.Add(graph.InputHash);
        digest.Add(graph.Objective.Name());
        digest.Add(cap);
        digest.Add(chainLimit);
        digest.Add(plan.ValueMicro);
        digest.AddRings(graph, plan.Rings);
        if (chainLimit > 0)
            digest.AddRings(graph, plan.Chains);
        digest.Flush();
        return Convert.ToHexStringLower(digest._hash.GetHashAndReset());
    }

    private void AddRings(ExchangeGraph graph, IReadOnlyList<GraphRing> rings)
    {
        Add(rings.Count);
        foreach (var ring in rings)
        foreach (var arc in ring.Arcs)
        {
            Add(graph.Offerings[graph.OfferingOf(arc)]);
            Add(graph.Needs[graph.NeedOf(arc)]);
        }
    }

    public void Dispose() => _hash.Dispose();

    private void AddRecords(ExchangeGraph graph)
    {
        Add(graph.Objective.Name());
        Add(graph.AcceptBase);
        for (var resident = 0; resident < graph.Residents.Count; resident++)
        {
            Add(graph.Residents[resident]);
            Add((int)graph.KindOf(resident));
            Add(graph.HomeOf(resident));
        }
        for (var offering = 0; offering < graph.Offerings.Count; offering++)
        {
            Add(graph.OfferingResidents[offering]);
            Add(graph.OfferingCapacity(offering));
            Add(graph.AcceptOfOffering(offering));
        }
        for (var need = 0; need < graph.Needs.Count; need++)
        {
            Add(graph.NeedResidents[need]);
            Add(graph.NeedCapacity(need));
        }
    }

    private void AddArcs(ExchangeGraph graph)
    {
        for (var arc = 0; arc < graph.Arcs; arc++)
        {
            Add(graph.OfferingOf(arc));
            Add(graph.NeedOf(arc));
            Add(graph.ScoreMicroOf(arc));
        }
    }

    private void Add(string text)
    {
        Room();
        var count = Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_used + 4, MaxFieldBytes - 4));
        Take(count);
    }

    private void Add(long number)
    {
        Room();
        number.TryFormat(_buffer.AsSpan(_used + 4, MaxFieldBytes - 4), out var count);
        Take(count);
    }

    private void Take(int count)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_used), count);
        _used += 4 + count;
    }

    private void Room()
    {
        if (_used > BufferBytes - MaxFieldBytes)
            Flush();
    }

    private void Flush()
    {
        _hash.AppendData(_buffer.AsSpan(0, _used));
        _used = 0;
    }
}
