using System.Threading.Channels;
using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Sync.Io;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Io;

/// <summary>Does what the node asks about blobs beside its thread, and tells how it ended: fetches, deletions, the comparison at a start.</summary>
internal sealed class BlobHands(
    BlobStore store,
    BlobFetcher fetcher,
    Func<NodeInput, CancellationToken, ValueTask> post,
    Action<string> say
) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Task> _running = new(StringComparer.Ordinal);

    public void Do(Effect effect)
    {
        switch (effect)
        {
            case FetchBlob fetch:
                Start(fetch.Sha256, () => FetchAsync(fetch));
                break;
            case DropBlob drop:
                Start("drop " + drop.Sha256, () => DropAsync(drop));
                break;
            case SweepBlobs sweep:
                Start("sweep", () => SweepAsync(sweep));
                break;
            default:
                throw new InvariantException($"{effect.GetType().Name} is not about blobs");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_running)
            running = [.. _running.Values];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        fetcher.Dispose();
        _stop.Dispose();
    }

    /// <summary>One thing at a time for one blob; a node made anew may ask for what is under way, and is told how that ended.</summary>
    private void Start(string name, Func<Task> work)
    {
        lock (_running)
        {
            if (_running.TryGetValue(name, out var before) && !before.IsCompleted)
                return;
            _running[name] = Task.Run(async () =>
            {
                try
                {
                    await work().ConfigureAwait(false);
                }
                catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
                {
                    // The cabinet closes; what was fetched so far stays.
                }
                finally
                {
                    lock (_running)
                        _running.Remove(name);
                }
            });
        }
    }

    private async Task FetchAsync(FetchBlob fetch)
    {
        var blob = new BlobRef(fetch.Sha256, fetch.Length, "");
        var outcome = await fetcher.FetchAsync(blob, fetch.Roads, fetch.Spki, _stop.Token).ConfigureAwait(false);
        var found = blob with { Type = outcome.Type };
        await post(new BlobFetched(fetch.Peer, found, outcome.Code, outcome.Received), _stop.Token).ConfigureAwait(false);
    }

    private async Task DropAsync(DropBlob drop)
    {
        try
        {
            store.Delete(drop.Sha256);
        }
        catch (IOException e)
        {
            // It stays in the table as going, and the next start tries again.
            say($"blobs: {drop.Sha256[..8]} could not be deleted: {e.Message}");
            return;
        }
        await post(new BlobDropped(drop.Sha256), _stop.Token).ConfigureAwait(false);
    }

    private async Task SweepAsync(SweepBlobs sweep)
    {
        List<string> missing;
        try
        {
            missing = store.Sweep(sweep.Here, sweep.Wanted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"blobs: the folder cannot be compared: {e.Message}");
            return;
        }
        foreach (var sha256 in missing)
            await post(new BlobLost(sha256), _stop.Token).ConfigureAwait(false);
    }
}
