namespace EdgeNode.Wire;

/// <summary>Something a resident can give, as it was shared. <see cref="Participant"/> is the resident's DID, <see cref="Label"/> the nickname they chose.</summary>
public sealed record OfferingBody(
    string OfferingId,
    int Version,
    string Participant,
    string Label,
    string Category,
    string Title,
    int Capacity
);

/// <summary>Something a resident wants: any one of <see cref="Accepts"/> will do.</summary>
public sealed record NeedBody(
    string NeedId,
    int Version,
    string Participant,
    string Label,
    string Title,
    string[] Accepts,
    int Capacity
)
{
    /// <summary>
    /// Most entries of the any-of list. The category tree alone would need 64; a need may also name items one by one, and the real want list in
    /// tests/data/matching/ask.txt has one that names 557.
    /// </summary>
    public const int MaxAccepts = 1024;
}

/// <summary>The item is no longer offered or needed. It stays away: a tombstone.</summary>
public sealed record WithdrawalBody(string ItemId, int Version);
