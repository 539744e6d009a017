namespace EdgeNode.Wire;

/// <summary>
/// Asks a neighbour who of its residents could continue a ring. The question is put in bulk: not one open path but the ends of all open paths, by the marks
/// (<see cref="CategoryMarks"/>) of the categories that wait for a taker. It names nobody.
/// </summary>
/// <param name="Query">Names this question for its answer, 32 hex digits.</param>
/// <param name="Hops">How many persons may still be added, the first one included, 1 to <see cref="MaxHops"/>.</param>
/// <param name="Gives">Marks of what the paths end in: a person who needs one of them can be added.</param>
/// <param name="Leads">Marks of what the last person that can be added must offer.</param>
/// <param name="Visited">Marks that this neighbour was asked about before in the same search: who needs one of them was told already.</param>
public sealed record PartnerQueryBody(string Query, int Hops, string Gives, string Leads, string Visited)
{
    public const int MaxBody = 36_864;
    public const int MaxHops = 5;

    /// <summary>Most marks in one list; a longer one is asked in several questions.</summary>
    public const int MaxMarks = 2_000;
}

/// <summary>
/// People who could continue the paths of a <see cref="PartnerQueryBody"/>, as far as they share their entries with the asker. An answer of several parts is
/// whole when all have come; they may come in any order.
/// </summary>
/// <param name="Query">The question.</param>
/// <param name="Part">From 0.</param>
/// <param name="Parts">How many, 1 to <see cref="MaxParts"/>.</param>
/// <param name="Whole">False when there would have been more than fit.</param>
/// <param name="Nodes">DIDs that the audiences below point into.</param>
/// <param name="People">Who.</param>
public sealed record PartnerAnswerBody(string Query, int Part, int Parts, bool Whole, string[] Nodes, PartnerPerson[] People)
{
    public const int MaxBody = 40_960;
    public const int MaxParts = 16;
    public const int MaxPeople = 1_500;
}

/// <summary>A resident of the answering cabinet. No nickname and no title: those come with the entries themselves, when a ring is proposed.</summary>
/// <param name="Person">DID.</param>
/// <param name="Head">Head of the identity log, which a proposal pins.</param>
/// <param name="Gives">Offerings.</param>
/// <param name="Wants">Needs.</param>
public sealed record PartnerPerson(string Person, string Head, PartnerOffering[] Gives, PartnerNeed[] Wants);

/// <param name="Id">UUIDv7 of the offering.</param>
/// <param name="Version">Version.</param>
/// <param name="Category">Category.</param>
/// <param name="Free">Units that are in no ring.</param>
/// <param name="Audience">The other nodes that may see it, as places in <see cref="PartnerAnswerBody.Nodes"/>.</param>
public sealed record PartnerOffering(string Id, int Version, string Category, int Free, int[] Audience);

/// <param name="Id">UUIDv7 of the need.</param>
/// <param name="Version">Version.</param>
/// <param name="Accepts">Categories, those first that were asked about; at most <see cref="MaxAccepts"/>.</param>
/// <param name="Free">Units that are in no ring.</param>
/// <param name="Audience">The other nodes that may see it, as places in <see cref="PartnerAnswerBody.Nodes"/>.</param>
public sealed record PartnerNeed(string Id, int Version, string[] Accepts, int Free, int[] Audience)
{
    public const int MaxAccepts = 256;
}

/// <summary>
/// What a cabinet's residents could pass on, without saying who: which categories are offered and needed how often, and which pairs of need and offering
/// meet in one person. One part holds only what may be seen by all of <paramref name="Audience"/>.
/// </summary>
/// <param name="Summary">Names the summary that the parts belong to, 32 hex digits.</param>
/// <param name="Part">From 0.</param>
/// <param name="Parts">How many, 0 to <see cref="MaxParts"/>; of 0 there is one, and it is empty.</param>
/// <param name="Whole">False when there is more than fits: then the cabinet has to be asked in any case.</param>
/// <param name="Audience">The nodes that may see the entries behind this part.</param>
/// <param name="Categories">Base64 of 8 bytes a category, ascending: mark (4), units offered (2), units needed (2), big-endian.</param>
/// <param name="Moves">Base64 of 4 bytes a pair, ascending: place of the need's category (2), place of the offering's (2), big-endian.</param>
public sealed record PartnerSummaryBody(
    string Summary,
    int Part,
    int Parts,
    bool Whole,
    string[] Audience,
    string Categories,
    string Moves
)
{
    public const int MaxBody = 40_960;
    public const int MaxParts = 16;

    /// <summary>Bytes of categories and moves in one part before base64.</summary>
    public const int MaxSketch = 24_000;
}
