namespace EdgeNode.Matching;

/// <summary>Tells the format of a file by its first lines; only where they leave it open does the file's ending decide.</summary>
internal static class FormatGuess
{
    /// <summary>A leading comment longer than this is a want list's.</summary>
    private const int MostCommentLines = 200;

    public static InstanceFormat Of(InstanceSource source)
    {
        using var lines = new LineReader(source.Name, source.Open());
        if (!lines.NextFilled())
            return ByEnding(source.Name);
        if (lines.Line.TrimStart(" \t"u8).StartsWith("#"u8))
            return ByComment(lines, source.Name);
        return ByFirstLine(lines) ?? ByEnding(source.Name);
    }

    private static InstanceFormat? ByFirstLine(LineReader lines)
    {
        var fields = lines.Fields;
        if (fields.Next().SequenceEqual("M"u8) && fields.Whole(out _))
            return AllWhole(fields) ? InstanceFormat.Market : null;
        var commas = new LineFields(lines.Line, (byte)',');
        if (commas.Whole(out _) && commas.Whole(out _) && commas.AtEnd)
            return InstanceFormat.Wmd;
        fields = lines.Fields;
        if (!(fields.Whole(out _) && fields.Whole(out _) && fields.AtEnd))
            return null;
        // Two numbers could also be an item and a want: three numbers, or the end of the arcs, tell the difference.
        return !lines.NextFilled() || IsArc(lines.Fields) ? InstanceFormat.Input : null;
    }

    private static bool IsArc(LineFields fields)
    {
        var first = fields.Next();
        return first.SequenceEqual("-1"u8)
            || (Numbers.TryWhole(first, out _) && fields.Whole(out _) && Numbers.TryMicro(fields.Next(), out _) && fields.AtEnd);
    }

    private static bool AllWhole(LineFields fields)
    {
        while (!fields.AtEnd)
            if (!fields.Whole(out _))
                return false;
        return true;
    }

    private static InstanceFormat ByComment(LineReader lines, string name)
    {
        for (var i = 0; i < MostCommentLines && lines.Line.StartsWith("#"u8); i++)
        {
            if (lines.Line.StartsWith("# NUMBER ALTERNATIVES:"u8) || lines.Line.StartsWith("# NUMBER EDGES:"u8))
                return InstanceFormat.Wmd;
            if (!lines.NextFilled())
                break;
        }
        return ByEnding(name) == InstanceFormat.Wmd ? InstanceFormat.Wmd : InstanceFormat.WantList;
    }

    private static InstanceFormat ByEnding(string name)
    {
        if (name.EndsWith(".input", StringComparison.OrdinalIgnoreCase))
            return InstanceFormat.Input;
        return name.EndsWith(".wmd", StringComparison.OrdinalIgnoreCase) ? InstanceFormat.Wmd : InstanceFormat.WantList;
    }
}
