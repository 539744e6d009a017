using System.Collections.Frozen;

namespace EdgeNode.Appliance.Web.Parts;

/// <summary>
/// Our own icons and pictograms: 24 px grid, 2 px stroke, one path each, drawn in the colour of the text around them. They never
/// stand alone for a meaning; a word is always beside them, so they are hidden from screen readers.
/// </summary>
public static class Icons
{
    private static readonly FrozenDictionary<string, string> Paths = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        // places of the pages
        ["cabinet"] = "M5 8h14v13H5zM9 8V5a3 3 0 0 1 6 0v3M12 13v3M3 21h18M8 2.5a5.5 5.5 0 0 1 8 0",
        ["offer"] =
            "M3 14h3l3-2h4a1.5 1.5 0 0 1 0 3h-3M13 14.5l5-2.8a1.6 1.6 0 0 1 1.7 2.7L14 19H8l-2-1H3M12 8V3M9 5.5 12 3l3 2.5",
        ["need"] = "M4 9h16l-1.6 10.2a2 2 0 0 1-2 1.8H7.6a2 2 0 0 1-2-1.8zM8 9l3-6M16 9l-3-6M10 13v4M14 13v4",
        ["promise"] = "M9 5H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V7a2 2 0 0 0-2-2h-3M9 3h6v4H9zM8 14l3 3 5-6",
        ["help"] = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.2 9.5a2.8 2.8 0 1 1 4.3 2.4c-1 .6-1.5 1.1-1.5 2.1M12 17.2v.1",
        ["ring"] = "M19.5 9A8 8 0 0 0 5 8M4.5 15A8 8 0 0 0 19 16M5 3.5V8h4.5M19 20.5V16h-4.5",
        ["leave"] = "M14 4H6v16h8M10 12h11M17.5 8.5 21 12l-3.5 3.5",
        ["card"] = "M3 6h18v12H3zM7 10h4v4H7zM14 10h4M14 14h4",
        ["print"] = "M7 8V3h10v5M7 17H4V9a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v8h-3M7 14h10v7H7z",
        ["home"] = "M4 11 12 4l8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
        ["add"] = "M12 5v14M5 12h14",
        ["go"] = "M5 12h14M13 6l6 6-6 6",
        ["back"] = "M19 12H5M11 6l-6 6 6 6",
        ["give"] = "M12 20V5M6 11l6-6 6 6",
        ["get"] = "M12 4v15M6 13l6 6 6-6",
        ["language"] = "M4 5h9M8.5 3v2M11.5 5c-.8 4-3.5 7-7 8.5M6 8.5c1 2 3 4 5.5 5M12 21l4.5-11L21 21M13.7 17.5h5.6",
        ["find"] = "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.3 15.3 21 21",
        // states
        ["check"] = "M5 12.5 10 17.5 19.5 7",
        ["done"] = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8 12.3l2.8 2.8L16 9.5",
        ["kept"] = "M4 12h4l1.5 3h5L16 12h4M4 12l3-7h10l3 7v6a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1z",
        ["wait"] = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.5V12l3 2",
        ["peer"] = "M4 10h9v10H4zM6.5 10V7.5a2 2 0 0 1 4 0V10M14.5 7.5l2.5 2.5 4.5-5",
        ["person"] = "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20.5a7.5 7.5 0 0 1 15 0",
        ["refused"] = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 8.5l7 7M15.5 8.5l-7 7",
        ["expired"] = "M6 3h12M6 21h12M7 3c0 5 4 6 5 9-1 3-5 4-5 9M17 3c0 5-4 6-5 9 1 3 5 4 5 9",
        ["info"] = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v6M12 7.5v.1",
        ["attention"] = "M12 4 2.5 20h19zM12 10v4.5M12 17.3v.1",
        ["danger"] = "M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 16v.1",
        // stewards
        ["today"] =
            "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.7 1.7M17.3 17.3 19 19M5 19l1.7-1.7M17.3 6.7 19 5",
        ["people"] =
            "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M2.5 20a6.5 6.5 0 0 1 13 0M16 5.5a3.5 3.5 0 0 1 0 6.5M18 14.5a6.5 6.5 0 0 1 3.5 5.5",
        ["neighbours"] =
            "M3 11h7v9H3zM14 11h7v9h-7zM10 16h4M5 11V8.5a1.5 1.5 0 0 1 3 0V11M16 11V8.5a1.5 1.5 0 0 1 3 0V11M9 4.5a4.5 4.5 0 0 1 6 0",
        ["queue"] = "M4 6h16M4 11h11M4 16h7M17 14v7M14 18l3 3 3-3",
        ["map"] = "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14M15 5v14",
        ["audit"] = "M6 3h10l3 3v15H6zM9 9h7M9 13h7M9 17h4",
        ["power"] = "M3 8h15v9H3zM18 11h3v3h-3M9.5 9.5 7.5 13h4l-2 3.5",
        ["health"] = "M3 12h4l2-6 4 13 3-9 1.5 2H21",
        // categories
        ["food"] = "M4 11h16a8 8 0 0 1-5 7.5V20H9v-1.5A8 8 0 0 1 4 11M9 7c0-1.5 1-1.5 1-3M14 7c0-1.5 1-1.5 1-3",
        ["garden"] = "M12 21v-9M12 12c0-4-3-6-7-6 0 4 3 6 7 6M12 9c0-3 2.5-5 6.5-5 0 3.5-2.5 5.5-6.5 5.5M7 21h10",
        ["tools"] = "M14.5 6.5a4 4 0 0 0-5 5L4 17l3 3 5.5-5.5a4 4 0 0 0 5-5L15 12l-3-3z",
        ["bike"] =
            "M6 13a4 4 0 1 0 0 8 4 4 0 0 0 0-8M18 13a4 4 0 1 0 0 8 4 4 0 0 0 0-8M6 17l4-8h6l2 8M10 9l4 8M8.5 6H11M15 9l-1-3h2.5",
        ["lesson"] = "M12 6c-2-1.5-5-2-9-2v14c4 0 7 .5 9 2 2-1.5 5-2 9-2V4c-4 0-7 .5-9 2M12 6v14",
        ["legal"] = "M12 4v16M7 20h10M5 7h14M5 7l-3 6h6zM19 7l-3 6h6zM2 13a3 3 0 0 0 6 0M16 13a3 3 0 0 0 6 0",
        ["design"] = "M4 20l1-5L16 4l4 4L9 19zM13.5 6.5l4 4",
        ["care"] = "M12 20s-8-4.8-8-10.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 8 2.5C20 15.2 12 20 12 20",
        ["child"] = "M12 3a3 3 0 1 0 0 6 3 3 0 0 0 0-6M6 12l6-1.5 6 1.5M12 10.5V16M12 16l-3.5 5M12 16l3.5 5",
        ["transport"] = "M2 7h11v9H2zM13 10h4.5L21 13v3h-8M6.5 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4M17 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
        ["clothes"] = "M8 4 3 7l2 4 2-1v10h10V10l2 1 2-4-5-3a4 4 0 0 1-8 0",
        ["music"] = "M9 18V5l11-2v13M6.5 15.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M17.5 13.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
        ["computer"] = "M5 5h14v10H5zM2 19h20M9.5 19l.5-2h4l.5 2",
        ["building"] = "M3 21V11l6-4v4l6-4v4l6-4v14zM8 16h.1M13 16h.1M17.5 16h.1",
        ["cleaning"] = "M14 3 11 12M7 12h8l1 9H5zM9.5 16v5M12.5 16v5",
        ["health-help"] = "M10 4h4v6h6v4h-6v6h-4v-6H4v-4h6z",
        ["room"] = "M3 19V6M3 16h18v3M21 16v-3a3 3 0 0 0-3-3h-8v6M6.5 10a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3",
        ["games"] = "M4 4h16v16H4zM8.5 8.5h.1M15.5 8.5h.1M12 12h.1M8.5 15.5h.1M15.5 15.5h.1",
        ["animals"] = "M12 12c-3 0-5 3-5 5.5 0 3 3.5 2 5 2s5 1 5-2c0-2.5-2-5.5-5-5.5M5.5 9.5v2M9 5v3M15 5v3M18.5 9.5v2",
        ["chair"] = "M7 3v10h10V3M5 13h14v4H5zM6 17v4M18 17v4M7 8h10",
        ["toolbox"] = "M3 9h18v10H3zM9 9V6a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v3M3 13h7M14 13h7M10 12h4v3h-4z",
        ["sun"] =
            "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M4.9 4.9l2.2 2.2M16.9 16.9l2.2 2.2M4.9 19.1l2.2-2.2M16.9 7.1l2.2-2.2",
        ["party"] = "M3 5c6 4 12 4 18 0M6 7l1.5 5L10 8M11 8.2l1.2 5.3 2-5.3M16 7.6l1 4.6L19 6.4M5 21h14M8 21v-4M16 21v-4",
        ["ball"] =
            "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 8l4 3-1.5 4.5h-5L8 11zM12 3v5M16 11l4.7-1.6M14.5 15.5l2.8 3.9M9.5 15.5l-2.8 3.9M8 11 3.3 9.4",
        ["other"] = "M12 3l2.7 5.7 6.3.8-4.6 4.3 1.2 6.2L12 17l-5.6 3 1.2-6.2L3 9.5l6.3-.8z",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names of all icons.</summary>
    public static IEnumerable<string> Names => Paths.Keys;

    /// <summary>An icon; one that shows a direction is mirrored where text runs from right to left.</summary>
    public static Html Icon(string name) =>
        $"<svg class=\"{Class(name)}\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{Paths[name]}\"/></svg>";

    private static string Class(string name) => name is "go" or "back" or "leave" ? "icon mirror" : "icon";
}
