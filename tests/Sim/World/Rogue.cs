using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// An enrolled cabinet that lies. It pairs like any other, takes what is shared with it, and then says whatever a peer can say with a key of its own: other
/// people's statements to others, votes for others, two votes, rings that are none, certificates that prove nothing, numbers at their limits. It may keep
/// rings that it is a home node of from ever ending; everything else must hold.
/// </summary>
internal sealed class Rogue : Station, IDisposable
{
    private const string Nobody = "01890a5d-ac96-774b-bcce-b302099a8057";

    private readonly Prng _prng;
    private readonly NodeKey _key;
    private readonly P256 _p256 = new();
    private readonly Identity _identity;
    private readonly byte[] _certificate;
    private readonly Signer _signer;
    private readonly SeededEntropy _entropy;
    private readonly byte[] _personSeed;
    private readonly Identity _person;
    private readonly Dictionary<(Did Peer, int Stream), List<(string Id, byte[] Bytes)>> _streams = [];
    private readonly Dictionary<(Did Peer, int Stream), long> _resent = [];
    private readonly HashSet<Did> _links = [];
    private readonly List<Statement> _heard = [];
    private readonly Dictionary<Did, Identity> _peers = [];
    private long _hlc;

    public Rogue(World world, int index, Prng prng)
        : base(world, index)
    {
        _prng = prng;
        _entropy = new SeededEntropy(world.Options.Seed, "rogue");
        _key = NodeKey.Create(_entropy);
        _identity = Identity.CreateNode(_key, _entropy.Bytes(32), _entropy);
        _certificate = PlainCertificate.Of(_key, _identity.Did);
        Spki = PlainCertificate.SpkiOf(_certificate);
        _signer = new Signer(_identity.Did, _key, 1, () => _hlc = Hlc.Next(_hlc, Time));
        _personSeed = _entropy.Bytes(32);
        _person = Identity.CreatePerson(_personSeed, _entropy);
    }

    public override string Name => "rogue";
    public override Did Did => _identity.Did;
    public override string Spki { get; }
    public override bool IsUp => true;

    private Moment Time => new(World.Now);

    public override bool Admits(Station peer) => _peers.ContainsKey(peer.Did);

    public override bool Aims(Station peer) => Admits(peer);

    public override void LinkUp(Did peer, bool stored = false)
    {
        _links.Add(peer);
        SendHave(peer, reply: true);
    }

    public override void LinkDown(Did peer) => _links.Remove(peer);

    public void Begin()
    {
        foreach (var cabinet in World.Cabinets)
            World.After(_prng.Between(TimeSpan.FromMinutes(10), TimeSpan.FromHours(3)), () => Request(cabinet));
        ActAgain();
    }

    public override void Take(Did from, TopicKind kind, byte[] bytes)
    {
        if (kind == TopicKind.Have)
            TakeHave(from, bytes);
        else if (kind == TopicKind.Data && Bundle.TryRead(bytes) is { } bundle)
            TakeBundle(from, bundle);
    }

    public override void TakePairing(byte[] bytes, string spki, Action<byte[]?, string> answer)
    {
        if (PairingMessage.Verify(bytes, _p256) is not { } message)
        {
            answer(null, "malformed");
            return;
        }
        _peers[message.Identity.Did] = message.Identity;
        var kind = message.Header.Kind == Kinds.PairingAgreement ? Kinds.PairingAgreement : Kinds.PairingCard;
        answer(PairingFrame(kind, message.Identity), "");
        World.Net.LookAt(this);
    }

    public void Dispose()
    {
        _key.Dispose();
        _p256.Dispose();
    }

