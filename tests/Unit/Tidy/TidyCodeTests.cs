using System.Reflection;
using System.Text.RegularExpressions;

namespace EdgeNode.Tests.Unit.Tidy;

/// <summary>House rules that a compiler cannot check, read from the tree.</summary>
public sealed partial class TidyCodeTests
{
    /// <summary>Longest member, in lines. What is longer stands in long-methods.txt, and that list only shrinks.</summary>
    const int LongestMember = 60;

    /// <summary>Longest member even when it is listed.</summary>
    const int LongestListed = 70;

    /// <summary>Longest file under src/, in lines.</summary>
    const int LongestFile = 900;

    const string Ratchet = "tests/Unit/Tidy/long-methods.txt";

    /// <summary>Each ban names what to do instead. Written in two halves, so that this file does not break its own rule.</summary>
    static readonly (string Word, string Instead)[] BannedWords =
    [
        ("TO" + "DO", "open an issue"),
        ("FIX" + "ME", "fix it or open an issue"),
        ("HA" + "CK", "say in a sentence why the code must be so"),
    ];

    static readonly (string Code, string Instead)[] BannedCode =
    [
        ("NotImplemented" + "Exception", "write it, or leave the member out"),
        ("Thread." + "Sleep", "wait for the event with a deadline; tests move the clock"),
        ("Task." + "Delay(", "a PeriodicTimer, or a condition with a deadline"),
        ("Skippable" + "Fact", "./test installs what a test needs; a skipped test proves nothing"),
        ("#region", "a smaller class"),
    ];

    static IEnumerable<string> Source => Tree.Below("src", ".cs");

    static IEnumerable<string> SourceAndTests => Source.Concat(Tree.Below("tests", ".cs"));

    [Fact]
    public void No_member_in_src_is_longer_than_the_limit_or_its_line_in_the_ratchet()
    {
        var listed = ReadRatchet();

        Tree.NoneOf(
            from found in LongMembers()
            let most = listed.GetValueOrDefault(found.Key, LongestMember)
            where found.Value > most
            select $"{found.Key} has {found.Value} lines; the most is {most}. Split it by what it decides and what it does."
        );
    }

    [Fact]
    public void The_ratchet_lists_only_what_is_still_that_long()
    {
        var found = LongMembers();

        Tree.NoneOf(
            from entry in ReadRatchet()
            let now = found.GetValueOrDefault(entry.Key)
            where now != entry.Value || entry.Value > LongestListed
            select $"{Ratchet}: {entry.Key} {entry.Value} should say "
                + (now == 0 ? "nothing: remove the line." : $"{now} (at most {LongestListed}).")
        );
    }

    [Fact]
    public void No_file_in_src_is_longer_than_a_reader_will_read() =>
        Tree.NoneOf(
            from file in Source
            let lines = Tree.Lines(file).Length
            where lines > LongestFile
            select $"{file} has {lines} lines; the most is {LongestFile}."
        );

    [Fact]
    public void Nothing_is_left_for_later_in_a_comment() =>
        Tree.NoneOf(
            from file in SourceAndTests
            from line in Tree.Lines(file).Index()
            from ban in BannedWords
            where Regex.IsMatch(line.Item, $@"\b{ban.Word}\b")
            select $"{file}:{line.Index + 1}: {ban.Word}: {ban.Instead}."
        );

    [Fact]
    public void Nothing_sleeps_is_skipped_or_is_missing() =>
        Tree.NoneOf(
            from file in SourceAndTests
            from line in CSharpText.Blank(Tree.Text(file)).Split('\n').Index()
            from ban in BannedCode
            where line.Item.Contains(ban.Code, StringComparison.Ordinal)
            select $"{file}:{line.Index + 1}: {ban.Code}: {ban.Instead}."
        );

    [Fact]
    public void No_test_is_marked_to_be_skipped() =>
        Tree.NoneOf(
            from file in Tree.Below("tests", ".cs")
            where SkipArgument().IsMatch(CSharpText.Blank(Tree.Text(file)))
            select $"{file} skips a test; ./test installs what a test needs."
        );

    [Fact]
    public void No_failure_is_lost_in_an_async_void() =>
        Tree.NoneOf(
            from file in SourceAndTests
            where AsyncVoid().IsMatch(CSharpText.Blank(Tree.Text(file)))
            select $"{file} has an async void: nobody sees it fail. Return the task to an owner."
        );

    [Fact]
    public void Every_sql_file_is_inside_its_assembly() =>
        Tree.NoneOf(
            from file in Tree.Below("src", ".sql")
            let parts = file.Split('/')
            let name = string.Join('/', parts.Skip(1))
            where parts[2] != "Sql" || !ResourcesOf(parts[1]).Contains(name)
            select $"{file} is not embedded as {name}: SQL belongs below src/{parts[1]}/Sql/."
        );

    static HashSet<string> ResourcesOf(string project) =>
        [.. Assembly.Load(project == "Appliance" ? "edgenode" : $"EdgeNode.{project}").GetManifestResourceNames()];

    /// <summary>Members over the limit: "file name" and lines. Overloads share a name; the longest speaks for them.</summary>
    static Dictionary<string, int> LongMembers() =>
        (
            from file in Source
            from member in Members.Of(Tree.Text(file))
            where member.Lines > LongestMember
            group member.Lines by $"{file} {member.Name}"
        ).ToDictionary(g => g.Key, g => g.Max());

    static Dictionary<string, int> ReadRatchet() =>
        Tree.Lines(Ratchet)
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' '))
            .ToDictionary(words => $"{words[0]} {words[1]}", words => int.Parse(words[2]));

    [GeneratedRegex(@"\b(Fact|Theory)\s*\([^)]*\bSkip\b")]
    private static partial Regex SkipArgument();

    [GeneratedRegex(@"\basync\s+void\b")]
    private static partial Regex AsyncVoid();
}
