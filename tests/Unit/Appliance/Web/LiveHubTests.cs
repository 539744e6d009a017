using System.Net;
using EdgeNode.Appliance.Web;

namespace EdgeNode.Tests.Unit.Appliance.Web;

public sealed class LiveHubTests
{
    [Fact]
    public async Task A_change_reaches_the_page_of_whom_it_concerns()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        using var events = new StreamReader(await carol.Stream("/events"));
        Assert.Equal("retry: 5000", await events.ReadLineAsync());
        door.Live.Tell(PaperDesk.Alice);
        Assert.Equal("entries rings", await NextData(events));
    }

    [Fact]
    public async Task Others_hear_only_that_something_around_changed()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        using var events = new StreamReader(await visitor.Stream("/events"));
        Assert.Equal("retry: 5000", await events.ReadLineAsync());
        door.Live.Tell(PaperDesk.Alice);
        door.Live.Tell(LiveHub.Stewards);
        door.Live.Tell(LiveHub.Everybody);
        Assert.Equal("neighbours", await NextData(events));
    }

    [Fact]
    public async Task A_page_hears_at_once_of_what_changed_between_its_making_and_its_listening()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        door.Live.Tell(PaperDesk.Alice);
        using var late = new StreamReader(await carol.Stream($"/events?since={door.Live.Told - 1}"));
        Assert.Equal("retry: 5000", await late.ReadLineAsync());
        Assert.Equal("entries rings neighbours queues health", await NextData(late));

        using var current = new StreamReader(await carol.Stream($"/events?since={door.Live.Told}"));
        Assert.Equal("retry: 5000", await current.ReadLineAsync());
        door.Live.Tell(PaperDesk.Alice);
        Assert.Equal("entries rings", await NextData(current));
    }

    [Fact]
    public async Task A_burst_of_changes_is_one_event()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        using var events = new StreamReader(await steward.Stream("/events"));
        Assert.Equal("retry: 5000", await events.ReadLineAsync());
        Parallel.For(0, 1000, _ => door.Live.Tell(LiveHub.Stewards));
        Assert.Equal("entries rings neighbours queues health", await NextData(events));
        door.Live.Tell(PaperDesk.Alice);
        Assert.Equal("entries rings neighbours queues health", await NextData(events));
    }

    [Fact]
    public async Task One_source_cannot_take_all_places()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        var open = new List<Stream>();
        for (var i = 0; i < LiveHub.MostPerSource; i++)
        {
            open.Add(await visitor.Stream("/events"));
        }

        using var refused = await visitor.Get("/events");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter!.Delta);
        open.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Closing_the_door_ends_open_streams_at_once()
    {
        var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        using var events = new StreamReader(await visitor.Stream("/events"));
        await events.ReadLineAsync();
        var closing = door.DisposeAsync().AsTask();
        Assert.Same(
            closing,
            await Task.WhenAny(closing, Task.Run(() => new ManualResetEvent(false).WaitOne(TimeSpan.FromSeconds(4))))
        );
        Assert.Equal(0, door.Live.Count);
    }

    private static async Task<string> NextData(StreamReader events)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (await events.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return line["data: ".Length..];
            }
        }

        throw new EndOfStreamException();
    }
}
