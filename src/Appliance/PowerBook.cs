using EdgeNode.Hardware.Power;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>A neighbour's newest word on its power.</summary>
/// <param name="Word">battery, going or back.</param>
/// <param name="Why">mains, maintenance or household.</param>
/// <param name="BackAfter">Not before then; null when it did not say.</param>
public sealed record PeerPower(Did Peer, string Word, string Why, Moment Since, Moment? BackAfter);

/// <summary>The tables about power: what neighbours said, what they were told, and what a steward chose.</summary>
internal static class PowerBook
{
    public static string WordOf(PowerWord word) =>
        word switch
        {
            PowerWord.Battery => PowerNoticeBody.Battery,
            PowerWord.Going => PowerNoticeBody.Going,
            _ => PowerNoticeBody.Back,
        };

    /// <summary>A neighbour's notice; only about itself, and only when it is newer than what is known.</summary>
    public static Verdict Apply(Turn turn, Statement statement)
    {
        if (
            WireJson.Read(statement.Body, WireJson.Default.PowerNoticeBody) is not { } body
            || !PowerNoticeBody.IsWord(body.Word)
            || !PowerNoticeBody.IsReason(body.Why)
            || !Moment.TryParse(body.Since, out var since)
        )
            return Verdict.Refused("power.malformed");
        Moment? back = Moment.TryParse(body.BackAfter, out var at) ? at : null;
        turn.Db.Run(
            "INSERT INTO peer_power (peer, word, why, since, back_after, hlc) VALUES ($1, $2, $3, $4, $5, $6) "
                + "ON CONFLICT (peer) DO UPDATE SET word = $2, why = $3, since = $4, back_after = $5, hlc = $6 WHERE hlc < $6",
            statement.From.Value,
            body.Word,
            body.Why,
            since.Ms,
            back?.Ms,
            statement.Hlc
        );
        turn.Emit(new PageChanged(PageChanged.Everybody));
        return Verdict.Accepted;
    }

    public static List<PeerPower> Neighbours(Db db) =>
        db.All(
            "SELECT peer, word, why, since, back_after FROM peer_power ORDER BY peer",
            r => new PeerPower(
                new Did(r.Text(0)),
                r.Text(1),
                r.Text(2),
                new Moment(r.Long(3)),
                r.LongOrNull(4) is { } at ? new Moment(at) : null
            )
        );

    /// <summary>What the neighbours were told last; null before the first word.</summary>
    public static string? Told(Db db) => db.Text("SELECT word FROM power_told WHERE id = 1");

    public static void PutTold(Turn turn, string word) =>
        turn.Db.Run(
            "INSERT INTO power_told (id, word, at) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET word = $1, at = $2",
            word,
            turn.Now.Ms
        );

    public static List<(PowerState State, string Load, string Word)> Edits(Db db) =>
        db.All(
            "SELECT state, load, word FROM load_plan ORDER BY state, load",
            r => (Enum.TryParse<PowerState>(r.Text(0), out var state) ? state : PowerState.Mains, r.Text(1), r.Text(2))
        );

    public static void PutEdit(Turn turn, PowerState state, string load, string word) =>
        turn.Db.Run(
            "INSERT INTO load_plan (state, load, word) VALUES ($1, $2, $3) ON CONFLICT (state, load) DO UPDATE SET word = $3",
            state.ToString(),
            load,
            word
        );
}
