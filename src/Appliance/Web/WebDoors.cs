using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Appliance.Io;
using EdgeNode.Appliance.Web.Api;
using EdgeNode.Appliance.Web.Pages;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeNode.Appliance.Web;

/// <summary>A web door that listens. Disposing it stops listening, ends every session and wipes their keys.</summary>
public sealed class OpenDoor : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly PeriodicTimer _sweep;
    private readonly Task _sweeping;

    internal OpenDoor(WebApplication web, Door door)
    {
        _web = web;
        Door = door;
        _sweep = new PeriodicTimer(TimeSpan.FromMinutes(1), door.Clock);
        _sweeping = Sweep();
    }

    /// <summary>The routes, sessions and checks behind this door.</summary>
    public Door Door { get; }

    /// <summary>Where it listens, as <c>http://127.0.0.11:8080</c>.</summary>
    public IReadOnlyList<string> Addresses => [.. _web.Urls];

    public async ValueTask DisposeAsync()
    {
        _sweep.Dispose();
        await _sweeping;
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _web.StopAsync(soon.Token);
        await _web.DisposeAsync();
        Door.Dispose();
    }

    // Keys of people who walked away do not wait in memory for the next visitor.
    private async Task Sweep()
    {
        while (await _sweep.WaitForNextTickAsync())
        {
            Door.Sessions.EndIdle();
        }
    }
}

/// <summary>Opens the two web doors of a cabinet on Kestrel: residents by http, stewards by https (rulings 18).</summary>
public static class WebDoors
{
    /// <summary>Most connections at once at one door; further ones are closed.</summary>
    public const int MostConnections = 512;

    /// <summary>Opens the residents' door.</summary>
    /// <exception cref="IOException">An address is in use.</exception>
    public static Task<OpenDoor> OpenResidents(
        DoorOptions options,
        IDesk desk,
        LiveHub live,
        TimeProvider clock,
        params IPEndPoint[] at
    ) => Open(new Door(options, desk, live, clock), MapResidents, null, at);

    /// <summary>Opens the stewards' door with the node's certificate.</summary>
    /// <exception cref="IOException">An address is in use.</exception>
    public static Task<OpenDoor> OpenStewards(
        DoorOptions options,
        IDesk desk,
        LiveHub live,
        TimeProvider clock,
        X509Certificate2 certificate,
        params IPEndPoint[] at
    ) => Open(new Door(options, desk, live, clock), MapStewards, certificate, at);

    /// <summary>Every route of the residents' door.</summary>
    public static void MapResidents(Door door, CancellationToken stopping)
    {
        door.MapCommon(stopping);
        ResidentPages.MapPages(door);
        ResidentApi.MapApi(door);
    }

    /// <summary>Every route of the stewards' door.</summary>
    public static void MapStewards(Door door, CancellationToken stopping)
    {
        door.MapCommon(stopping);
        StewardPages.MapPages(door);
        CourierPages.MapCourier(door);
        ManifestCardPages.MapManifestCards(door);
        StewardApi.MapApi(door);
        CourierApi.MapCourierApi(door);
        ManifestCardApi.MapCardApi(door);
    }

    private static async Task<OpenDoor> Open(
        Door door,
        Action<Door, CancellationToken> map,
        X509Certificate2? certificate,
        IPEndPoint[] at
    )
    {
        var builder = BareWeb.NewBuilder();
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, door.Options, certificate, at));
        var web = builder.Build();
        map(door, web.Lifetime.ApplicationStopping);
        web.Use(next => http => DoorGuard.Enter(door, http, next));
        web.UseRouting();
        door.MapTo(web);
        web.MapFallback(http => DoorGuard.NoSuchPage(door, http));
        await web.StartAsync();
        return new OpenDoor(web, door);
    }

    private static void Configure(
        KestrelServerOptions kestrel,
        DoorOptions options,
        X509Certificate2? certificate,
        IPEndPoint[] at
    )
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBody;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        foreach (var address in at)
        {
            kestrel.Listen(address, listen => Secure(listen, certificate));
        }
    }

    private static void Secure(ListenOptions listen, X509Certificate2? certificate)
    {
        if (certificate is not null)
        {
            listen.UseHttps(certificate);
        }
    }
}
