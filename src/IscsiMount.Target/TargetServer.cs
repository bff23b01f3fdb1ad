using System.Net;
using System.Security.Cryptography;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;
using IscsiMount.Target.Connections;
using IscsiMount.Target.Login;
using IscsiMount.Target.Sessions;
using IscsiMount.Target.Tasks;
using IscsiMount.Target.Units;
using IscsiMount.Transport;
using IscsiMount.Transport.Tcp;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Target;

/// <summary>Serves block devices to iSCSI initiators.</summary>
/// <remarks>
/// It is started once and stopped once. Each portal and each connection has a thread of its own (docs/adr/0011); one
/// loop watches over time for all of them. The devices stay the caller's: the server flushes them when it stops, and
/// never disposes of them.
/// </remarks>
public sealed class TargetServer : IAsyncDisposable
{
    private static readonly TimeSpan WatchIntervalMax = TimeSpan.FromSeconds(1);

    private readonly TargetServerOptions _options;
    private readonly TargetDirectory _targets;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SessionTable _sessions;
    private readonly ConnectionHost _host;
    private readonly BufferBudget _budget;
    private readonly PeriodicTimer _watchTimer;
    private readonly RandomNumberGenerator _systemChance = RandomNumberGenerator.Create();
    private IReadOnlyList<IPEndPoint> _portals = [];
    private Task _watch = Task.CompletedTask;
    private bool _isStarted;
    private bool _isStopped;

    /// <param name="options">How it behaves.</param>
    /// <param name="targets">What it serves.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">Where it reports.</param>
    /// <param name="chance">Where the challenges of CHAP come from: the system, if nothing else is given.</param>
    /// <exception cref="ArgumentException">The options or the targets cannot be used; the message says why.</exception>
    /// <exception cref="Block.ImageFileException">A file of reservations is damaged.</exception>
    public TargetServer(
        TargetServerOptions options,
        IReadOnlyList<TargetDefinition> targets,
        TimeProvider time,
        ILoggerFactory logs,
        RandomNumberGenerator? chance = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(targets);
        Check([.. options.Problems(), .. ProblemsOf(targets)]);

        _options = options;
        _time = time;
        _log = logs.CreateLogger<TargetServer>();
        _targets = new TargetDirectory(
            targets.Select(target => new TargetNode(target, options)), options.DiscoveryAccess);
        _sessions = new SessionTable(options);
        _watchTimer = new PeriodicTimer(WatchInterval(options), time);
        _budget = new BufferBudget(options.BufferSizeMax);
        _host = new ConnectionHost(new ConnectionContext
        {
            Options = options,
            Policy = new AccessPolicy(_targets),
            Chap = new ChapTerms(chance ?? _systemChance, new ChallengeMemory()),
            Sessions = _sessions,
            Targets = _targets,
            Budget = _budget,
            Time = time,
            Log = _log,
            AddressesSeenFrom = AddressesSeenFrom,
        });
    }

    /// <summary>Bytes of memory that commands hold at this moment.</summary>
    internal long LentBufferSize => _budget.LentSize;

    /// <summary>Begins to listen at all portals, or at none.</summary>
    /// <returns>Where it listens, in the order of the options, with the ports that the system chose.</returns>
    /// <exception cref="ConnectionLostException">A portal cannot be had.</exception>
    public Task<IReadOnlyList<IPEndPoint>> StartAsync()
    {
        Invariant.Holds(!_isStarted);
        _isStarted = true;
        var listeners = new List<TcpConnectionListener>();
        try
        {
            foreach (IPEndPoint portal in _options.Portals)
            {
                listeners.Add(new TcpConnectionListener(portal));
            }
        }
        catch (ConnectionLostException)
        {
            listeners.ForEach(listener => listener.Dispose());
            throw;
        }

        _portals = [.. listeners.Select(listener => listener.Address)];
        foreach (TargetNode target in _targets.All)
        {
            _log.Serving(target.Name.Value, target.Units.Count);
        }

        listeners.ForEach(_host.Listen);
        _watch = WatchAsync();
        return Task.FromResult(_portals);
    }

    /// <summary>Serves one connection that came in another way than through a portal.</summary>
    internal void Accept(IConnectionIo connection) => _host.Accept(connection);

