namespace EdgeNode.Matching;

/// <summary>
/// Why no plan of some set of columns is worth more than a bound. A proof is about the columns that its parent hands down to
/// it; see <see cref="CertificateCheck"/> for how each kind is checked.
/// </summary>
internal abstract record Proof;

/// <summary>Prices in 2^-20 micro-points by resource, extra prices of single columns that can be used once, and of triples.</summary>
/// <param name="Resources">Resources with a price, ascending.</param>
/// <param name="Units">Their prices.</param>
/// <param name="Once">Columns with a price of their own, and that price.</param>
/// <param name="Triples">Resources that can be used once, by threes, and the price of using two of the three.</param>
internal sealed record PriceList(
    int[] Resources,
    long[] Units,
    (int[] Arcs, bool Chain, long Units)[] Once,
    (Triple Resources, long Units)[] Triples
);

/// <summary>The prices cover every column; their total is the bound.</summary>
internal sealed record PriceProof(PriceList Prices) : Proof;

/// <summary>
/// The prices cover every column. A plan with a column that costs so much more than it is worth that no more than
/// <paramref name="Threshold"/> is left is worth no more than that; all other plans are the business of <paramref name="Rest"/>.
/// </summary>
internal sealed record FixProof(PriceList Prices, long Threshold, Proof Rest) : Proof;

/// <summary>
/// Every column belongs to one part (the one that its first resource with a part names) or is listed as sure; the bound is the sum.
/// </summary>
/// <param name="Parts">The resources of each part, and its proof.</param>
/// <param name="Sure">Columns that are counted in full.</param>
internal sealed record SplitProof((int[] Resources, Proof Proof)[] Parts, (int[] Arcs, bool Chain)[] Sure) : Proof;

/// <summary>A plan uses the arc or it does not.</summary>
internal sealed record ArcProof(int Arc, Proof Used, Proof Unused) : Proof;

/// <summary>A plan holds the ring or chain or it does not.</summary>
internal sealed record ColumnProof(int[] Arcs, bool Chain, Proof Held, Proof Absent) : Proof;
