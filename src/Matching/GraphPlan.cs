namespace EdgeNode.Matching;

/// <summary>A ring or a gift chain of a <see cref="GraphPlan"/>.</summary>
/// <param name="Arcs">
/// Arcs of the graph in giving order: a ring from its smallest resident, a chain from the altruist who starts it.
/// </param>
/// <param name="ValueMicro">What it adds to the plan, in micro-points.</param>
public sealed record GraphRing(IReadOnlyList<int> Arcs, long ValueMicro);

/// <summary>The best set of rings and chains found in a graph, and what no set can exceed. Says nothing of names or files.</summary>
public sealed record GraphPlan
{
    /// <summary>The rings in column order.</summary>
    public required IReadOnlyList<GraphRing> Rings { get; init; }

    /// <summary>The chains in column order; empty unless <see cref="PlanOptions.ChainLimit"/> allows them.</summary>
    public required IReadOnlyList<GraphRing> Chains { get; init; }

    /// <summary>Worth of the plan, in micro-points.</summary>
    public required long ValueMicro { get; init; }

    /// <summary>Proved in whole numbers: no plan of this graph is worth more micro-points.</summary>
    public required long BoundMicro { get; init; }

    /// <summary>The bound proved before any branching: that of the linear relaxation, in whole numbers.</summary>
    public required long RootBoundMicro { get; init; }

    /// <summary>Rings and chains that the optimiser looked at as columns.</summary>
    public required long Columns { get; init; }

    /// <summary>Steps of the optimiser, to compare with <see cref="PlanOptions.WorkLimit"/>.</summary>
    public required long Work { get; init; }

    /// <summary>False after a cancellation that had an effect: another machine may find another plan.</summary>
    public required bool Deterministic { get; init; }

    /// <summary>
    /// What <see cref="CertificateCheck"/> needs to prove <see cref="BoundMicro"/> again from the graph alone. Null when none was
    /// asked for (<see cref="PlanOptions.WithCertificate"/>) or when it would have more leaves than
    /// <see cref="PlanCertificate.MaxLeaves"/>.
    /// </summary>
    public PlanCertificate? Certificate { get; init; }

    /// <summary>Whether the plan is proved best.</summary>
    public bool Optimal => ValueMicro == BoundMicro;

    /// <summary>Whether a certificate of the bound is there to be checked.</summary>
    public bool Certified => Certificate is not null;
}