    /// <summary>
    /// Takes no more connections, asks all initiators to log out, ends what is left after the grace of the options, and
    /// flushes the devices. When it returns, no device is touched any more.
    /// </summary>
    public async Task StopAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        _host.StopListening();
        _host.AskForLogout(_options.StopGrace);
        using var grace = new CancellationTokenSource(_options.StopGrace, _time);
        await _host.WaitUntilEmptyAsync(grace.Token);
        _host.EndAll(EndReason.ServerStopped);
        await _host.WaitUntilEmptyAsync(CancellationToken.None);
        _watchTimer.Dispose();
        await _watch;
        await FlushAsync(_targets.All);
    }

    /// <summary>
    /// Serves these targets from now on, while sessions go on: new ones are added, those that are missing are taken
    /// away, and of those that stay the access changes for whoever logs in next.
    /// </summary>
    /// <param name="targets">All targets. One that stays has the same units as before, each the same value.</param>
    /// <param name="discovery">Who may ask which targets there are.</param>
    /// <returns>Ends when no device of a target that was taken away is touched any more; they are flushed.</returns>
    /// <exception cref="ArgumentException">The targets cannot be served, and nothing has changed.</exception>
    public async Task ReconfigureAsync(IReadOnlyList<TargetDefinition> targets, TargetAccess discovery)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(discovery);
        Check([.. ProblemsOf(targets), .. discovery.Problems(), .. targets.Where(ChangesUnits)
            .Select(target => $"Target {target.Name} is in use: its units cannot change without a new start.")]);
        TargetNode[] removed =
            [.. _targets.All.Where(node => targets.All(target => target.Name != node.Name))];
        _targets.Replace([.. targets.Select(Redefine)], discovery);
        _log.Reconfigured(targets.Count, removed.Length);

        // ORDER: nobody finds them any more, so that no session begins behind those that are ended here.
        _host.EndSessions(removed, _options.StopGrace);
        foreach (Session session in _sessions.All().Where(each => removed.Contains(each.Target)))
        {
            await session.HasEnded;
        }

        await FlushAsync(removed);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _host.Dispose();
        _systemChance.Dispose();
    }

    /// <summary>What goes on at this moment.</summary>
    public TargetServerSnapshot Snapshot() => new()
    {
        Portals = _portals,
        Targets = [.. _targets.All.Select(target => target.Name.Value)],
        ConnectionCount = _host.Count,
        Sessions = [.. _sessions.All().Select(session => session.Describe())],
    };

    // A portal that listens everywhere is reached where the initiator has reached it.
    private List<TargetAddress> AddressesSeenFrom(string localName)
    {
        if (!IPEndPoint.TryParse(localName, out IPEndPoint? local))
        {
            return [];
        }

        IPAddress here = local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address;
        return
        [
            .. _portals
                .Where(portal => !IsEverywhere(portal.Address) || portal.AddressFamily == here.AddressFamily)
                .Select(portal => IsEverywhere(portal.Address) ? new IPEndPoint(here, portal.Port) : portal)
                .Distinct()
                .Select(portal => new TargetAddress(
                    new PortalAddress(portal.Address.ToString(), portal.Port), _options.TargetPortalGroupTag)),
        ];
    }

    private static bool IsEverywhere(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static TimeSpan WatchInterval(TargetServerOptions options)
    {
        long shortest = Math.Min(options.LoginTimeout.Ticks, options.KeepAliveInterval.Ticks) / 4;
        return TimeSpan.FromTicks(Math.Clamp(shortest, TimeSpan.TicksPerMillisecond, WatchIntervalMax.Ticks));
    }

    // Ends when the timer is disposed of.
    private async Task WatchAsync()
    {
        while (await _watchTimer.WaitForNextTickAsync())
        {
            _host.CheckTime();
        }
    }

    private static IEnumerable<string> ProblemsOf(IReadOnlyList<TargetDefinition> targets) =>
    [
        .. targets.SelectMany(target => target.Problems()),
        .. targets.GroupBy(target => target.Name).Where(twins => twins.Count() > 1)
            .Select(twins => $"There are {twins.Count()} targets with the name {twins.Key}."),
    ];

    private static void Check(string[] problems)
    {
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(' ', problems));
        }
    }

    private bool ChangesUnits(TargetDefinition target) =>
        _targets.Find(target.Name) is { } node
        && !node.Units.Select(unit => unit.Definition).ToHashSet().SetEquals(target.LogicalUnits);

    private TargetNode Redefine(TargetDefinition target)
    {
        if (_targets.Find(target.Name) is not { } node)
        {
            _log.Serving(target.Name.Value, target.LogicalUnits.Count);
            return new TargetNode(target, _options);
        }

        node.Definition = target;
        return node;
    }

    private async Task FlushAsync(IEnumerable<TargetNode> targets)
    {
        foreach (TargetNode target in targets)
        {
            foreach (LogicalUnit unit in target.Units.Where(unit => !unit.Device.Traits.IsReadOnly))
            {
                try
                {
                    await unit.Device.FlushAsync(CancellationToken.None);
                }
                catch (StorageFaultException fault)
                {
                    _log.FlushFailed(fault, unit.Definition.Lun, target.Name.Value);
                }
            }
        }
    }
}
