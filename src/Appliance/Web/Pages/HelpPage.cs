using EdgeNode.Appliance.Web.Parts;

namespace EdgeNode.Appliance.Web.Pages;

/// <summary>Help that needs no account, and every error state.</summary>
public static class HelpPage
{
    private static readonly string[] Topics = ["ring", "share", "yes", "problem", "card", "see", "stewards"];

    /// <summary>The page at <c>/help</c>.</summary>
    public static Html Render(PageFrame f) =>
        Shell.Document(
            f,
            f.T.Plain("help.title"),
            $"""
            <h1>{f.T.Say("help.title")}</h1><p class="lead">{f.T.Say("help.lead")}</p>
            <section class="card"><h2>{f.T.Say("help.how")}</h2><ol class="steps"><li>{f.T.Say("help.step1")}</li><li>{f.T.Say(
                "help.step2"
            )}</li><li>{f.T.Say("help.step3")}</li><li>{f.T.Say("help.step4")}</li></ol></section>
            <section class="card">{Html.Each(
                Topics,
                topic => $"<details><summary>{f.T.Say($"help.{topic}")}</summary><p>{f.T.Say($"help.{topic}.text")}</p></details>"
            )}</section>
            """
        );
}

/// <summary>What happened, what is safe, what to do: for every refusal of a page.</summary>
public static class ErrorPage
{
    /// <summary>The page for a code; codes without texts of their own get the general ones.</summary>
    public static Html Render(PageFrame f, string code, Html? detail = null)
    {
        var key = f.T.Has($"error.{code}.what") ? $"error.{code}" : "error.any";
        return Shell.Document(
            f,
            f.T.Plain(key + ".what"),
            $"""
            <section class="card">{Icons.Icon("attention")}<h1>{f.T.Say(key + ".what")}</h1>{(
                detail is null ? Html.Empty : $"<p>{detail}</p>"
            )}
            <p>{f.T.Say(key + ".safe")}</p><p>{f.T.Say(key + ".do")}</p>
            {Part.LinkButton("/", f.T.Say("error.home"), "main")}<p class="small soft"><code>{code}</code></p></section>
            """
        );
    }
}
