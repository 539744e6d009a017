namespace EdgeNode.Appliance;

/// <summary>Why a manifest card was not taken, as a sentence.</summary>
public static class CardRefusal
{
    public static Answer Of(string code) =>
        Answer.Refused(
            code,
            code switch
            {
                "card.own" => "This is a card of this very cabinet.",
                "card.expired" => "This card has run out. Ask the other cabinet for a new one.",
                _ => "This is no cabinet's card, or something of it is missing. Scan or copy it again, whole.",
            }
        );
}