    private void Request(Cabinet cabinet)
    {
        if (!World.Faulty || _links.Contains(cabinet.Did))
            return;
        World.Net.Post(
            this,
            cabinet.Address,
            PairPort,
            PairingFrame(Kinds.PairingRequest, null),
            (to, bytes, _) =>
            {
                if (to is not null && bytes is not null && PairingMessage.Verify(bytes, _p256) is { } card)
                    _peers[card.Identity.Did] = card.Identity;
            }
        );
        World.After(TimeSpan.FromHours(6), () => Request(cabinet));
    }

    private byte[] PairingFrame(string kind, Identity? peer)
    {
        var contract = PeeringContract.Current;
        var agreement =
            kind == Kinds.PairingAgreement ? PeeringContract.Agreement(contract.Version, contract.Hash, _identity, peer!) : null;
        var body = new PairingBody(
            Name,
            Convert.ToBase64String(_identity.Genesis),
            Convert.ToBase64String(_certificate),
            contract.Version,
            contract.Hash,
            1,
            1,
            "sim",
            "nobody",
            Address,
            PeersPort,
            PairPort,
            agreement,
            null
        );
        return PairingMessage.Sign(_signer, kind, peer?.Did.Value ?? "", body, _entropy);
    }

    private void TakeHave(Did from, byte[] bytes)
    {
        var frame = Frame.TryReadWhole(bytes, Control.MaxBody);
        if (frame is null || WireJson.Read(frame.Body.Span, WireJson.Default.HaveBody) is not { } have)
            return;
        // What the peer lacks is sent again, so that its streams go on.
        foreach (var (key, sent) in _streams.Where(s => s.Key.Peer == from).OrderBy(s => s.Key.Stream))
        {
            // Not more often than this: a gap that nothing fills would be told and answered for ever.
            if (World.Now - _resent.GetValueOrDefault(key) < 600_000)
                continue;
            _resent[key] = World.Now;
            var there = have.Streams.FirstOrDefault(s => s.Stream == key.Stream)?.Seq ?? 0;
            foreach (var (_, again) in sent.Skip((int)Math.Clamp(there, 0, sent.Count)).Take(8))
                Put(from, TopicKind.Data, again);
        }
        if (have.Reply)
            SendHave(from, reply: false);
    }

    private void TakeBundle(Did from, Bundle bundle)
    {
        if (_heard.Count < 2000)
            _heard.AddRange(bundle.Statements.Select(Statement.TryRead).OfType<Statement>());
        if (World.Faulty && World.Find(from) is Cabinet asker)
            foreach (
                var query in bundle
                    .Statements.Select(Statement.TryRead)
                    .OfType<Statement>()
                    .Where(s => s.Kind == Kinds.PartnerQuery)
            )
                AnswerFalsely(asker, query);
        var receipt = new ReceiptBody(bundle.Header.Stream, bundle.Header.Seq, bundle.Header.Seq, []);
        Put(from, TopicKind.Receipt, Signed(Kinds.Receipt, from, WireJson.Write(receipt, WireJson.Default.ReceiptBody)));
    }

    private void SendHave(Did peer, bool reply)
    {
        var body = new HaveBody("rogue", "1", "sim", reply, [], []);
        Put(peer, TopicKind.Have, Signed(Kinds.Have, peer, WireJson.Write(body, WireJson.Default.HaveBody)));
    }

    private byte[] Signed(string kind, Did to, byte[] body) => Control.Sign(_signer, kind, to, body);

    private void Put(Did peer, TopicKind kind, byte[] bytes)
    {
        if (World.Find(peer) is { } to)
            World.Net.Send(this, to, kind, bytes);
    }

    private void ActAgain()
    {
        var mean = World.Options.Hostile.RogueEvery!.Value;
        World.After(
            _prng.Between(mean / 4, mean * 7 / 4),
            () =>
            {
                if (!World.Faulty)
                    return;
                Act();
                ActAgain();
            }
        );
    }

