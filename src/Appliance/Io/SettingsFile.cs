namespace EdgeNode.Appliance.Io;

/// <summary>The cabinet's INI file, with <c>EDGENODE_SECTION__KEY</c> from the environment over it.</summary>
public static class SettingsFile
{
    /// <exception cref="SetupException">The file is missing or a setting does not fit; the message has a sentence per fault.</exception>
    public static Settings Load(string? path)
    {
        var builder = new ConfigurationBuilder();
        if (path is not null)
        {
            if (!File.Exists(path))
                throw new SetupException(
                    "settings.missing",
                    $"There is no settings file {path}; edgenode run --help shows an example."
                );
            builder.AddIniFile(Path.GetFullPath(path), optional: false, reloadOnChange: false);
        }
        builder.AddEnvironmentVariables("EDGENODE_");
        IConfigurationRoot values;
        try
        {
            values = builder.Build();
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or IOException)
        {
            throw new SetupException(
                "settings.unreadable",
                $"The settings file {path} cannot be read: {(e.InnerException?.Message ?? e.Message).TrimEnd('.')}. edgenode run --help shows an example.",
                e
            );
        }
        var (settings, faults) = Settings.Read(key => values[key]);
        var unknown = path is null ? [] : Unknown(path);
        if (settings is null || unknown.Count > 0)
            throw new SetupException(
                "settings.faults",
                $"{path ?? "The environment"}: {string.Join(" ", [.. faults, .. unknown])}"
            );
        return settings;
    }

    /// <summary>A misspelt key would silently leave a default in force.</summary>
    private static List<string> Unknown(string path)
    {
        var file = new ConfigurationBuilder().AddIniFile(Path.GetFullPath(path)).Build();
        return
        [
            .. file.AsEnumerable()
                .Where(pair => pair.Value is not null && !Settings.Keys.Contains(pair.Key, StringComparer.OrdinalIgnoreCase))
                .Select(pair =>
                    $"'{pair.Key.Replace(":", "] ").Insert(0, "[")}' is not a setting; edgenode run --help lists them."
                ),
        ];
    }
}

/// <summary>The cabinet cannot start. The message is a sentence that says what to do; nothing was changed.</summary>
public sealed class SetupException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
