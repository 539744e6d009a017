using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgeNode.Appliance.Demo;

/// <summary>What is known after one try of an act.</summary>
internal enum ActResult
{
    /// <summary>The cabinet said that it was done.</summary>
    Done,

    /// <summary>The cabinet said why it was not done.</summary>
    Refused,

    /// <summary>Nothing came back: it may have been done or not, and only looking tells.</summary>
    Unknown,
}

/// <summary>The result of one try, with the answer's body or the refusal's code and sentence.</summary>
internal sealed record Act(ActResult Result, byte[] Body, string Code = "", string Text = "")
{
    public static Act Unknown { get; } = new(ActResult.Unknown, []);

    public T Read<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Body, type)!;
}

/// <summary>
/// Somebody at a door of a cabinet with a code in their hand. Reading is repeated until it succeeds; an act is tried once and its result told, because only
/// the one who acts can look whether it happened. Who was signed out, by time or by a restart, signs in again.
/// </summary>
internal sealed class Visitor(CabinetHttp http, bool asSteward, string sessionPath, TimeSpan look)
{
    private const int SignedOut = 401;
    private const int OurFault = 500;
    private const int Busy = 503;

    private string? _cookie;

    /// <summary>The code of a card or label; who has none yet can only do what anybody may.</summary>
    public string? Code { get; set; }

    /// <summary>Reads until there is an answer. The token is the deadline.</summary>
    /// <exception cref="DemoException">The cabinet refuses to show it.</exception>
    public async Task<T> Get<T>(string path, JsonTypeInfo<T> type, CancellationToken token)
    {
        while (true)
        {
            var answer = await TryAsync(HttpMethod.Get, path, null, token);
            if (answer is { IsDone: true })
                return JsonSerializer.Deserialize(answer.Body, type)!;
            if (answer is not null && answer.Status < OurFault)
                throw new DemoException($"GET {path}: {Sentence(answer)}");
            await Wait.For(look, token);
        }
    }

    /// <summary>One try of an act.</summary>
    public async Task<Act> Post<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken token)
    {
        var answer = await TryAsync(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, type), token);
        return ToAct(answer);
    }

    /// <summary>One try of an act that needs no words.</summary>
    public async Task<Act> Post(string path, CancellationToken token) =>
        ToAct(await TryAsync(HttpMethod.Post, path, "{}"u8.ToArray(), token));

    /// <summary>
    /// Acts until it is done: when nothing came back, <paramref name="isDone"/> looks before the next try, so that nothing is done twice.
    /// </summary>
    /// <exception cref="DemoException">The cabinet refuses.</exception>
    public async Task Do(
        string what,
        Func<CancellationToken, Task<Act>> tryOnce,
        Func<CancellationToken, Task<bool>> isDone,
        CancellationToken token
    )
    {
        while (true)
        {
            var act = await tryOnce(token);
            if (act.Result == ActResult.Done)
                return;
            if (act.Result == ActResult.Refused)
                throw new DemoException($"{what} was refused: {act.Text} ({act.Code})");
            await Wait.For(look, token);
            if (await isDone(token))
                return;
        }
    }

    /// <summary>Shows the code until the door answers.</summary>
    /// <exception cref="DemoException">The code opens nothing.</exception>
    public async Task SignIn(CancellationToken token)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new CodePost(Code!), DemoJson.Default.CodePost);
        while (true)
        {
            var answer = await http.TryAsync(asSteward, HttpMethod.Post, sessionPath, null, body, token);
            if (answer is { IsDone: true })
            {
                _cookie = answer.Cookie;
                return;
            }
            if (answer is not null && answer.Status < OurFault)
                throw new DemoException($"Signing in was refused: {Sentence(answer)}");
            await Wait.For(look, token);
        }
    }

    private async Task<HttpAnswer?> TryAsync(HttpMethod method, string path, byte[]? json, CancellationToken token)
    {
        var answer = await http.TryAsync(asSteward, method, path, _cookie, json, token);
        if (answer?.Status != SignedOut || Code is null)
            return answer;
        // Nothing was done for somebody unknown, so the same request is safe to repeat.
        await SignIn(token);
        return await http.TryAsync(asSteward, method, path, _cookie, json, token);
    }

    private static Act ToAct(HttpAnswer? answer)
    {
        if (answer is null || answer.Status is OurFault or SignedOut)
            return Act.Unknown;
        if (answer.IsDone)
            return new Act(ActResult.Done, answer.Body);
        var error = Error(answer);
        if (answer.Status == Busy && error.Code?.StartsWith("store.", StringComparison.Ordinal) == true)
            return Act.Unknown; // the disk could not take it now
        return new Act(ActResult.Refused, answer.Body, error.Code ?? "", error.Text ?? $"status {answer.Status}");
    }

    private static string Sentence(HttpAnswer answer) =>
        Error(answer) is { Code: { } code, Text: { } text } ? $"{text} ({code})" : $"status {answer.Status}";

    private static ErrorShown Error(HttpAnswer answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body, DemoJson.Default.ErrorShown) ?? new ErrorShown(null, null);
        }
        catch (JsonException)
        {
            return new ErrorShown(null, null); // not one of the interface's own answers; the status has to do
        }
    }
}
