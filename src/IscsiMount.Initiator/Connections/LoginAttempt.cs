using IscsiMount.Initiator.Sessions;
using IscsiMount.Primitives;
using IscsiMount.Protocol;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Transport;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Initiator.Connections;

/// <summary>Gets a connection logged in, wherever the target sends us for it.</summary>
internal sealed class LoginAttempt
{
    // LIMIT: targets that send us to each other would do so for ever.
    private const int RedirectionsMax = 8;

    private readonly SessionOptions _options;
    private readonly InitiatorServices _services;
    private readonly ILogger _logger;
    private readonly IscsiName _initiatorName;
    private readonly Isid _isid;

    // Where the target moved for good. Only a login that succeeded there tells that this was true.
    private volatile PortalAddress? _newHome;

    public LoginAttempt(SessionOptions options, InitiatorServices services)
    {
        options.ThrowIfUnusable();
        _options = options;
        _services = services;
        _logger = services.Loggers.CreateLogger<Session>();
        _isid = options.Isid ?? Isid.FromRandom(services.Chance, qualifier: 0);
        bool isName = IscsiName.TryPrepare(options.InitiatorName, out IscsiName? name, out _);
        Invariant.Holds(isName && name is not null);
        _initiatorName = name;
    }

    /// <summary>Logs in to a target.</summary>
    public async Task<Session> LoginAsync(
        PortalAddress portal, string targetName, CancellationToken cancellationToken)
    {
        if (!IscsiName.TryTake(targetName, out IscsiName? name))
        {
            throw new ArgumentException($"'{targetName}' cannot be the name of a target.", nameof(targetName));
        }

        var identity = new LoginIdentity { InitiatorName = _initiatorName, TargetName = name, Isid = _isid };
        ConnectionRequest first = Request(portal, identity, _options.ToOffer());
        SessionLine line = await ConnectAsync(first, cancellationToken);
        _logger.LoggedIn(name.Value, line.Request.Portal.ToString(), line.Connection.Login!.Tsih);

        // What comes back has the same ISID and no TSIH, so that it takes the place of what was lost.
        return new Session(line, again => ConnectAsync(first, again));
    }

    /// <summary>Opens a discovery session with a portal.</summary>
    public async Task<Session> DiscoverAsync(PortalAddress portal, CancellationToken cancellationToken)
    {
        var identity = new LoginIdentity
        {
            InitiatorName = _initiatorName,
            TargetName = null,
            SessionType = SessionType.Discovery,
            Isid = _isid,
        };
        ConnectionRequest first = Request(portal, identity, LoginOffer.ForDiscovery);
        return new Session(await ConnectAsync(first, cancellationToken), reconnect: null);
    }

    private ConnectionRequest Request(PortalAddress portal, LoginIdentity identity, LoginOffer offer) => new()
    {
        Portal = portal,
        Identity = identity,
        Offer = offer,
        Options = _options,
        Services = _services,
        Logger = _logger,
    };

    private async Task<SessionLine> ConnectAsync(
        ConnectionRequest first, CancellationToken cancellationToken)
    {
        try
        {
            return await FollowAsync(first with { Portal = _newHome ?? first.Portal }, cancellationToken);
        }
        catch (ConnectionLostException) when (_newHome is not null)
        {
            // Perhaps it moved back. The next attempt asks where it was at first.
            _newHome = null;
            throw;
        }
    }

    private async Task<SessionLine> FollowAsync(ConnectionRequest request, CancellationToken cancellationToken)
    {
        PortalAddress? movedTo = null;
        bool isForGood = true;
        for (int redirections = 0; redirections <= RedirectionsMax; redirections++)
        {
            var connection = new Connection(request);
            switch (await connection.StartAsync(cancellationToken))
            {
                case LoginStep.Finished:
                    _newHome = movedTo ?? _newHome;
                    return new SessionLine(connection, request);
                case LoginStep.Refused refused:
                    throw new LoginRefusedException(refused.Status);
                case LoginStep.Unacceptable unacceptable:
                    throw new LoginRefusedException(unacceptable.Objection, unacceptable.Reason);
                case LoginStep.OfferLess:
                    _logger.OffersLess(request.TargetForPeople, request.Portal.ToString());
                    break;
                case LoginStep.Redirected redirected:
                    _logger.Redirected(
                        request.TargetForPeople, request.Portal.ToString(), redirected.Address.ToString());
                    request = request with { Portal = redirected.Address.Portal };
                    isForGood &= redirected.IsPermanent;
                    movedTo = isForGood ? request.Portal : movedTo;
                    break;
            }
        }

        throw new LoginRefusedException(
            LoginObjection.Redirections, $"The target sent us to another address more than {RedirectionsMax} times.");
    }
}
