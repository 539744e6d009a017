using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>Rings are counted as an independent enumeration counted them (tests/data/matching/expected.csv).</summary>
public sealed class RingCountTests
{
    [Fact]
    public void Every_file_has_as_many_rings_of_each_length_as_another_program_found()
    {
        var rows = MatchingFiles.Expected().Where(row => row is { Cap: >= 2, Chain: 0, Accept: 1, Columns: not null }).ToArray();
        Assert.True(rows.Length > 35, $"only {rows.Length} rows");
        foreach (var row in rows)
        {
            var tally = new CycleSearch(MatchingFiles.Read(row.File).Graph, row.Cap!.Value).Run(_ => true);
            Assert.Equal((row.File, row.Cap, row.Columns), (row.File, row.Cap, tally.Rings));
        }
    }

    [Fact]
    public void Counting_keeps_no_ring()
    {
        var search = new CycleSearch(MatchingFiles.Read("markets/m_1000_high.txt").Graph, 4);
        search.Run(_ => true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(108_372, search.Run(_ => true).Rings);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }
}
