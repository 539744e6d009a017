namespace EdgeNode.Appliance.Io;

/// <summary>
/// What every door of ours is built from: Kestrel and routes, and nothing from the place where the program happens to be started. The usual builders
/// read appsettings.json and ASPNETCORE_ variables, which could open other ports or lift our limits, and watch the folder they are started in
/// with everything below it: started by an init system that folder is the whole file system.
/// </summary>
internal static class BareWeb
{
    public static WebApplicationBuilder NewBuilder()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        return builder;
    }
}
