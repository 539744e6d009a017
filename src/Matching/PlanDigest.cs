using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EdgeNode.Matching;

/// <summary>
/// The two hashes by which nodes compare their work. Both are SHA-256 over a label, a zero byte and then texts, each as
/// 4-byte big-endian length and UTF-8; numbers are written as decimal text. No hash depends on the order of arrival.
/// </summary>
internal sealed class PlanDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private PlanDigest(string label)
    {
        _hash.AppendData(Encoding.UTF8.GetBytes(label));
        _hash.AppendData([0]);
    }

    /// <summary>The input hash: per record its kind, its fields in the order of the record, lists with their count first.</summary>
    public static string OfMarket(Market market)
    {
        using var digest = new PlanDigest("edgenode/input/1");
        var (offerings, needs) = (market.Offerings, market.Needs);
        // Offerings and needs are two sorted lists with ids in common space: merged, all records go by id.
        for (int o = 0, n = 0; o < offerings.Count || n < needs.Count; )
        {
            var offeringFirst =
                n == needs.Count || (o < offerings.Count && string.CompareOrdinal(offerings[o].Id, needs[n].Id) < 0);
            if (offeringFirst)
                digest.Add(offerings[o++]);
            else
                digest.Add(needs[n++]);
        }
        digest.Add("waiting");
        digest.Add(market.Waiting);
        return digest.Finish();
    }

    /// <summary>The plan hash; rings must stand in column order, edges in giving order from the smallest resident.</summary>
    public static string OfPlan(
        string inputHash,
        PlanObjective objective,
        int cap,
        long valueMicro,
        IReadOnlyList<PlanRing> rings
    )
    {
        using var digest = new PlanDigest("edgenode/plan/1");
        digest.Add(inputHash);
        digest.Add(objective.Name());
        digest.Add(cap);
        digest.Add(Plan.ChainLimit);
        digest.Add(valueMicro);
        digest.Add(rings.Count);
        foreach (var ring in rings)
        foreach (var edge in ring.Edges)
        {
            digest.Add(edge.Offering);
            digest.Add(edge.Need);
        }
        return digest.Finish();
    }

    public void Dispose() => _hash.Dispose();

    private void Add(MarketOffering offering)
    {
        Add("offering");
        Add(offering.Id);
        Add(offering.Resident);
        Add(offering.HomeNode);
        Add(offering.Category);
        Add(offering.Capacity);
        Add(offering.Audience);
        Add(offering.AcceptPercent);
    }

    private void Add(MarketNeed need)
    {
        Add("need");
        Add(need.Id);
        Add(need.Resident);
        Add(need.HomeNode);
        Add(need.Accepts);
        Add(need.Capacity);
        Add(need.Audience);
        Add(need.Score);
    }

    private void Add(IReadOnlyList<string> texts)
    {
        Add(texts.Count);
        foreach (var text in texts)
            Add(text);
    }

    private void Add(long number) => Add(number.ToString(CultureInfo.InvariantCulture));

    private void Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        _hash.AppendData(length);
        _hash.AppendData(bytes);
    }

    private string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());
}
