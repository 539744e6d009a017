using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace EdgeNode.Tests.System.Browser;

/// <summary>axe-core, put into a page from its package: what would keep somebody from using the page.</summary>
internal static class Axe
{
    private static readonly string Script = Read();

    private const string Run = """
        async () => {
          const found = await axe.run(document, {
            resultTypes: ["violations"],
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
          });
          return JSON.stringify(found.violations
            .filter(v => v.impact === "serious" || v.impact === "critical")
            .flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`)));
        }
        """;

    /// <summary>Serious and critical findings of the page as it stands, one sentence each.</summary>
    public static async Task<string[]> FindAsync(IPage page)
    {
        if (!await page.EvaluateAsync<bool>("typeof axe === 'object'"))
        {
            await page.EvaluateAsync(Script);
        }
        return JsonSerializer.Deserialize<string[]>(await page.EvaluateAsync<string>(Run))!;
    }

    private static string Read()
    {
        var assembly = typeof(AxeRunOptions).Assembly;
        using var stream = assembly.GetManifestResourceStream("Deque.AxeCore.Commons.Resources.axe.min.js")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
