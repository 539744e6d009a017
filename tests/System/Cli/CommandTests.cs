using System.Text.Json;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Cli;

/// <summary>The commands beside <c>run</c> and <c>demo</c>: 0 done, 1 refused with a sentence, 2 used wrongly.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-cli").FullName;

    [Fact]
    public async Task The_rings_of_the_real_trade_are_solved_and_proved()
    {
        var ended = await Run(
            "match",
            "solve",
            Path.Combine(Binaries.Root, "tests/data/matching/ask.txt"),
            "--cap",
            "3",
            "--json"
        );
        Assert.Equal(0, ended.Code);
        using var answer = JsonDocument.Parse(ended.Output);
        Assert.Equal(76, answer.RootElement.GetProperty("value").GetDecimal());
        Assert.Equal(76, answer.RootElement.GetProperty("bound").GetDecimal());
        Assert.True(answer.RootElement.GetProperty("optimal").GetBoolean());
        Assert.Equal(80, answer.RootElement.GetProperty("columns").GetInt64());
    }

    [Fact]
    public async Task A_malformed_want_list_is_refused_with_file_line_and_what_was_expected()
    {
        var file = Path.Combine(_folder, "broken.txt");
        await File.WriteAllTextAsync(file, "BREAD LAMP\nLAMP : : BREAD\n");
        var ended = await Run("match", "solve", file);
        Assert.Equal(1, ended.Code);
        Assert.Contains("broken.txt:2: expected", ended.Error, StringComparison.Ordinal);
        Assert.Empty(ended.Output.Trim());
    }

    [Theory]
    [InlineData("match", "solve", "nowhere.txt")]
    [InlineData("doctor", "--config", "nowhere.ini")]
    public async Task A_file_that_is_not_there_is_refused(params string[] command) => Assert.Equal(1, (await Run(command)).Code);

    [Theory]
    [InlineData("dance")]
    [InlineData("run")]
    [InlineData("match", "solve", "x", "--cap", "9")]
    public async Task Used_wrongly_says_so_and_ends_with_two(params string[] command)
    {
        var ended = await Run(command);
        Assert.Equal(2, ended.Code);
        Assert.StartsWith("edgenode: ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_finds_nothing_wrong_here_and_prints_one_object()
    {
        var ended = await Run("doctor", "--data", _folder, "--json");
        Assert.Equal(0, ended.Code);
        using var report = JsonDocument.Parse(ended.Output);
        Assert.True(report.RootElement.GetProperty("good").GetBoolean());
    }

    [Fact]
    public async Task The_doctor_names_a_damaged_database_and_leaves_it_as_it_is()
    {
        var database = Path.Combine(_folder, "edgenode.db");
        await File.WriteAllTextAsync(database, new string('x', 8192));
        var ended = await Run("doctor", "--data", _folder);
        Assert.Equal(1, ended.Code);
        Assert.Contains("is damaged", ended.Output, StringComparison.Ordinal);
        Assert.Equal(new string('x', 8192), await File.ReadAllTextAsync(database));
    }

    [Fact]
    public async Task A_new_stewards_code_needs_a_cabinet_to_make_it_for()
    {
        var ended = await Run("steward", "new-code", "--data", Path.Combine(_folder, "nowhere"));
        Assert.Equal(1, ended.Code);
        Assert.Contains("There is no cabinet", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("demo")]
    [InlineData("doctor")]
    [InlineData("match", "solve")]
    [InlineData("steward", "new-code")]
    [InlineData("categories", "import")]
    public async Task Every_command_has_help_with_an_example(params string[] command)
    {
        var ended = await Run([.. command, "--help"]);
        Assert.Equal(0, ended.Code);
        Assert.Contains("Example: edgenode", ended.Output, StringComparison.Ordinal);
    }

    private static async Task<Ended> Run(params string[] command)
    {
        using var running = new Running([Binaries.Built, .. command]);
        return await running.EndAsync();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
