using EdgeNode.Appliance;
using EdgeNode.Appliance.Web;
using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation;

public sealed class RingCardTests : IDisposable
{
    private readonly OneCabinet _cabinet = new();

    public void Dispose() => _cabinet.Dispose();

    [Fact]
    public void A_card_says_what_one_gives_and_gets_and_with_whom()
    {
        var (chain, alice, bob) = _cabinet.RingOfTwo();
        Assert.Equal(
            "You give fresh bread to Bob. You get bicycle repair from Bob.",
            RingCard.For(_cabinet.Db, chain, alice.Did)!.Sentence
        );
        Assert.Equal(
            "You give bicycle repair to Alice. You get fresh bread from Alice.",
            RingCard.For(_cabinet.Db, chain, bob.Did)!.Sentence
        );
    }

    [Fact]
    public void Who_is_not_in_the_ring_has_no_card()
    {
        var (chain, _, _) = _cabinet.RingOfTwo();
        var carol = _cabinet.Resident("Carol");
        Assert.Null(RingCard.For(_cabinet.Db, chain, carol.Did));
        Assert.Null(RingCard.For(_cabinet.Db, new string('0', 64), carol.Did));
    }

    [Fact]
    public void A_yes_signs_the_sentence_and_the_card_that_were_shown()
    {
        var (chain, alice, _) = _cabinet.RingOfTwo();
        var card = RingCard.For(_cabinet.Db, chain, alice.Did)!;
        var content = WireJson.Read(card.ConsentContent(alice.Did, "yes", _cabinet.Now), WireJson.Default.ConsentContent)!;
        Assert.Equal((chain, card.Sentence, card.Card, "yes"), (content.ChainId, content.Sentence, content.Card, content.Value));
    }

    [Fact]
    public void Both_say_yes_and_the_ring_is_agreed_and_holds_their_items()
    {
        var (chain, alice, bob) = _cabinet.RingOfTwo();
        Assert.True(_cabinet.Say(chain, alice, "yes").IsDone);
        Assert.Equal("VALIDATED", _cabinet.State(chain));
        Assert.True(_cabinet.Say(chain, bob, "yes").IsDone);
        Assert.Equal("COMMITTED", _cabinet.State(chain));
        Assert.Equal(4, _cabinet.Db.Number("SELECT count(*) FROM hold WHERE kind = 'hard'"));
    }

    [Fact]
    public void One_no_ends_the_ring_and_frees_the_items()
    {
        var (chain, alice, bob) = _cabinet.RingOfTwo();
        _cabinet.Say(chain, alice, "yes");
        Assert.True(_cabinet.Say(chain, bob, "no").IsDone);
        Assert.Equal("ABORTED", _cabinet.State(chain));
        Assert.Equal(0, _cabinet.Db.Number("SELECT count(*) FROM hold"));
        Assert.Equal("ring.not_now", _cabinet.Say(chain, alice, "yes").Code);
    }

    [Fact]
    public void After_a_no_the_best_stand_in_is_asked_and_the_other_keeps_what_they_accepted()
    {
        var (chain, alice, bob) = _cabinet.RingOfTwo();
        Assert.True(_cabinet.Say(chain, alice, "yes").IsDone);
        var dora = _cabinet.Resident("Dora");
        _cabinet.Ask(new Offer(dora.Did, "repair", "repairs by Dora", 1, Sharing.Here));
        _cabinet.Ask(new Ask(dora.Did, "some bread", ["bread"], 1, Sharing.Here));
        _cabinet.Say(chain, bob, "no");
        _cabinet.Step(new TimerDue());
        var next = Assert.Single(
            _cabinet.Db.All("SELECT chain_id FROM chain WHERE chain_id <> $1 AND state = 'VALIDATED'", r => r.Text(0), chain)
        );
        Assert.Equal(
            "You give fresh bread to Dora. You get repairs by Dora from Dora.",
            RingCard.For(_cabinet.Db, next, alice.Did)!.Sentence
        );
        Assert.Null(RingCard.For(_cabinet.Db, next, bob.Did));
        var seen = RingQueries.One(_cabinet.Db, new NodeNames(_cabinet.Db, _cabinet.Did.Value, "Mill"), next, alice.Did.Value)!;
        Assert.True(seen.Again);
    }

