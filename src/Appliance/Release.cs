namespace EdgeNode.Appliance;

/// <summary>Which program this is.</summary>
public static class Release
{
    /// <summary>Semantic version of the build (norm N1).</summary>
    public static string Version { get; } =
        typeof(Release).Assembly.GetName().Version is { } v ? $"{v.Major}.{v.Minor}.{v.Build}" : "0.0.0";
}