    private void Act()
    {
        var peers = World.Cabinets.Where(c => _links.Contains(c.Did)).ToArray();
        if (peers.Length == 0)
            return;
        var victim = _prng.Pick(peers);
        World.Counts.Add("rogue acts");
        switch (_prng.Below(13))
        {
            case 0 or 1:
                Repeat(victim);
                break;
            case 2:
                Forge(victim);
                break;
            case 3 or 4:
                VoteOn(victim);
                break;
            case 5:
                Certify(victim);
                break;
            case 6 or 7:
                ProposeTrue(victim);
                break;
            case 8:
                ProposeNonsense(victim);
                break;
            case 9:
                ShareNonsense(victim);
                break;
            case 10:
                SayTooMuch(victim);
                break;
            case 11:
                Summarise(victim);
                break;
            default:
                BreakStream(victim);
                break;
        }
    }

    /// <summary>What others told it, to somebody they did not tell.</summary>
    private void Repeat(Cabinet victim)
    {
        if (_heard.Count > 0)
            Bundled(victim, _prng.Pick(_heard).Raw.ToArray(), _prng.Pick(_heard).Raw.ToArray());
    }

    /// <summary>A statement in the name of another cabinet, under its own key.</summary>
    private void Forge(Cabinet victim)
    {
        var other = _prng.Pick(World.Cabinets);
        var signer = new Signer(other.Did, _key, 1, () => ++_hlc);
        var body = WireJson.Write(new WithdrawalBody(Nobody, 2), WireJson.Default.WithdrawalBody);
        Bundled(victim, Draft(Kinds.Withdrawal, body, victim, signer));
    }

    /// <summary>Votes for rings of others, two votes for its own, yes without a consent, a yes before anything else.</summary>
    private void VoteOn(Cabinet victim)
    {
        var chains = World.Watch.Facts.Proposals.Keys.Order(StringComparer.Ordinal).ToArray();
        var chain = chains.Length == 0 || _prng.Percent(20) ? _entropy.Hex(32) : _prng.Pick(chains);
        var node = _prng.Percent(70) ? Did : victim.Did;
        var vote = new ChainVoteBody(
            chain,
            node.Value,
            _prng.Pick(["yes", "no", "maybe"]),
            _prng.Pick([1L, 0, long.MaxValue]),
            null,
            [],
            1
        );
        Bundled(victim, Draft(Kinds.ChainVote, WireJson.Write(vote, WireJson.Default.ChainVoteBody), victim));
        var request = new ChainVoteRequestBody(chain, [Did.Value], [_entropy.Hex(32)]);
        Bundled(victim, Draft(Kinds.ChainVoteRequest, WireJson.Write(request, WireJson.Default.ChainVoteRequestBody), victim));
    }

    /// <summary>A certificate that claims an outcome and proves something else.</summary>
    private void Certify(Cabinet victim)
    {
        var chains = World.Watch.Facts.Proposals.Keys.Order(StringComparer.Ordinal).ToArray();
        if (chains.Length == 0)
            return;
        var proof = _heard.Where(s => s.Kind is Kinds.ChainVote or Kinds.ChainConsent or Kinds.Offering).Take(6);
        var outcome = new ChainOutcomeBody(
            _prng.Pick(chains),
            "committed",
            [.. proof.Select(s => Convert.ToBase64String(s.Raw.Span))]
        );
        Bundled(victim, Draft(Kinds.ChainOutcome, WireJson.Write(outcome, WireJson.Default.ChainOutcomeBody), victim));
        var settled = new SettlementContent(
            outcome.ChainId,
            _prng.Below(3),
            _person.Did.Value,
            "receiver",
            "done",
            null,
            Time.ToRfc3339()
        );
        var content = WireJson.WriteText(settled, WireJson.Default.SettlementContent);
        var act = Residents.SignAct(_personSeed, _person.Did, Kinds.ActSettlement, content);
        Bundled(victim, Draft(Kinds.EdgeSettled, WireJson.Write(act, WireJson.Default.PersonAct), victim));
    }

