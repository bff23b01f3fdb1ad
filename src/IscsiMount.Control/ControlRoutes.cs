namespace IscsiMount.Control;

/// <summary>The addresses of the control API. What has changed its meaning gets a new number in front.</summary>
public static class ControlRoutes
{
    /// <summary>GET: everything that the agent holds, as a <see cref="Reports.Document"/>.</summary>
    public const string State = "/v1/state";

    /// <summary>POST <see cref="Requests.DiscoverRequest"/>: the targets of a portal.</summary>
    public const string Discover = "/v1/discover";

    /// <summary>POST <see cref="Requests.LoginRequest"/>: a session, and its volumes mounted.</summary>
    public const string Login = "/v1/login";

    /// <summary>POST <see cref="Requests.LogoutRequest"/>.</summary>
    public const string Logout = "/v1/logout";

    /// <summary>POST <see cref="Requests.MountRequest"/>.</summary>
    public const string Mount = "/v1/mount";

    /// <summary>POST <see cref="Requests.UnmountRequest"/>.</summary>
    public const string Unmount = "/v1/unmount";

    /// <summary>POST, no content: unmount, log out, end.</summary>
    public const string Stop = "/v1/agent/stop";

    /// <summary>
    /// The header with the <see cref="OperationId"/> of a request that changes something. It is demanded of every POST.
    /// </summary>
    public const string OperationHeader = "Operation-Id";

    /// <summary>The content type of an error (RFC 9457).</summary>
    public const string ProblemContentType = "application/problem+json";
}
