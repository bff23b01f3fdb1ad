using System.Net;
using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Protocol.Names;
using IscsiMount.Target;
using IscsiMount.Target.Access;
using IscsiMount.Transport;
using IscsiMount.Transport.Tcp;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace IscsiMount.Conformance.Tests.Target;

/// <summary>Our target on loopback, and our initiator to go with it.</summary>
internal sealed class ServedTarget : IAsyncDisposable
{
    public const string Name = "iqn.2026-01.example:served";

    private readonly TargetServer _server;
    private readonly List<Session> _sessions = [];
    private PortalAddress _portal = new("127.0.0.1", PortalAddress.DefaultPort);

    private ServedTarget(
        IReadOnlyList<IBlockDevice> devices, bool isReadOnly, TimeSpan stopGrace, TargetAccess access)
    {
        Assert.True(IscsiName.TryPrepare(Name, out IscsiName? name, out _));
        var target = new TargetDefinition
        {
            Name = name,
            Access = access,
            LogicalUnits =
            [
                .. devices.Select((device, lun) => new LogicalUnitDefinition
                {
                    Lun = lun,
                    Device = device,
                    Serial = $"served-{lun}",
                    IsReadOnly = isReadOnly,
                }),
            ],
        };
        var options = new TargetServerOptions
        {
            Portals = [new IPEndPoint(IPAddress.Loopback, 0)],
            StopGrace = stopGrace,
        };
        _server = new TargetServer(options, [target], TimeProvider.System, NullLoggerFactory.Instance);
    }

    public TargetServer Server => _server;

    public static async Task<ServedTarget> StartAsync(
        IReadOnlyList<IBlockDevice> devices, bool isReadOnly = false, TimeSpan stopGrace = default,
        TargetAccess? access = null)
    {
        var served = new ServedTarget(devices, isReadOnly, stopGrace, access ?? TargetAccess.Everyone);
        IReadOnlyList<IPEndPoint> portals = await served._server.StartAsync();
        served._portal = new PortalAddress("127.0.0.1", portals[0].Port);
        return served;
    }

    public static SessionOptions Usual => new() { InitiatorName = "iqn.2026-01.example:host" };

    public async Task<Session> LoginAsync(SessionOptions? options = null)
    {
        Session session = await Session.LoginAsync(_portal, Name, options ?? Usual, Services(), Token);
        _sessions.Add(session);
        return session;
    }

    /// <summary>Logs in over a network of the caller's, whose session it is.</summary>
    public Task<Session> LoginAsync(SessionOptions options, IConnector network, TimeProvider time) =>
        Session.LoginAsync(
            _portal,
            Name,
            options,
            new InitiatorServices(time, new Random(1), NullLoggerFactory.Instance, network),
            Token);

    public Task<IReadOnlyList<Protocol.Discovery.DiscoveredTarget>> DiscoverAsync() =>
        Discovery.SendTargetsAsync(_portal, Usual, Services(), Token);

    public async ValueTask DisposeAsync()
    {
        foreach (Session session in _sessions)
        {
            await session.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static InitiatorServices Services() =>
        new(TimeProvider.System, new Random(1), NullLoggerFactory.Instance, new TcpConnector(TimeProvider.System));
}
