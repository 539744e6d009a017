using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeNode.Appliance.Web.Parts;

/// <summary>The small parts that pages are made of; their names are those of the stylesheet.</summary>
public static partial class Part
{
    /// <summary>People's words: isolated, so that their direction never turns the sentence around them.</summary>
    public static Html Words(string words) => $"<bdi>{words}</bdi>";

    /// <summary>How long something has stood, coarsely; never negative, whatever a clock did.</summary>
    public static Html Age(PageFrame f, DateTimeOffset since) => Age(f, since, "age.");

    /// <summary>The same where a sentence tells when something happened.</summary>
    public static Html Ago(PageFrame f, DateTimeOffset at) => Age(f, at, "ago.");

    /// <summary>The first part of a long hash, enough to compare by eye; the whole of it for who points at it.</summary>
    public static Html Hash(string hash) => $"<code title=\"{hash}\">{hash[..Math.Min(12, hash.Length)]}</code>";

    /// <summary>A time people can act on: weekday and hour within the week, otherwise the date too.</summary>
    public static Html When(PageFrame f, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, f.Zone);
        var clock = local.ToString("HH:mm", CultureInfo.InvariantCulture);
        var soon = at - f.Now is { TotalDays: > -1 and < 6 };
        var words = soon
            ? f.T.Plain("when.day", ("day", f.T.Plain(Day(local.DayOfWeek))), ("time", clock))
            : f.T.Plain(
                "when.date",
                ("day", local.Day),
                ("month", f.T.Plain(Month(local.Month))),
                ("year", local.Year),
                ("time", clock)
            );
        return $"<time datetime=\"{Iso(at)}\">{words}</time>";
    }

    /// <summary>People's or cabinets' words in which long hashes are shortened.</summary>
    public static Html Detail(string words) =>
        $"<bdi>{Html.Each(LongHash().Split(words), part => LongHash().IsMatch(part) ? Hash(part) : Html.Text(part))}</bdi>";

    // In parentheses, so that splitting by it keeps the hashes as parts of their own.
    [GeneratedRegex("([0-9a-f]{32,})")]
    private static partial Regex LongHash();

    /// <summary>A state: icon, word, and age where there is one. <paramref name="tone"/> is good, wait, bad or empty.</summary>
    public static Html Chip(string icon, Html words, string tone = "", Html? age = null) =>
        $"<span class=\"chip {tone}\">{Icons.Icon(icon)}<span>{words}{(age is null ? Html.Empty : $" · {age}")}</span></span>";

    /// <summary>One of the five honest delivery states with its age.</summary>
    public static Html DeliveryChip(PageFrame f, Delivery d)
    {
        var who = Words(d.Who);
        var age = Age(f, d.Since);
        return d.Kind switch
        {
            DeliveryKind.KeptHere => Chip("kept", f.T.Say("delivery.kept"), "", age),
            DeliveryKind.Waiting => Chip("wait", f.T.Say("delivery.waiting", ("who", who)), "wait", age),
            DeliveryKind.WaitingForSpace => Chip("wait", f.T.Say("delivery.space", ("who", who)), "wait", age),
            DeliveryKind.HeldHere => Chip("kept", f.T.Say("delivery.held", ("who", who)), "wait", age),
            DeliveryKind.PeerHasIt => Chip("peer", f.T.Say("delivery.peer", ("who", who)), "good", age),
            DeliveryKind.PersonHasIt => Chip("person", f.T.Say("delivery.person", ("who", who)), "good", age),
            DeliveryKind.Expired => Chip("expired", f.T.Say("delivery.expired", ("who", who)), "bad", age),
            _ when d.Reason is null => Chip("refused", f.T.Say("delivery.refused.some", ("who", who)), "bad", age),
            _ => Chip("refused", f.T.Say("delivery.refused", ("who", who), ("reason", Reason(f.T, d.Reason))), "bad", age),
        };
    }

    /// <summary>Something the page has to say: tone is empty, attention or danger.</summary>
    public static Html Notice(string tone, Html words, Html? action = null) =>
        $"""
            <div class="notice {tone}" role="{(tone.Length == 0 ? "status" : "alert")}">{Icons.Icon(
                NoticeIcon(tone)
            )}<div><div>{words}</div>{action}</div></div>
            """;

    /// <summary>Nothing here yet: what this is, and what to do first.</summary>
    public static Html EmptyState(string icon, Html what, Html? action = null) =>
        $"""<div class="card empty">{Icons.Icon(icon)}<p>{what}</p>{action}</div>""";

    /// <summary>The biggest thing on a page: the next step.</summary>
    public static Html Next(string path, string icon, Html words, Html? small = null) =>
        $"""<a class="next" href="{path}">{Icons.Icon(icon)}<span>{words}{(small is null ? Html.Empty : $"<span class=\"small\">{small}</span>")}</span>{Icons.Icon("go")}</a>""";

    /// <summary>A link that looks like a button.</summary>
    public static Html LinkButton(string path, Html words, string classes = "") =>
        $"""<a class="button {classes}" href="{path}">{words}</a>""";

    /// <summary>A form of ours with one button.</summary>
    public static Html ButtonForm(PageFrame f, string path, Html words, string classes, Html? fields = null) =>
        $"""<form method="post" action="{path}">{f.TokenField}{fields}<button class="{classes}">{words}</button></form>""";

    /// <summary>A hidden field.</summary>
    public static Html Hidden(string name, string value) => $"""<input type="hidden" name="{name}" value="{value}">""";

    /// <summary>A choice of one (radio) or several (checkbox), a whole row to tap.</summary>
    public static Html Pick(string type, string name, string value, Html words, bool chosen, string? icon = null) =>
        $"""<label class="pick"><input type="{type}" name="{name}" value="{value}"{Html.Flag("checked", chosen)}>{(icon is null ? Html.Empty : Icons.Icon(icon))}<span>{words}</span></label>""";

    /// <summary>Bytes with a unit, two figures at most.</summary>
    public static string Bytes(long bytes) =>
        bytes switch
        {
            < 1000 => $"{bytes} B",
            < 1_000_000 => $"{Two(bytes / 1000.0)} kB",
            < 1_000_000_000 => $"{Two(bytes / 1e6)} MB",
            _ => $"{Two(bytes / 1e9)} GB",
        };

    /// <summary>A refusal code as words, with the code in small print for the runbook.</summary>
    public static Html Reason(Texts t, string? code) => t.Has($"reason.{code}") ? t.Say($"reason.{code}") : Html.Text(code ?? "");

    internal static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Html Age(PageFrame f, DateTimeOffset since, string way)
    {
        var age = f.Now - since;
        var (count, key) = age switch
        {
            { TotalMinutes: < 1 } => (0L, "now"),
            { TotalHours: < 1 } => ((long)age.TotalMinutes, "minutes"),
            { TotalHours: < 48 } => ((long)age.TotalHours, "hours"),
            _ => ((long)age.TotalDays, "days"),
        };
        return $"<time class=\"age\" datetime=\"{Iso(since)}\">{f.T.Plain(way + key, ("n", count))}</time>";
    }

    private static string Two(double value) => value.ToString(value < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);

    private static string NoticeIcon(string tone) => tone.Length == 0 ? "info" : tone;

    private static string Day(DayOfWeek day) =>
        day switch
        {
            DayOfWeek.Monday => "day.monday",
            DayOfWeek.Tuesday => "day.tuesday",
            DayOfWeek.Wednesday => "day.wednesday",
            DayOfWeek.Thursday => "day.thursday",
            DayOfWeek.Friday => "day.friday",
            DayOfWeek.Saturday => "day.saturday",
            _ => "day.sunday",
        };

    private static string Month(int month) => $"month.{month}";
}
