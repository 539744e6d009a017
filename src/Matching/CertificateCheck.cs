namespace EdgeNode.Matching;

/// <summary>
/// Checks a certificate against a graph without the optimiser and without floating point.
/// </summary>
public static class CertificateCheck
{
    /// <summary>Checks that <paramref name="certificate"/> proves its bound for all plans of the graph under these limits.</summary>
    public static CertificateVerdict Run(ExchangeGraph graph, PlanOptions options, PlanCertificate certificate) =>
        new(false, certificate.BoundMicro, $"No check of {graph.Arcs} arcs under cap {options.Cap} yet.");
}