    /// <summary>A sound ring of two with a resident of the victim, in good form; then consent and vote as it pleases.</summary>
    private void ProposeTrue(Cabinet victim)
    {
        var offering = Heard(Kinds.Offering, victim).Select(s => WireJson.Read(s.Body, WireJson.Default.OfferingBody)!).ToArray();
        var need = Heard(Kinds.Need, victim).Select(s => WireJson.Read(s.Body, WireJson.Default.NeedBody)!).ToArray();
        var pair = (from o in offering from n in need where o.Participant == n.Participant select (o, n)).ToArray();
        if (pair.Length == 0 || !World.Cabinets.Contains(victim) || PersonOf(pair[0].o.Participant) is null)
            return;
        var (theirs, wish) = _prng.Pick(pair);
        var (offered, wanted) = (_entropy.Uuid7(Time), _entropy.Uuid7(Time));
        var log = new IdentityBody([Convert.ToBase64String(_person.Genesis)]);
        var gift = new OfferingBody(offered, 1, _person.Did.Value, "liar", wish.Accepts[0], "a promise", 1);
        var lack = new NeedBody(wanted, 1, _person.Did.Value, "liar", "a gain", [theirs.Category], 1);
        Bundled(
            victim,
            Draft(Kinds.Identity, WireJson.Write(log, WireJson.Default.IdentityBody), victim),
            Draft(Kinds.Offering, WireJson.Write(gift, WireJson.Default.OfferingBody), victim),
            Draft(Kinds.Need, WireJson.Write(lack, WireJson.Default.NeedBody), victim)
        );
        var mine = Edge(_person.Did.Value, theirs.Participant, offered, wish.NeedId);
        var other = Edge(theirs.Participant, _person.Did.Value, theirs.OfferingId, wanted);
        var proposal = Proposal(victim, [mine, other]);
        Bundled(victim, Draft(Kinds.ChainProposal, WireJson.Write(proposal, WireJson.Default.ChainProposalBody), victim));
        World.After(_prng.Between(TimeSpan.FromMinutes(1), TimeSpan.FromHours(8)), () => Lie(victim, proposal));
    }

    private void Lie(Cabinet victim, ChainProposalBody proposal)
    {
        var card = ChainIds.Card(proposal, _person.Did.Value);
        var said = new ConsentContent(proposal.ChainId, _person.Did.Value, "yes", "I lie.", "en", card, Time.ToRfc3339());
        var content = WireJson.WriteText(said, WireJson.Default.ConsentContent);
        var act = Residents.SignAct(_personSeed, _person.Did, Kinds.ActConsent, content);
        var consent = Statement.Sign(
            new StatementDraft(
                Kinds.ChainConsent,
                DataClass.Shared,
                [victim.Did],
                WireJson.Write(act, WireJson.Default.PersonAct),
                Time + TimeSpan.FromDays(90),
                PeeringContract.Current.Hash
            ),
            _signer
        );
        if (_prng.Percent(80))
            Bundled(victim, consent.Raw.ToArray());
        foreach (
            var value in _prng.Pick<string[]>([
                ["yes"],
                ["no"],
                ["yes", "no"],
                [],
            ])
        )
        {
            var vote = new ChainVoteBody(proposal.ChainId, Did.Value, value, 1, null, value == "yes" ? [consent.Id] : [], 1);
            Bundled(victim, Draft(Kinds.ChainVote, WireJson.Write(vote, WireJson.Default.ChainVoteBody), victim));
        }
    }

