using EdgeNode.Matching;

namespace EdgeNode.Appliance.Demo;

/// <summary>Finds the input that the caller named.</summary>
internal static class DemoInputFiles
{
    private const string AskFile = "tests/data/matching/ask.txt";

    /// <exception cref="DemoException">There is no such file, or it cannot be read as a want list.</exception>
    public static DemoInput Load(string name) =>
        name switch
        {
            DemoOptions.RingOfThree => DemoInput.RingOfThree(),
            DemoOptions.Ask => Read(DemoOptions.Ask, FindAsk(), "ask"),
            _ => Read(Path.GetFileName(name), name, "list"),
        };

    private static DemoInput Read(string name, string path, string prefix)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > WantList.MaxBytes })
                throw new DemoException($"{path} is larger than {WantList.MaxBytes:N0} bytes, the most a want list may have.");
            return DemoInput.FromWantList(name, WantList.Parse(path, File.ReadAllBytes(path)), prefix);
        }
        catch (WantListException malformed)
        {
            throw new DemoException(malformed.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DemoException(
                $"The want list {path} cannot be read: {e.Message} Name a file, {DemoOptions.Ask} or {DemoOptions.RingOfThree} with --input."
            );
        }
    }

    /// <summary>From the working folder or, when started from elsewhere, from the folder of the program upwards.</summary>
    private static string FindAsk()
    {
        if (File.Exists(AskFile))
            return AskFile;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, AskFile);
            if (File.Exists(path))
                return path;
        }
        return AskFile;
    }
}
