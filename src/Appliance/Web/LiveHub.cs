using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace EdgeNode.Appliance.Web;

/// <summary>What may have changed on a page. Never content: a page fetches itself again with its own rights.</summary>
[Flags]
public enum LiveTopics
{
    None = 0,
    Entries = 1,
    Rings = 2,
    Neighbours = 4,
    Queues = 8,
    Health = 16,
    All = Entries | Rings | Neighbours | Queues | Health,
}

/// <summary>
/// Server-sent events (WHATWG HTML 9.2) to open pages. Each page has one word of pending topics, so a slow phone costs no queue
/// and a burst of changes is one event.
/// </summary>
public sealed class LiveHub(TimeProvider clock)
{
    /// <summary>Most open pages per door; further ones are answered 503 and try again in 30 s.</summary>
    public const int MostPages = 256;

    /// <summary>Most open pages of one source.</summary>
    public const int MostPerSource = 24;

    /// <summary>A silent connection is spoken to this often, so that a vanished phone is noticed.</summary>
    public static readonly TimeSpan Ping = TimeSpan.FromSeconds(20);

    /// <summary>A phone that takes no bytes for this long is let go.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly LiveTopics[] Single =
    [
        LiveTopics.Entries,
        LiveTopics.Rings,
        LiveTopics.Neighbours,
        LiveTopics.Queues,
        LiveTopics.Health,
    ];

    private readonly ConcurrentDictionary<OpenPage, IPAddress> _pages = new();

    /// <summary>The reader that stewards' pages have.</summary>
    public const string Stewards = Sync.PageChanged.Stewards;

    /// <summary>What concerns every open page.</summary>
    public const string Everybody = Sync.PageChanged.Everybody;

    /// <summary>Shortest time between two events to one page, so that a busy minute is not a storm of page loads.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private long _told;

    /// <summary>
    /// Grows with each change that is told of. A page brings along how far this was when it was made, so that nothing is lost between its making and
    /// its listening, nor while a connection was gone.
    /// </summary>
    public long Told => Interlocked.Read(ref _told);

    /// <summary>Open pages now.</summary>
    public int Count => _pages.Count;

    /// <summary>
    /// Tells the open pages of one reader what may have changed: a resident's DID, <see cref="Stewards"/> or <see cref="Everybody"/>. Never waits.
    /// Stewards hear of each change; residents hear of others only that something around changed, never whose.
    /// </summary>
    public void Tell(string reader)
    {
        Interlocked.Increment(ref _told);
        foreach (var page in _pages.Keys)
        {
            page.Add(
                page.Reader == Stewards ? LiveTopics.All
                : page.Reader == reader ? LiveTopics.Rings | LiveTopics.Entries
                : reader == Everybody ? LiveTopics.Neighbours
                : LiveTopics.None
            );
        }
    }

    /// <summary>The query by which a page says what <see cref="Told"/> was when it was made.</summary>
    public const string Since = "since";

    // What was told of before the page listened may have concerned it; it is in the list by now, so later changes reach it anyway.
    private void CatchUp(OpenPage page, HttpRequest request)
    {
        if (long.TryParse(request.Query[Since], out var since) && since != Told)
        {
            page.Add(LiveTopics.All);
        }
    }

    /// <summary>Holds a page's connection open until it goes away or <paramref name="stopping"/>.</summary>
    public async Task Serve(HttpContext http, string reader, CancellationToken stopping)
    {
        var source = http.Connection.RemoteIpAddress ?? IPAddress.None;
        if (_pages.Count >= MostPages || _pages.Values.Count(source.Equals) >= MostPerSource)
        {
            http.Response.Headers.RetryAfter = "30";
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        using var page = new OpenPage(reader);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        _pages[page] = source;
        CatchUp(page, http.Request);
        try
        {
            await Speak(page, http.Response, end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The phone went away or the node stops: nothing is owed to an event stream.
        }
        finally
        {
            _pages.TryRemove(page, out _);
        }
    }

    private async Task Speak(OpenPage page, HttpResponse response, CancellationToken end)
    {
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";
        await Write(response, "retry: 5000\n\n", end);
        while (true)
        {
            var topics = await page.Next(Ping, end);
            var text = topics == LiveTopics.None ? ": still here\n\n" : $"event: change\ndata: {Names(topics)}\n\n";
            await Write(response, text, end);
            await page.Rest(end);
        }
    }

    private async Task Write(HttpResponse response, string text, CancellationToken end)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, patience.Token);
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), either.Token);
        await response.Body.FlushAsync(either.Token);
    }

    private static string Names(LiveTopics topics) =>
        string.Join(' ', Single.Where(t => topics.HasFlag(t)).Select(t => t.ToString().ToLowerInvariant()));

    private sealed class OpenPage(string reader) : IDisposable
    {
        private readonly SemaphoreSlim _calm = new(0, 1); // never released: waiting for it is waiting

        private readonly SemaphoreSlim _signal = new(0, 1);
        private int _pending;

        public string Reader { get; } = reader;

        public void Add(LiveTopics topics)
        {
            if (topics != LiveTopics.None && Interlocked.Or(ref _pending, (int)topics) == 0)
            {
                Wake();
            }
        }

        /// <summary>What changed since the last call, or none after <paramref name="most"/>.</summary>
        public async Task<LiveTopics> Next(TimeSpan most, CancellationToken end)
        {
            await _signal.WaitAsync(most, end);
            return (LiveTopics)Interlocked.Exchange(ref _pending, 0);
        }

        public Task<bool> Rest(CancellationToken end) => _calm.WaitAsync(Calm, end);

        public void Dispose()
        {
            _signal.Dispose();
            _calm.Dispose();
        }

        private void Wake()
        {
            try
            {
                _signal.Release();
            }
            catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
            {
                // Awake already, or just gone: both are what was wanted.
            }
        }
    }
}
