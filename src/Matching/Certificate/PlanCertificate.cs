namespace EdgeNode.Matching;

/// <summary>
/// Why no plan of a graph is worth more than a bound, in whole numbers: the graph falls into parts, and each part has a binary
/// tree of cases whose leaves hold prices. <see cref="CertificateCheck"/> says what makes it a proof.
/// </summary>
/// <remarks>
/// Arcs, offerings and needs are named by their index in the graph, which follows the ids: whoever has the input has the index. A
/// price belongs to a resource: an offering by its index, a need by the number of offerings plus its index.
/// </remarks>
public sealed class PlanCertificate
{
    /// <summary>Most leaves that are written down; a longer proof is not certified.</summary>
    public const int MaxLeaves = 100_000;

    internal PlanCertificate(long boundMicro, Proof root) => (BoundMicro, Root) = (boundMicro, root);

    /// <summary>The bound it proves, in micro-points.</summary>
    public long BoundMicro { get; }

    internal Proof Root { get; }

    /// <summary>
    /// Writes the certificate as text, ASCII, a record a line, so that it can be read and checked by other programs:
    /// <code>
    /// edgenode certificate 1
    /// bound MICRO
    /// prices PRICED ONCE       the next PRICED pairs "resource units" cover all columns; ONCE lines "once KIND units arcs" or
    ///                          "triple units resource resource resource" follow
    /// fix MICRO PRICED ONCE    the same, and then a proof for the columns that are not fixed away
    /// split PARTS SURE         SURE lines "sure KIND arcs", then PARTS times "part resources" and its proof
    /// arc ARC                  a proof where it is used, a proof where it is not
    /// column KIND ARCS         a proof where it is held, a proof where it is not
    /// </code>
    /// KIND is ring or chain; units are 2^-20 micro-points.
    /// </summary>
    public void Write(TextWriter to) => new CertificateWriter(to).Write(this);

    /// <summary>Reads what <see cref="Write"/> wrote; throws <see cref="FormatException"/> with the line.</summary>
    public static PlanCertificate Read(TextReader from) => new CertificateReader(from).Read();
}

/// <summary>What a check of a certificate found.</summary>
/// <param name="Holds">Whether the certificate proves its bound for this graph.</param>
/// <param name="BoundMicro">The bound it proves, recomputed; meaningful when it holds.</param>
/// <param name="Reason">What is wrong with it, in a sentence; empty when it holds.</param>
public sealed record CertificateVerdict(bool Holds, long BoundMicro, string Reason);
