using System.CommandLine;
using EdgeNode.Appliance.Io;
using EdgeNode.Matching.Words;
using EdgeNode.Store;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode categories import</c>: an operator's own list of occupations or skills beside the seed list.</summary>
internal static class CategoriesCommand
{
    /// <summary>Largest file in bytes; ESCO's list of skills has about 20 MB.</summary>
    private const long MaxFile = 64 * 1024 * 1024;

    public static CliCommand Create() => new("categories", "The kinds under which offers and needs are filed.") { Import() };

    private static CliCommand Import()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "CSV with the columns preferredLabel, altLabels and conceptUri, as ESCO is published.",
        };
        var data = new Option<string>("--data")
        {
            Description = "Folder of the cabinet, which must be stopped.",
            Required = true,
        };
        var language = new Option<string>("--language")
        {
            Description = "Language of the labels, as a tag.",
            DefaultValueFactory = _ => Taxonomy.SourceLanguage,
        };
        var command = new CliCommand(
            "import",
            """
            Puts a list of categories beside the shipped ones, in place of what was imported in the same language before. The search finds them; entries
            filed under them can be read on neighbour cabinets too. A file with a fault changes nothing.

            Example: edgenode categories import skills_en.csv --data /var/lib/edgenode --language en
            """
        )
        {
            file,
            data,
            language,
        };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(data)!, parsed.GetValue(language)!));
        return command;
    }

    private static int Run(string file, string data, string language)
    {
        try
        {
            var list = CategoryList.Read(Text(file));
            if (!IsTag(language))
                return Refuse("categories.language", $"{language} is not a language tag such as en, ar or pt-br.");
            if (list.Faults.Count > 0)
                return Refuse(
                    "categories.faults",
                    $"{file} was not imported; nothing was changed.\n  {string.Join("\n  ", list.Faults)}"
                );
            if (!Directory.Exists(data))
                return Refuse("folder.missing", $"There is no cabinet in {data}.");
            using var folder = DataFolder.Open(data);
            folder.Store.Check(Node.Modules);
            using var db = folder.Store.OpenWriter(Node.Modules);
            CategoryList.Import(db, language, list.Categories);
            Console.WriteLine($"{list.Categories.Count} categories are known in {language} now, beside the shipped ones.");
            return 0;
        }
        catch (Exception e) when (e is SetupException or StoreException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"edgenode: {e.Message}");
            return 1;
        }
    }

    private static string Text(string file) =>
        new FileInfo(file) is { Exists: true, Length: > MaxFile } large
            ? throw new SetupException("categories.size", $"{file} has {large.Length} bytes; the most is {MaxFile}.")
            : File.ReadAllText(file);

    private static bool IsTag(string language) =>
        language.Length is >= 2 and <= 16 && language.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static int Refuse(string code, string sentence)
    {
        Console.Error.WriteLine($"edgenode: {code}: {sentence}");
        return 1;
    }
}
