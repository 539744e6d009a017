using Microsoft.AspNetCore.Http.Features;

namespace EdgeNode.Appliance.Web;

/// <summary>The checks in front of every handler (security.md 10 and 12, row 20).</summary>
internal static class DoorGuard
{
    /// <summary>Name of the hidden field that carries the form token.</summary>
    public const string TokenField = "_t";

    /// <summary>The header by which a page that refreshes itself says that no person acted.</summary>
    public const string LiveHeader = "X-EdgeNode-Live";

    private const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>How our cookies are set: not for scripts, not for other sites, gone when the browser closes.</summary>
    public static CookieOptions Cookie(Door door) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = door.Options.Https,
            Path = "/",
        };

    /// <summary>First in line, for every request, also one without a route: headers, then the Host allowlist.</summary>
    public static Task Enter(Door door, HttpContext http, RequestDelegate next)
    {
        SetHeaders(http.Response.Headers);
        if (door.Knows(http.Request.Host, http.Connection.LocalIpAddress))
        {
            return next(http);
        }

        return Reply.Text("This is not the address of this cabinet.\n", status: StatusCodes.Status400BadRequest).Write(http);
    }

    /// <summary>What is at no route: a page that says so.</summary>
    public static Task NoSuchPage(Door door, HttpContext http)
    {
        var route = new WebRoute(
            http.Request.Method,
            http.Request.Path,
            Access.Anyone,
            Carries.Nothing,
            _ => Task.FromResult(Reply.NoContent)
        );
        return Errors.Of(door, route, 404, "web.not_found").Write(http);
    }

    /// <summary>Runs one route: checks, handler, answer.</summary>
    public static async Task Run(Door door, WebRoute route, HttpContext http)
    {
        Reply reply;
        try
        {
            reply = await Answer(door, route, http);
        }
        catch (BadHttpRequestException e)
        {
            reply = Errors.Of(door, route, e.StatusCode, e.StatusCode == 413 ? "web.too_large" : "web.malformed");
        }
        catch (InvalidDataException)
        {
            reply = Errors.Of(door, route, 413, "web.too_large");
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return; // nobody listens any more
        }
        catch (Exception e)
        {
            // The visitor gets a page instead of a broken connection; the fault goes to the node's log, which the steward reads.
            door.Options.Report(e);
            reply = Errors.Of(door, route, 500, "web.failed");
        }

        await reply.Write(http);
    }

    private static async Task<Reply> Answer(Door door, WebRoute route, HttpContext http)
    {
        if (route.Mutates && !IsFromHere(http.Request))
        {
            return Errors.Of(door, route, 403, "web.foreign_origin");
        }

        var visit = Begin(door, http);
        if (route.Access == Access.SignedIn && visit.Session is null)
        {
            return route.IsApi ? Errors.Of(door, route, 401, "web.signed_out")
                : route.Mutates ? Errors.Of(door, route, 401, "web.signed_out")
                : Reply.Go("/?note=signed_out");
        }

        return await CheckBody(visit, route) ?? await route.Handle(visit);
    }

    // A browser names the page a request comes from (Origin, or Sec-Fetch-Site where the connection is trustworthy); a program names nothing.
    private static bool IsFromHere(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0 && site is not ("same-origin" or "none"))
        {
            return false;
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    private static Visit Begin(Door door, HttpContext http)
    {
        var isPerson = !http.Request.Headers.ContainsKey(LiveHeader) && http.Request.Path != "/events";
        var session = door.Sessions.Find(http.Request.Cookies[door.SessionCookie], isPerson);
        return new Visit(door, http, session, session is null ? VisitorToken(door, http) : door.FormTokenFor(session.Id));
    }

    private static string VisitorToken(Door door, HttpContext http)
    {
        var visitor = http.Request.Cookies[door.VisitorCookie];
        if (visitor is not { Length: 32 } && http.Request.Method == "GET" && WantsPage(http.Request))
        {
            visitor = Sessions.NewId();
            http.Response.Cookies.Append(door.VisitorCookie, visitor, Cookie(door));
        }

        return visitor is null ? "" : door.FormTokenFor(visitor);
    }

    private static bool WantsPage(HttpRequest request) => !request.Path.StartsWithSegments("/api") && request.Path != "/events";

    private static async Task<Reply?> CheckBody(Visit visit, WebRoute route)
    {
        var request = visit.Http.Request;
        if (route.Carries == Carries.Json && !IsJson(request))
        {
            return Errors.Of(visit.Door, route, 400, "web.not_json");
        }

        if (route.Carries != Carries.Form)
        {
            return null;
        }

        if (!request.HasFormContentType)
        {
            return Errors.Of(visit.Door, route, 400, "web.malformed");
        }

        visit.Form = await ReadForm(visit, route.MaxBody ?? visit.Door.Options.MaxBody);
        return IsOurForm(visit) ? null : Errors.Of(visit.Door, route, 403, "web.old_form");
    }

    private static bool IsJson(HttpRequest request) =>
        request.ContentType?.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase) == true;

    private static Task<IFormCollection> ReadForm(Visit visit, int maxBody)
    {
        if (visit.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxBody;
        }

        var limits = new FormOptions
        {
            ValueCountLimit = 256,
            KeyLengthLimit = 128,
            ValueLengthLimit = visit.Door.Options.MaxBody,
            BufferBodyLengthLimit = maxBody,
            MultipartBodyLengthLimit = maxBody,
            // In memory, whatever its size: nothing of a visitor's is written outside the cabinet's folder.
            MemoryBufferThreshold = maxBody,
        };
        return new FormFeature(visit.Http.Request, limits).ReadFormAsync(visit.Token);
    }

    // The token of the session, or of the visitor's cookie where nobody has signed in yet.
    private static bool IsOurForm(Visit visit)
    {
        var token = visit.Form[TokenField].ToString();
        return visit.Door.IsFormToken(token, visit.Session?.Id)
            || visit.Door.IsFormToken(token, visit.Http.Request.Cookies[visit.Door.VisitorCookie]);
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Not no-referrer: browsers then call the origin of our own forms "null" (Fetch, "append a request Origin header").
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
