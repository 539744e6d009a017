using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

public sealed partial class NodeDesk
{
    public async Task<Outcome<string>> IssueCard(IReadOnlyList<string> addresses, int days, CancellationToken token)
    {
        var answer = await door.Ask(new IssueCard(addresses, TimeSpan.FromDays(Math.Clamp(days, 0, 10_000))), token);
        return answer.IsDone ? ManifestCard.ToText(answer.Bytes!) : Refused(answer);
    }

    public Outcome<ManifestCardView> ReadCard(string text)
    {
        using var p256 = new P256();
        var raw = ManifestCard.FromText(text) ?? [];
        return door.Read<Outcome<ManifestCardView>>(db =>
        {
            var gate = new VerifyGate(new Did(Me), p256, (did, key) => Identities.KeyIsValid(db, did, key));
            var (card, code) = gate.CheckCard(raw, Now);
            return card is null ? Refused(CardRefusal.Of(code)) : Shown(db, card);
        });
    }

    public async Task<Outcome<Done>> RequestByCard(string text, CancellationToken token) =>
        Told(await door.Ask(new RequestByCard(ManifestCard.FromText(text) ?? []), token));

    private static ManifestCardView Shown(Db db, ManifestCard card) =>
        new(
            card.Identity.Did.Value,
            card.Body.Name,
            card.Body.Operator,
            card.Body.Release,
            card.Body.ContractVersion,
            card.Body.ContractHash == PeeringContract.Current.Hash,
            PeerBook.Find(db, card.Identity.Did) is { State: PeerState.Enrolled or PeerState.Suspended },
            EntryQueries.At(card.Issued.Ms),
            EntryQueries.At(card.Expires.Ms),
            [.. card.Body.Endpoints.Where(e => e.IsHost).Select(e => e.Address)]
        );
}
