using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>The statements this node keeps, own and received, verbatim and once.</summary>
public sealed class Statements
{
    public static StoreModule Module { get; } = new("Sync", typeof(Statements).Assembly, 5);

    /// <summary>False when it was already here: its effect has happened and must not happen again.</summary>
    public static bool Keep(Turn turn, Statement statement) =>
        turn.Db.Run(
            "INSERT OR IGNORE INTO statement (id, origin, kind, class, hlc, expires, raw, kept) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            statement.Id,
            statement.From.Value,
            statement.Kind,
            statement.Class.ToWire(),
            statement.Hlc,
            statement.Expires?.Ms,
            statement.Raw.ToArray(),
            turn.Now.Ms
        ) == 1;

    /// <summary>As if it had never come. Only for what had no effect and is queued for nobody.</summary>
    public static void Forget(Turn turn, string id) => turn.Db.Run("DELETE FROM statement WHERE id = $1", id);

    /// <summary>
    /// Lets go of questions, answers and summaries that expired before <paramref name="before"/>, and of <paramref name="me"/>'s own summaries once whoever they
    /// were for has them, with the notes of that. What waits for somebody stays. A late copy is refused as expired, so it has no second effect.
    /// </summary>
    public static void ForgetPassing(Turn turn, Did me, Moment before)
    {
        const string Passed =
            "FROM statement s WHERE kind IN ('partner-query', 'partner-answer', 'partner-summary') "
            + "AND (expires < $1 OR (kind = 'partner-summary' AND origin = $2)) "
            + "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.statement = s.place)";
        turn.Db.Run($"DELETE FROM delivery WHERE statement IN (SELECT place {Passed})", before.Ms, me.Value);
        turn.Db.Run($"DELETE FROM statement WHERE id IN (SELECT id {Passed})", before.Ms, me.Value);
    }

    /// <summary>The newest kept statements of a kind and origin, newest first.</summary>
    public static List<Statement> Newest(Db db, string kind, Did origin, int most) =>
        db.All(
            "SELECT raw FROM statement WHERE kind = $1 AND origin = $2 ORDER BY hlc DESC, id LIMIT $3",
            r => Statement.FromStore(r.Bytes(0)),
            kind,
            origin.Value,
            most
        );

    public static bool Has(Db db, string id) => db.Exists("SELECT 1 FROM statement WHERE id = $1", id);

    public static byte[]? Raw(Db db, string id) => db.One("SELECT raw FROM statement WHERE id = $1", r => r.Bytes(0), id);

    /// <summary>A statement that a row of ours refers to; that it is there is an invariant.</summary>
    public static Statement Get(Db db, string id)
    {
        var raw = Raw(db, id);
        Invariant.Hold(raw is not null, $"statement {id} is kept as long as a row refers to it");
        return Statement.FromStore(raw);
    }
}
