using System.Security.Cryptography;
using EdgeNode.Federation;

namespace EdgeNode.Appliance.Web;

/// <summary>The two ways in, with the limit on failed tries.</summary>
internal static class SignIn
{
    public const string TooManyTries = "signin.too_many_tries";
    public const string WrongCode = "signin.wrong_code";

    private static readonly Refusal Wrong = new(WrongCode, "This code does not open anything here.");

    /// <summary>Opens a resident's card and begins a session.</summary>
    public static async Task<Outcome<OpenedCard>> WithCard(Visit v, string? typed)
    {
        var isCode = CardLock.TryParse(typed, out var secret);
        var account = "card:" + (isCode ? CardLock.IdOf(secret) : "");
        if (TooSoon(v, account) is { } slow)
        {
            return slow;
        }

        var opened = isCode ? await v.Desk.OpenCard(secret, v.Token) : Wrong;
        CryptographicOperations.ZeroMemory(secret);
        if (opened.Value is not { } card)
        {
            return opened.Refusal ?? Wrong;
        }

        v.Door.Limit.Succeeded(v.Source, account);
        v.SignIn(card);
        return card;
    }

    /// <summary>Checks a steward's code and begins a session.</summary>
    public static Outcome<Done> AsSteward(Visit v, string? typed)
    {
        if (TooSoon(v, "steward") is { } slow)
        {
            return slow;
        }

        if (typed is null || !v.Desk.IsStewardCode(typed))
        {
            return Wrong;
        }

        v.Door.Limit.Succeeded(v.Source, "steward");
        v.SignIn(null);
        return Done.It;
    }

    private static Refusal? TooSoon(Visit v, string account)
    {
        var wait = v.Door.Limit.Try(v.Source, account);
        if (wait <= TimeSpan.Zero)
        {
            return null;
        }

        var seconds = (long)Math.Ceiling(wait.TotalSeconds);
        v.Http.Response.Headers.RetryAfter = seconds.ToString();
        return new Refusal(TooManyTries, $"Too many codes were tried. Try again in {seconds} seconds.");
    }
}