    [Fact]
    public void After_a_no_nobody_is_asked_the_very_same_again_when_nobody_can_stand_in()
    {
        var (chain, alice, bob) = _cabinet.RingOfTwo();
        _cabinet.Say(chain, alice, "yes");
        _cabinet.Say(chain, bob, "no");
        _cabinet.Step(new TimerDue());
        Assert.Equal(1, _cabinet.Db.Number("SELECT count(*) FROM chain"));
    }

    [Fact]
    public void An_answer_under_another_key_is_nobodys()
    {
        var (chain, alice, bob) = _cabinet.RingOfTwo();
        Assert.Equal("consent.signature", _cabinet.Say(chain, (alice.Did, bob.Seed), "yes").Code);
    }

    [Fact]
    public void An_answer_to_another_card_is_refused()
    {
        var (chain, alice, _) = _cabinet.RingOfTwo();
        var card = RingCard.For(_cabinet.Db, chain, alice.Did)!;
        var content = card.ConsentContent(alice.Did, "yes", _cabinet.Now)
            .Replace(card.Card, new string('0', 64), StringComparison.Ordinal);
        var act = Residents.SignAct(alice.Seed, alice.Did, Kinds.ActConsent, content);
        Assert.Equal("consent.other_card", _cabinet.Ask(new AnswerRing(act)).Code);
    }

    [Fact]
    public void An_act_of_one_kind_is_never_one_of_another()
    {
        var (chain, alice, _) = _cabinet.RingOfTwo();
        var content = RingCard.For(_cabinet.Db, chain, alice.Did)!.ConsentContent(alice.Did, "yes", _cabinet.Now);
        var act = Residents.SignAct(alice.Seed, alice.Did, Kinds.ActSettlement, content);
        Assert.False(VerifyGate.IsSigned(act with { Act = Kinds.ActConsent }));
        Assert.Equal("consent.signature", _cabinet.Ask(new AnswerRing(act with { Act = Kinds.ActConsent })).Code);
    }

    [Fact]
    public void A_receivers_done_uses_the_units_up_once()
    {
        var (chain, alice, bob) = _cabinet.RingOfTwo();
        _cabinet.Say(chain, alice, "yes");
        _cabinet.Say(chain, bob, "yes");
        Assert.True(Report(chain, alice, giving: false, "done").IsDone);
        Assert.Equal("settlement.again", Report(chain, alice, giving: false, "done").Code);
        Assert.Equal(1, _cabinet.Db.Number("SELECT sum(consumed) FROM offering"));
        Assert.Equal("COMMITTED", _cabinet.State(chain));
        Assert.True(Report(chain, bob, giving: false, "done").IsDone);
        Assert.Equal("COMPLETED", _cabinet.State(chain));
        Assert.Equal(2, _cabinet.Db.Number("SELECT sum(consumed) FROM offering"));
        Assert.Equal(0, _cabinet.Db.Number("SELECT count(*) FROM hold"));
    }

    [Fact]
    public void A_problem_keeps_the_hold()
    {
        var (chain, alice, bob) = _cabinet.RingOfTwo();
        _cabinet.Say(chain, alice, "yes");
        _cabinet.Say(chain, bob, "yes");
        Report(chain, alice, giving: false, "problem");
        Assert.Equal("FAILED", _cabinet.Db.Text("SELECT state FROM chain_edge WHERE receiver = $1", alice.Did.Value));
        Assert.Equal(4, _cabinet.Db.Number("SELECT count(*) FROM hold WHERE kind = 'hard'"));
    }

    [Fact]
    public void An_item_is_taken_back_once()
    {
        var alice = _cabinet.Resident("Alice");
        var id = _cabinet.Ask(new Offer(alice.Did, "bread", "fresh bread", 1, Sharing.Here)).Id!;
        Assert.True(_cabinet.Ask(new Withdraw(alice.Did, id)).IsDone);
        Assert.Equal("item.unknown", _cabinet.Ask(new Withdraw(alice.Did, id)).Code);
        Assert.Equal(2, _cabinet.Db.Number("SELECT version FROM offering WHERE offering_id = $1", id));
    }

    private Answer Report(string chain, (Did Did, byte[] Seed) who, bool giving, string result)
    {
        var card = RingCard.For(_cabinet.Db, chain, who.Did)!;
        var content = card.SettlementContent(who.Did, giving ? card.Gives.Edge : card.Gets.Edge, result, _cabinet.Now);
        return _cabinet.Ask(new SettlePromise(Residents.SignAct(who.Seed, who.Did, Kinds.ActSettlement, content), "for me only"));
    }
}
