namespace EdgeNode.Tests.System.Hosts;

/// <summary>Settings that do not fit: the sentence names the file, the section and the key, and nothing was made.</summary>
public sealed class BadSettingsTests
{
    [Theory]
    [InlineData("network:adress", "127.0.0.1", "[network] adress", "is not a setting")]
    [InlineData("netwrok:address", "127.0.0.1", "[netwrok] address", "is not a setting")]
    [InlineData("network:residents", "0", "[network] residents", "1 to 65535")]
    [InlineData("network:stewards", "65536", "[network] stewards", "1 to 65535")]
    [InlineData("network:peers", "eighty", "[network] peers", "'eighty'")]
    [InlineData("network:address", "box.lan", "[network] address", "not an IP address")]
    [InlineData("network:discovery", "perhaps", "[network] discovery", "yes or no")]
    [InlineData("residents:join", "anybody", "[residents] join", "steward or open")]
    [InlineData("matching:cap", "9", "[matching] cap", "2 to 4")]
    [InlineData("cabinet:version", "2", "[cabinet] version", "it knows 1")]
    [InlineData("cabinet:name", "", "[cabinet] name", "1 to 60 characters")]
    public async Task A_setting_that_does_not_fit_is_named(string key, string value, params string[] words)
    {
        await using var cabinet = CabinetProcess.Make();
        cabinet.Set(key, value);
        BadStart.IsRefused(await cabinet.RunAsync(), [cabinet.Config, .. words]);
        Assert.False(Directory.Exists(cabinet.Data), "a refused start made a folder");
    }

    [Fact]
    public async Task Two_doors_with_one_port_are_refused()
    {
        await using var cabinet = CabinetProcess.Make();
        cabinet.Set("network:pairing", $"{cabinet.StewardsPort}");
        BadStart.IsRefused(await cabinet.RunAsync(), cabinet.Config, "same port", "give each its own");
    }

    [Fact]
    public async Task A_missing_settings_file_is_named_with_where_to_find_an_example()
    {
        await using var cabinet = CabinetProcess.Make();
        var missing = cabinet.OtherConfig = Path.Combine(cabinet.Folder, "not-there.ini");
        BadStart.IsRefused(await cabinet.RunAsync(), missing, "edgenode run --help");
    }

    [Fact]
    public async Task A_settings_file_that_is_not_one_is_named()
    {
        await using var cabinet = CabinetProcess.Make();
        var poem = cabinet.OtherConfig = Path.Combine(cabinet.Folder, "poem.ini");
        File.WriteAllText(poem, "Roses are red\n");
        BadStart.IsRefused(await cabinet.RunAsync(), poem, "Roses are red");
    }

    [Fact]
    public async Task A_wrong_option_is_told_with_where_to_read_on()
    {
        await using var cabinet = CabinetProcess.Make();
        var ended = await cabinet.RunAsync(more: ["--port", "80"]);
        Assert.Equal(2, ended.Code);
        Assert.Contains("--port", ended.Error, StringComparison.Ordinal);
        Assert.Contains("edgenode run --help", ended.Error, StringComparison.Ordinal);
    }
}
