using EdgeNode.Federation;

namespace EdgeNode.Appliance.Demo;

/// <summary>The demo's folder: fresh data folders and settings for three cabinets, locked for one demo at a time.</summary>
internal static class DemoFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Takes away what the last run left, its summary too, so that nobody reads an old one; dispose the result to let another demo in.
    /// </summary>
    /// <exception cref="DemoException">Another demo runs there, or the folder cannot be written.</exception>
    public static IDisposable Prepare(
        IReadOnlyList<CabinetPlace> places,
        string summaryFile,
        int cap,
        FindingMode mode,
        bool power = false
    )
    {
        var folder = places[0].Folder;
        try
        {
            CreateFolder(folder);
            var held = Lock(folder);
            File.Delete(summaryFile);
            foreach (var place in places)
            {
                if (Directory.Exists(place.DataFolder))
                    Directory.Delete(place.DataFolder, recursive: true);
                CreateFolder(place.DataFolder);
                File.WriteAllText(place.ConfigFile, place.Settings(cap, mode, power));
                if (power)
                    File.WriteAllText(place.PowerScript, "mains on\nvolts 4.10\npercent 96\n");
            }
            return held;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DemoException($"The folder {folder} cannot be prepared: {e.Message} Choose another with --out.");
        }
    }

    private static void CreateFolder(string path)
    {
        // Data folders hold keys.
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new DemoException($"Another demo runs in {folder}. Stop it first, or choose another folder with --out.");
        }
    }
}