    /// <summary>Open paths, somebody twice, far times, huge numbers, another proposer, another id.</summary>
    private void ProposeNonsense(Cabinet victim)
    {
        var person = World.People.Persons.FirstOrDefault(p => p.Home == victim && p.HasJoined);
        if (person is null)
            return;
        var to = _prng.Percent(50) ? person.Did.Value : "did:edge:" + new string('a', 52);
        var proposal = Proposal(
            victim,
            [
                Edge(person.Did.Value, to, Nobody, Nobody),
                Edge(_person.Did.Value, person.Did.Value, Nobody, Nobody) with
                {
                    Quantity = _prng.Pick([1, 0, -1, int.MaxValue]),
                },
            ]
        );
        proposal = _prng.Below(4) switch
        {
            0 => proposal with { ChainId = _entropy.Hex(32) },
            1 => proposal with { ProposedTimeline = new ChainTimeline("9999-12-31T23:59:59.999Z", "", "x") },
            2 => proposal with { Participants = [.. proposal.Participants, .. proposal.Participants] },
            _ => proposal,
        };
        Bundled(victim, Draft(Kinds.ChainProposal, WireJson.Write(proposal, WireJson.Default.ChainProposalBody), victim));
    }

    /// <summary>Items of other people's residents, withdrawals of what is not its own, numbers at their limits.</summary>
    private void ShareNonsense(Cabinet victim)
    {
        var stolen = Heard(Kinds.Offering, victim).FirstOrDefault();
        var theirs = stolen is null ? null : WireJson.Read(stolen.Body, WireJson.Default.OfferingBody);
        var gift = new OfferingBody(
            theirs?.OfferingId ?? Nobody,
            999_999,
            theirs?.Participant ?? "x",
            "liar",
            "kind/0",
            "stolen",
            1000
        );
        Bundled(victim, Draft(Kinds.Offering, WireJson.Write(gift, WireJson.Default.OfferingBody), victim));
        var gone = new WithdrawalBody(theirs?.OfferingId ?? Nobody, int.MaxValue);
        Bundled(victim, Draft(Kinds.Withdrawal, WireJson.Write(gone, WireJson.Default.WithdrawalBody), victim));
    }

    /// <summary>
    /// Silence, people that there are not, other cabinets' people and entries, one entry of two people, more parts than it said; sometimes an answer that nobody
    /// asked for.
    /// </summary>
    private void AnswerFalsely(Cabinet asker, Statement query)
    {
        if (WireJson.Read(query.Body, WireJson.Default.PartnerQueryBody) is not { } asked || _prng.Percent(30))
            return;
        World.Counts.Add("rogue answers");
        var id = _prng.Percent(90) ? asked.Query : _entropy.Hex(16);
        string[] nodes = [asker.Did.Value, .. World.Cabinets.Where(c => c != asker).Select(c => c.Did.Value)];
        PartnerPerson[] people = [.. Enumerable.Range(0, _prng.Below(6)).Select(_ => Invented(nodes.Length))];
        var body = new PartnerAnswerBody(id, 0, _prng.Pick([1, 1, 1, 2, 0, 99]), true, nodes, people);
        Bundled(asker, Draft(Kinds.PartnerAnswer, WireJson.Write(body, WireJson.Default.PartnerAnswerBody), asker));
    }

    private PartnerPerson Invented(int nodes)
    {
        var stolen = World.People.Persons.Where(p => p.HasJoined).Select(p => p.Did.Value).ToArray();
        var person = _prng.Below(4) switch
        {
            0 when stolen.Length > 0 => _prng.Pick(stolen),
            1 => "did:edge:" + new string(_prng.Pick(['a', 'b', 'c']), 52),
            _ => _person.Did.Value,
        };
        var items = _heard
            .Where(s => s.Kind == Kinds.Offering)
            .Select(s => WireJson.Read(s.Body, WireJson.Default.OfferingBody)!.OfferingId);
        var known = items.Take(3).ToArray();
        string Entry() =>
            known.Length > 0 && _prng.Percent(30) ? _prng.Pick(known)
            : _prng.Percent(20) ? Nobody
            : _entropy.Uuid7(Time);
        int[] audience = [.. Enumerable.Range(0, nodes)];
        var version = _prng.Pick([1, 1, 1, 0, int.MaxValue]);
        return new(
            person,
            HeadOf(person),
            [new(Entry(), version, "kind/" + _prng.Below(6), _prng.Pick([1, 1, 5, -1, int.MaxValue]), audience)],
            [new(Entry(), 1, ["kind/" + _prng.Below(6), "kind/" + _prng.Below(6)], 1, _prng.Percent(10) ? [-1, 77] : audience)]
        );
    }

