using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>When a statement that is made now ends.</summary>
internal static class Expiry
{
    /// <summary>
    /// Counted on the hybrid clock, which never runs backwards: with the wall clock of a cabinet that woke up in 1970, a resident's yes would be expired
    /// before it was sent.
    /// </summary>
    public static Moment? Of(KindRule rule, Signer signer) =>
        rule.Lifetime is { } lifetime ? Hlc.TimeOf(signer.NextHlc()) + lifetime : null;
}

/// <summary>Makes the statements of the ring protocol and queues them for the other home nodes, in the transaction that decided on them.</summary>
public sealed class ChainSpeaker(Signer signer, Outbox outbox)
{
    public Did Me => signer.Node;
    public long Epoch => signer.Epoch;

    /// <summary>Signs and keeps a statement for the home nodes of a ring without queueing it.</summary>
    public Statement Make(Turn turn, string kind, byte[] body, IReadOnlyList<string> homeNodes)
    {
        var rule = DataMap.RuleOf(kind)!;
        var audience = homeNodes.Where(n => n != Me.Value).Select(n => new Did(n)).ToArray();
        var draft = new StatementDraft(
            kind,
            DataClass.Shared,
            audience,
            body,
            Expiry.Of(rule, signer),
            PeeringContract.Current.Hash
        );
        var statement = Statement.Sign(draft, signer);
        Statements.Keep(turn, statement);
        return statement;
    }

    /// <summary>Queues a kept statement, own or of another home node, for every home node that is our peer.</summary>
    public void Send(Turn turn, Statement statement, IReadOnlyList<string> homeNodes)
    {
        foreach (var node in homeNodes)
            SendTo(turn, statement, new Did(node));
    }

    public void SendTo(Turn turn, Statement statement, Did node)
    {
        if (node != Me && node != statement.From && PeerBook.IsEnrolled(turn.Db, node))
            outbox.Enqueue(turn, node, statement);
    }

    public Statement Say(Turn turn, string kind, byte[] body, IReadOnlyList<string> homeNodes)
    {
        var statement = Make(turn, kind, body, homeNodes);
        Send(turn, statement, homeNodes);
        return statement;
    }
}
