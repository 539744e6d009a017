using System.Text.RegularExpressions;

namespace EdgeNode.Tests.Unit.Tidy;

/// <summary>Documents that point somewhere, and folders that a document must explain.</summary>
public sealed partial class TidyDocsTests
{
    static IEnumerable<string> Pages => Tree.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal));

    static IEnumerable<string> Decisions => Tree.Below("docs/decisions", ".md");

    [Theory]
    [InlineData("README.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("HACKING.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("LICENSE")]
    [InlineData("docs/protocol.md")]
    [InlineData("docs/store.md")]
    [InlineData("docs/operating.md")]
    [InlineData("docs/glossary.md")]
    public void The_page_a_reader_looks_for_is_there(string page) => Assert.Contains(page, Tree.Files);

    [Fact]
    public void Every_local_link_of_a_page_leads_to_a_file_and_its_heading() =>
        Tree.NoneOf(
            from page in Pages
            from link in LinksOf(page)
            let target = Resolve(page, link)
            where !Leads(target.File, target.Heading)
            select $"{page}: the link {link} leads nowhere."
        );

    [Fact]
    public void Every_folder_of_src_is_named_in_the_architecture()
    {
        var text = Tree.Text("ARCHITECTURE.md");

        Tree.NoneOf(
            from folder in Tree.FoldersBelow("src")
            let name = folder[(folder.LastIndexOf('/') + 1)..]
            where !text.Contains(folder, StringComparison.Ordinal) && !Regex.IsMatch(text, $@"(?<![\w-]){Regex.Escape(name)}/")
            select $"ARCHITECTURE.md does not name {folder}/: a folder is a chapter."
        );
    }

    [Fact]
    public void Every_decision_has_a_status_a_context_and_a_decision() =>
        Tree.NoneOf(
            from page in Decisions
            from section in new[] { "Status", "Context", "Decision" }
            where !Tree.Lines(page).Contains($"## {section}")
            select $"{page} has no section \"## {section}\"."
        );

    [Fact]
    public void Decisions_are_numbered_without_gaps_or_doubles()
    {
        var numbers = Decisions.Select(page => Path.GetFileName(page)[..4]).ToArray();

        Assert.Equal(Enumerable.Range(1, numbers.Length).Select(n => $"{n:D4}"), numbers);
    }

    [Fact]
    public void Every_package_has_a_decision_that_names_it()
    {
        var pages = string.Concat(Decisions.Select(Tree.Text));

        Tree.NoneOf(
            from Match package in PackageName().Matches(Tree.Text("Directory.Packages.props"))
            let name = package.Groups[1].Value
            where !Regex.IsMatch(pages, $@"(?<![\w.]){Regex.Escape(name)}(?![\w]|\.\w)")
            select $"No page of docs/decisions names the package {name}."
        );
    }

    [Fact]
    public void Every_script_can_be_started() =>
        Tree.NoneOf(
            from file in Tree.Files
            where !Path.HasExtension(file) && IsScript(file) && !IsExecutable(file)
            select $"{file} begins like a script and cannot be executed: chmod +x."
        );

    static bool IsExecutable(string file) =>
        OperatingSystem.IsWindows() || File.GetUnixFileMode(Tree.PathOf(file)).HasFlag(UnixFileMode.UserExecute);

    static bool IsScript(string file)
    {
        using var bytes = File.OpenRead(Tree.PathOf(file));
        return bytes.ReadByte() == '#' && bytes.ReadByte() == '!';
    }

    static IEnumerable<string> LinksOf(string page) =>
        from Match link in Link().Matches(Fence().Replace(Tree.Text(page), ""))
        let target = link.Groups[1].Value
        where !Elsewhere().IsMatch(target)
        select target;

    static (string File, string Heading) Resolve(string page, string link)
    {
        var (path, heading) = link.Split('#', 2) is [var left, var right] ? (left, right) : (link, "");
        var folder = Path.GetDirectoryName(Tree.PathOf(page))!;
        return (path.Length == 0 ? Tree.PathOf(page) : Path.GetFullPath(Path.Combine(folder, path)), heading);
    }

    static bool Leads(string file, string heading) =>
        heading.Length == 0
            ? File.Exists(file) || Directory.Exists(file)
            : File.Exists(file) && File.ReadLines(file).Any(line => Slug(line) == heading);

    /// <summary>A heading as a link names it: lower case, words joined by hyphens; null for other lines.</summary>
    static string? Slug(string line) =>
        line.StartsWith('#') ? NotInSlug().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-') : null;

    [GeneratedRegex(@"\]\(<?([^)\s>]+)>?(?:\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^(```|~~~).*?^\1|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInSlug();

    [GeneratedRegex(@"<PackageVersion\s+Include=""([^""]+)""")]
    private static partial Regex PackageName();
}
