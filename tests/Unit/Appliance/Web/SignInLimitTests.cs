using System.Net;
using EdgeNode.Appliance.Web;

namespace EdgeNode.Tests.Unit.Appliance.Web;

public sealed class SignInLimitTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.42.0.7");
    private static readonly IPAddress There = IPAddress.Parse("10.42.0.8");
    private readonly HandClock _clock = new(PaperDesk.Now);

    [Fact]
    public void The_eleventh_failure_of_a_source_has_to_wait()
    {
        var limit = new SignInLimit(_clock);
        for (var i = 0; i < SignInLimit.Tries; i++)
        {
            Assert.Equal(TimeSpan.Zero, limit.Wait(Here, "a" + i));
            _ = limit.Try(Here, "a" + i);
        }

        Assert.Equal(SignInLimit.Window, limit.Wait(Here, "another"));
        Assert.Equal(TimeSpan.Zero, limit.Wait(There, "another"));
    }

    [Fact]
    public void Failures_are_forgotten_after_a_quarter_of_an_hour()
    {
        var limit = new SignInLimit(_clock);
        Fail(limit, Here, "a", 10);
        _clock.Pass(SignInLimit.Window - TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), limit.Wait(Here, "a"));
        _clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, limit.Wait(Here, "a"));
    }

    [Fact]
    public void An_account_tried_from_many_sources_is_closed_to_strangers()
    {
        var limit = new SignInLimit(_clock);
        for (var i = 0; i < 10; i++)
        {
            _ = limit.Try(IPAddress.Parse($"10.42.1.{i}"), "steward");
        }

        Assert.True(limit.Wait(There, "steward") > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, limit.Wait(There, "other"));
    }

    [Fact]
    public void Strangers_cannot_lock_a_steward_out()
    {
        var limit = new SignInLimit(_clock);
        limit.Succeeded(Here, "steward");
        for (var i = 0; i < 200; i++)
        {
            _ = limit.Try(IPAddress.Parse($"10.42.1.{i}"), "steward");
        }

        Assert.Equal(TimeSpan.Zero, limit.Wait(Here, "steward"));
        Assert.Equal(TimeSpan.Zero, limit.Wait(IPAddress.Loopback, "steward"));
        Fail(limit, Here, "steward", 10);
        Assert.True(limit.Wait(Here, "steward") > TimeSpan.Zero);
    }

    [Fact]
    public void Success_costs_nothing()
    {
        var limit = new SignInLimit(_clock);
        for (var i = 0; i < 100; i++)
        {
            Fail(limit, Here, "a" + i, 9);
            Assert.Equal(TimeSpan.Zero, limit.Wait(Here, "b"));
            limit.Succeeded(Here, "b");
        }
    }

    [Fact]
    public void A_hundred_tries_at_once_are_ten_tries()
    {
        var limit = new SignInLimit(_clock);
        var taken = 0;
        Parallel.For(
            0,
            100,
            _ =>
            {
                if (limit.Try(Here, "a") == TimeSpan.Zero)
                {
                    Interlocked.Increment(ref taken);
                }
            }
        );
        Assert.Equal(SignInLimit.Tries, taken);
    }

    [Fact]
    public void A_right_try_gives_its_place_back_to_the_account_too()
    {
        var limit = new SignInLimit(_clock);
        for (var i = 0; i < 100; i++)
        {
            var source = IPAddress.Parse($"10.42.2.{i}");
            Assert.Equal(TimeSpan.Zero, limit.Try(source, "steward"));
            limit.Succeeded(source, "steward");
        }
    }

    [Fact]
    public void The_privacy_addresses_of_one_household_are_one_source()
    {
        var limit = new SignInLimit(_clock);
        for (var i = 1; i <= 10; i++)
        {
            _ = limit.Try(IPAddress.Parse($"2001:db8:1:2::{i}"), "a" + i);
        }

        Assert.True(limit.Wait(IPAddress.Parse("2001:db8:1:2:ffff::1"), "b") > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, limit.Wait(IPAddress.Parse("2001:db8:1:3::1"), "b"));
    }

    [Fact]
    public void A_flood_of_names_takes_bounded_memory_and_hides_nobody_recent()
    {
        var limit = new SignInLimit(_clock);
        for (var i = 0; i < SignInLimit.MostNames + 500; i++)
        {
            _clock.Pass(TimeSpan.FromMilliseconds(1));
            _ = limit.Try(new IPAddress(0x0a000000L + i), "x" + i);
        }

        Fail(limit, Here, "a", 10);
        Assert.True(limit.Wait(Here, "a") > TimeSpan.Zero);
    }

    [Fact]
    public async Task At_the_door_ten_wrong_codes_close_it_for_right_ones_too_and_success_afterwards_opens_it()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        for (var i = 0; i < SignInLimit.Tries; i++)
        {
            using var wrong = await visitor.PostJson("/api/session", $"{{\"code\":\"wrong {i}\"}}");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var closed = await visitor.PostJson("/api/session", $"{{\"code\":\"{PaperDesk.AliceCode}\"}}");
        Assert.Equal(HttpStatusCode.TooManyRequests, closed.StatusCode);
        Assert.Equal(TimeSpan.FromMinutes(15), closed.Headers.RetryAfter!.Delta);
        Assert.Empty(door.Desk.Keys);
        door.Clock.Pass(SignInLimit.Window);
        using var open = await visitor.PostJson("/api/session", $"{{\"code\":\"{PaperDesk.AliceCode}\"}}");
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
    }

    [Fact]
    public async Task A_thousand_right_codes_from_one_kiosk_are_never_slowed()
    {
        await using var door = await TestDoor.Residents();
        using var kiosk = door.Visitor();
        for (var i = 0; i < 1000; i++)
        {
            using var open = await kiosk.PostJson("/api/session", $"{{\"code\":\"{PaperDesk.AliceCode}\"}}");
            Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        }

        Assert.Equal(1, door.Door.Sessions.Count);
    }

    private static void Fail(SignInLimit limit, IPAddress source, string account, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _ = limit.Try(source, account);
        }
    }
}
