using EdgeNode.Federation;

namespace EdgeNode.Tests.Sim;

/// <summary>The audit chains are whole, and what crossed to or from a peer once stands there once.</summary>
internal sealed class AuditCheck(World world) : Checker(world)
{
    private const string Twice =
        "SELECT act || ' ' || detail FROM audit WHERE act IN ('ring.proposed', 'ring.voted', 'ring.completed') GROUP BY peer, act, detail HAVING count(*) > 1";

    public override void Last()
    {
        foreach (var cabinet in World.Cabinets)
        {
            var broken = Audit.FirstBroken(cabinet.Db);
            Expect(broken is null, "audit.broken", cabinet, $"the audit chain does not hold at row {broken?.Seq}");
            var twice = cabinet.Db.Text(Twice);
            Expect(twice is null, "once.audit", cabinet, $"{twice} stands in the audit twice");
        }
    }
}