    /// <summary>A summary that promises everything, or that cannot be read.</summary>
    private void Summarise(Cabinet victim)
    {
        uint[] marks = [.. Enumerable.Range(0, 6).Select(i => CategoryMarks.Of("kind/" + i)).Distinct()];
        var all = from needs in marks from offers in marks select new SketchMove(needs, offers);
        var (categories, moves) = new PartnerSketch([.. marks.Select(m => new SketchCategory(m, 9, 9))], [.. all]).Pack();
        var body = new PartnerSummaryBody(
            _entropy.Hex(16),
            _prng.Pick([0, 0, 0, 1, -1]),
            _prng.Pick([1, 1, 2, 0]),
            _prng.Percent(80),
            [.. World.Cabinets.Select(c => c.Did.Value)],
            _prng.Percent(85) ? categories : "AAAA",
            _prng.Percent(85) ? moves : "//8A"
        );
        Bundled(victim, Draft(Kinds.PartnerSummary, WireJson.Write(body, WireJson.Default.PartnerSummaryBody), victim));
    }

    /// <summary>Receipts for what was never sent, haves beyond all bounds, a clock at the end of time.</summary>
    private void SayTooMuch(Cabinet victim)
    {
        var receipt = _prng.Pick([
            new ReceiptBody(0, 1, long.MaxValue, []),
            new ReceiptBody(2, -5, 5, []),
            new ReceiptBody(99, 0, 0, [new ReceiptException(1, "", "nothing", "")]),
        ]);
        Put(
            victim.Did,
            TopicKind.Receipt,
            Signed(Kinds.Receipt, victim.Did, WireJson.Write(receipt, WireJson.Default.ReceiptBody))
        );
        HaveStream[] streams = [new(0, long.MaxValue), new(2, -1), new(-7, 3), new(int.MaxValue, long.MinValue)];
        var have = new HaveBody(_entropy.Hex(4), "9", "x", _prng.Percent(50), streams, streams);
        Put(victim.Did, TopicKind.Have, Signed(Kinds.Have, victim.Did, WireJson.Write(have, WireJson.Default.HaveBody)));
        var late = new Signer(
            Did,
            _key,
            long.MaxValue >> 11,
            () => _prng.Pick([long.MaxValue, 0L, World.Now + 80_000_000 << 16])
        );
        var body = WireJson.Write(new WithdrawalBody(Nobody, 2), WireJson.Default.WithdrawalBody);
        Bundled(victim, Draft(Kinds.Withdrawal, body, victim, late));
    }

    /// <summary>The same number twice, a number too far, bytes that are no statement.</summary>
    private void BreakStream(Cabinet victim)
    {
        var statement = Draft(
            Kinds.Withdrawal,
            WireJson.Write(new WithdrawalBody(Nobody, 2), WireJson.Default.WithdrawalBody),
            victim
        );
        var id = Statement.TryRead(statement)!.Id;
        var next = Stream(victim, 4).Count + 1;
        var seq = _prng.Pick([Math.Max(1, next - 1), next + 5, (1L << 53) - 1]);
        Put(
            victim.Did,
            TopicKind.Data,
            Bundle.Join(Bundle.SignHeader(_signer, victim.Did, 4, seq, _entropy.Hex(32), [id]), [statement])
        );
        byte[] noise = [.. statement[..20], .. _entropy.Bytes(60)];
        Put(victim.Did, TopicKind.Data, Bundle.Join(Bundle.SignHeader(_signer, victim.Did, 0, next, "", [id]), [noise]));
    }

