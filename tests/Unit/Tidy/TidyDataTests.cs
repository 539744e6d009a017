using System.Reflection;
using System.Text.RegularExpressions;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Tidy;

/// <summary>What is kept and what is sent: every table and every kind stands where a steward and another implementer can find it.</summary>
public sealed partial class TidyDataTests
{
    static readonly string[] Schemas =
    [
        .. Tree.Below("src", ".sql").Where(f => f.Contains("/Sql/schema/", StringComparison.Ordinal)).Select(Tree.Text),
        // The store's own bookkeeping table is made before any module's schema runs.
        .. Tree.Below("src/Store", ".cs").Select(Tree.Text),
    ];

    [Fact]
    public void Every_table_stands_in_the_data_map() =>
        Tree.NoneOf(
            from table in Schemas.SelectMany(TablesOf)
            where DataMap.TableRules.Count(rule => rule.Table == table) != 1
            select $"The table {table} does not stand once in DataMap.TableRules: may it leave, and who says so?"
        );

    [Fact]
    public void The_data_map_names_no_table_that_is_not_there() =>
        Tree.NoneOf(
            from rule in DataMap.TableRules
            where !Schemas.SelectMany(TablesOf).Contains(rule.Table)
            select $"DataMap.TableRules names {rule.Table}, and no schema makes it."
        );

    [Fact]
    public void Every_table_is_strict() =>
        Tree.NoneOf(
            from schema in Schemas
            from Match table in CreateTable().Matches(schema)
            where table.Groups["virtual"].Length == 0 && !table.Groups["end"].Value.Contains("STRICT", StringComparison.Ordinal)
            select $"The table {table.Groups["name"].Value} is not STRICT: SQLite would keep what its columns do not say."
        );

    [Fact]
    public void Every_kind_of_frame_has_a_golden_file() =>
        Tree.NoneOf(
            from kind in FrameKinds()
            let golden = $"tests/golden/wire/{kind}"
            where !Tree.Files.Any(f => Regex.IsMatch(f, $@"^{Regex.Escape(golden)}(\.|-v\d)"))
            select $"{golden}.bin is missing: what has been sent once must stay readable."
        );

    [Fact]
    public void No_golden_file_is_empty() =>
        Tree.NoneOf(
            from file in Tree.Files
            where file.StartsWith("tests/golden/", StringComparison.Ordinal) && new FileInfo(Tree.PathOf(file)).Length == 0
            select $"{file} is empty and proves nothing."
        );

    /// <summary>The constants of <see cref="Kinds"/>, the acts of a person excepted: those are bodies inside a kind.</summary>
    static IEnumerable<string> FrameKinds() =>
        from field in typeof(Kinds).GetFields(BindingFlags.Public | BindingFlags.Static)
        where field.IsLiteral && !field.Name.StartsWith("Act", StringComparison.Ordinal)
        select (string)field.GetRawConstantValue()!;

    static IEnumerable<string> TablesOf(string schema) =>
        CreateTable().Matches(schema).Select(table => table.Groups["name"].Value);

    [GeneratedRegex(
        @"CREATE (?<virtual>VIRTUAL )?TABLE (IF NOT EXISTS )?(?<name>\w+)(?<end>[^;]*);",
        RegexOptions.IgnoreCase | RegexOptions.Singleline
    )]
    private static partial Regex CreateTable();
}
