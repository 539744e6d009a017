using EdgeNode.Tests.System.Discovery;

namespace EdgeNode.Tests.System.Nut;

/// <summary>Debian's own UPS programs (packages nut-client and nut-server), started with folders of the test's own.</summary>
internal sealed class NutPrograms : IDisposable
{
    /// <summary>Where the packages are when they are not installed but unpacked.</summary>
    static readonly string Root = Environment.GetEnvironmentVariable("EDGENODE_NUT_ROOT") ?? "/";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgenode-nut-");

    public string Folder => _folder.FullName;

    Dictionary<string, string> Surroundings =>
        new()
        {
            ["NUT_CONFPATH"] = Folder,
            ["NUT_STATEPATH"] = Folder,
            ["NUT_ALTPIDPATH"] = Folder,
            ["LD_LIBRARY_PATH"] =
                Path.Combine(Root, "usr/lib/x86_64-linux-gnu") + ":" + Path.Combine(Root, "lib/x86_64-linux-gnu"),
        };

    public void Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public Child Start(string program, params string[] arguments) =>
        Child.Start(program, Surroundings, [Path.Combine(Root, program), .. arguments]);

    /// <summary>Runs a program to its end and gives back what it said.</summary>
    public async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        await using var child = Start(program, arguments);
        var code = await child.ExitAsync();
        return (code, child.Said);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
