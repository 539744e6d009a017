using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgeNode.Appliance.Web;

/// <summary>One request on its way through a door.</summary>
public sealed class Visit(Door door, HttpContext http, Session? session, string formToken)
{
    public Door Door { get; } = door;
    public HttpContext Http { get; } = http;

    /// <summary>Who is signed in; never null on a route for signed-in people.</summary>
    public Session? Session { get; internal set; } = session;

    /// <summary>The hidden field of every form on the page that is answered.</summary>
    public string FormToken { get; internal set; } = formToken;

    /// <summary>The words of the visitor's language.</summary>
    public Texts Texts { get; } = Texts.English;

    /// <summary>The fields of a posted form; empty otherwise.</summary>
    public IFormCollection Form { get; internal set; } = FormCollection.Empty;

    /// <summary>How far changes had been told of before anything was read for this visit.</summary>
    public long Told { get; } = door.Live.Told;

    public IDesk Desk => Door.Desk;
    public DateTimeOffset Now { get; } = door.Clock.GetUtcNow();
    public CancellationToken Token => Http.RequestAborted;
    public IPAddress Source => Http.Connection.RemoteIpAddress ?? IPAddress.None;

    /// <summary>The signed-in resident.</summary>
    public OpenedCard Card => Session?.Card ?? throw new InvalidOperationException("this route is for signed-in residents");

    /// <summary>A part of the path.</summary>
    public string Route(string name) => (string?)Http.Request.RouteValues[name] ?? "";

    /// <summary>A part of the query; empty when absent.</summary>
    public string Query(string name) => Http.Request.Query[name].ToString();

    /// <summary>A field of the posted form, blanks at its ends removed; empty when absent.</summary>
    public string Field(string name) => Form[name].ToString().Trim();

    /// <summary>The JSON body, or null when it is not what <paramref name="type"/> says.</summary>
    public async Task<T?> ReadJson<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(Http.Request.Body, type, Token);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Signs in: a fresh session id, the form token that belongs to it, and the cookie.</summary>
    public void SignIn(OpenedCard? card)
    {
        if (Session is not null)
        {
            Door.Sessions.End(Session.Id);
        }

        Session = Door.Sessions.Begin(card);
        FormToken = Door.FormTokenFor(Session.Id);
        Http.Response.Cookies.Append(Door.SessionCookie, Session.Id, DoorGuard.Cookie(Door));
    }

    /// <summary>Signs out and wipes the key.</summary>
    public void SignOut()
    {
        if (Session is not null)
        {
            Door.Sessions.End(Session.Id);
            Session = null;
        }

        Http.Response.Cookies.Delete(Door.SessionCookie, DoorGuard.Cookie(Door));
    }
}
