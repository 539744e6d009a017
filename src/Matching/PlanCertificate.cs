namespace EdgeNode.Matching;

/// <summary>
/// Why no plan of a graph is worth more than a bound, in whole numbers: the graph falls into parts, and each part has a binary
/// tree of cases whose leaves hold prices. See <see cref="CertificateCheck"/> for what makes it a proof.
/// </summary>
public sealed class PlanCertificate
{
    /// <summary>Most leaves that are written down; a longer proof is not certified.</summary>
    public const int MaxLeaves = 100_000;

    /// <summary>The bound it proves, in micro-points.</summary>
    public long BoundMicro { get; init; }

    /// <summary>Writes the certificate as text: one item a line, ASCII.</summary>
    public void Write(TextWriter to) => to.WriteLine(BoundMicro);

    /// <summary>Reads what <see cref="Write"/> wrote; throws <see cref="FormatException"/> with the line.</summary>
    public static PlanCertificate Read(TextReader from) =>
        new() { BoundMicro = long.Parse(from.ReadLine() ?? "", System.Globalization.CultureInfo.InvariantCulture) };
}

/// <summary>What a check of a certificate found.</summary>
/// <param name="Holds">Whether the certificate proves its bound for this graph.</param>
/// <param name="BoundMicro">The bound it proves, recomputed; meaningful when it holds.</param>
/// <param name="Reason">What is wrong with it, in a sentence; empty when it holds.</param>
public sealed record CertificateVerdict(bool Holds, long BoundMicro, string Reason);