    private static Person? PersonOf(World world, string did) => world.People.Find(did);

    private Person? PersonOf(string did) => PersonOf(World, did);

    private IEnumerable<Statement> Heard(string kind, Cabinet from) =>
        _heard.Where(s => s.Kind == kind && s.From == from.Did).Reverse().Take(12);

    private ChainEdge Edge(string from, string to, string offering, string need) =>
        new(from, to, 100, offering, 1, need, 1, 1, "item", "", Time.ToRfc3339(), Time.ToRfc3339());

    private ChainProposalBody Proposal(Cabinet victim, ChainEdge[] edges)
    {
        var ordered = edges.OrderBy(e => e.FromParticipant, StringComparer.Ordinal).ToArray();
        var participants = ordered
            .Select(e => e.FromParticipant)
            .Distinct()
            .Select(p => new ChainParticipant(p, HomeOf(p, victim), "both", null, null, HeadOf(p)));
        var homes = new[] { new ChainHome(Did.Value, _identity.Head), new ChainHome(victim.Did.Value, _peers[victim.Did].Head) };
        var times = new ChainTimeline(
            (Time + TimeSpan.FromHours(20)).ToRfc3339(),
            (Time + TimeSpan.FromHours(20)).ToRfc3339(),
            (Time + TimeSpan.FromDays(9)).ToRfc3339()
        );
        var contract = PeeringContract.Current;
        var proposal = new ChainProposalBody(
            "",
            "",
            Did.Value,
            [.. participants],
            ordered,
            times,
            [.. homes.OrderBy(h => h.Node, StringComparer.Ordinal)],
            new ChainNorms(contract.Version, contract.Hash),
            null,
            _entropy.Hex(8),
            null
        );
        return proposal with { ChainId = ChainIds.ChainId(proposal), RingKey = ChainIds.RingKey(proposal) };
    }

    private string HomeOf(string participant, Cabinet victim) => participant == _person.Did.Value ? Did.Value : victim.Did.Value;

    /// <summary>A DID is the hash of its genesis, so with one operation in the log the head follows from it.</summary>
    private string HeadOf(string participant)
    {
        if (participant == _person.Did.Value)
            return _person.Head;
        return Base32Text.TryDecode(participant[Did.Prefix.Length..], out var raw)
            ? Convert.ToHexStringLower(raw)
            : _entropy.Hex(32);
    }

    private byte[] Draft(string kind, byte[] body, Cabinet victim, Signer? signer = null)
    {
        var rule = DataMap.RuleOf(kind)!;
        Moment? expires = rule.Lifetime is null ? null : Time + TimeSpan.FromDays(_prng.Pick([1, 30, 300, -1]));
        var draft = new StatementDraft(kind, DataClass.Shared, [victim.Did], body, expires, PeeringContract.Current.Hash);
        return Statement.Sign(draft, signer ?? _signer).Raw.ToArray();
    }

    /// <summary>The next bundle of a stream, in good form whatever is in it.</summary>
    private void Bundled(Cabinet victim, params byte[][] statements)
    {
        var stream = _prng.Pick([0, 0, 2]);
        var sent = Stream(victim, stream);
        var ids = statements.Select(s => Statement.TryRead(s)!.Id).ToArray();
        var header = Bundle.SignHeader(_signer, victim.Did, stream, sent.Count + 1, sent.Count == 0 ? "" : sent[^1].Id, ids);
        var bytes = Bundle.Join(header, statements);
        sent.Add((Frame.TryReadWhole(header, 0)!.Id(Kinds.Bundle), bytes));
        Put(victim.Did, TopicKind.Data, bytes);
    }

    private List<(string Id, byte[] Bytes)> Stream(Cabinet victim, int stream)
    {
        if (!_streams.TryGetValue((victim.Did, stream), out var sent))
            _streams[(victim.Did, stream)] = sent = [];
        return sent;
    }
}
