namespace EdgeNode.Wire;

/// <summary>Statement kinds. A name that has shipped is never given another meaning.</summary>
public static class Kinds
{
    public const string Identity = "identity";
    public const string Offering = "offering";
    public const string Need = "need";
    public const string Withdrawal = "withdrawal";
    public const string ChainProposal = "chain-proposal";
    public const string ChainResponse = "chain-response";
    public const string ChainConsent = "chain-consent";
    public const string ChainVote = "chain-vote";
    public const string ChainOutcome = "chain-outcome";
    public const string ChainVoteRequest = "chain-vote-request";
    public const string EdgeSettled = "edge-settled";
    public const string ChainCompleted = "chain-completed";
    public const string PowerNotice = "power-notice";
    public const string PartnerQuery = "partner-query";
    public const string PartnerAnswer = "partner-answer";
    public const string PartnerSummary = "partner-summary";
    public const string Picture = "picture";
    public const string BlobReceipt = "blob-receipt";

    // Frames that are not statements: they live between two neighbours and are never forwarded.
    public const string Bundle = "bundle";
    public const string Receipt = "receipt";
    public const string Have = "have";
    public const string Genesis = "genesis";
    public const string PairingRequest = "pairing-request";
    public const string PairingCard = "pairing-card";
    public const string PairingAgreement = "pairing-agreement";
    public const string PairingEnd = "pairing-end";
    public const string ManifestCard = "manifest-card";

    /// <summary>A person's acts, signed over <c>edgenode/1/&lt;act&gt;</c>.</summary>
    public const string ActConsent = "consent";
    public const string ActSettlement = "settlement";
}
