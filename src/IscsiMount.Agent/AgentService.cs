using IscsiMount.Agent.Sessions;
using IscsiMount.Agent.Volumes;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;
using IscsiMount.Mounting;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Discovery;
using Microsoft.Extensions.Logging;
using MountRequest = IscsiMount.Control.Requests.MountRequest;

namespace IscsiMount.Agent;

/// <summary>
/// What the agent does for its callers. Every method may be called at any time, by any number of them.
/// </summary>
internal sealed class AgentService
{
    private readonly AgentSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DateTimeOffset _startedAt;
    private readonly SessionTable _sessions = new();
    private readonly TargetCatalog _catalog = new();
    private readonly TimeLimit _limit;
    private readonly Reporting _reporting;
    private readonly SessionOpener _opener;
    private readonly VolumeMounter _mounter;
    private readonly VolumeWatch _watch;
    private readonly LeftMounts _left;
    private readonly LoginFlow _login;
    private readonly LogoutFlow _logout;
    private readonly ChapPlan _chap;

    public AgentService(AgentSettings settings, AgentEngines engines, ILogger logger)
    {
        _settings = settings;
        _time = engines.Initiator.Time;
        _logger = logger;
        _startedAt = _time.GetUtcNow();
        _limit = new TimeLimit(_time);
        _reporting = new Reporting(_time);

        var places = new MountPlaces(settings.Paths);
        var journal = new MountJournal(settings.Paths.MountTablePath);
        _left = new LeftMounts(journal, places, engines.Mounter, logger);
        _mounter = new VolumeMounter(engines.Mounter, places, journal, settings.Owner, _time, logger);
        _watch = new VolumeWatch(_sessions, _mounter);
        _opener = new SessionOpener(
            settings, _sessions, _catalog, new UnitOpener(engines.Formats), engines.Initiator, logger);
        _login = new LoginFlow(settings, _sessions, _opener, _mounter, _watch, _time);
        _logout = new LogoutFlow(_sessions, _opener, _mounter);
        _chap = new ChapPlan(engines.Unpredictable);
    }

    /// <summary>Puts in order what an agent before us left behind.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _left.ClearAsync(cancellationToken);

    /// <summary>Unmounts and logs out. What resists is cut off, and when the token is cancelled, it is left.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (HeldSession session in _sessions.All)
        {
            try
            {
                await _logout.RunAsync(session, UnmountMode.Forced, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                _logger.SessionLeft(session.Id, session.Target.Value);
            }
        }
    }

    /// <summary>Everything that the agent holds.</summary>
    public async Task<Document> GetStateAsync()
    {
        IReadOnlyList<HeldSession> sessions = _sessions.All;
        return new Document
        {
            Agent = ReportAgent(),
            Targets = _catalog.Report(sessions),
            Sessions = [.. sessions.Select(Reporting.Report)],
            Connections = [.. sessions.SelectMany(Reporting.ReportConnections)],
            Luns = [.. sessions.SelectMany(held => held.Units.Select(unit => Reporting.Report(held, unit)))],
            Volumes = [.. sessions.SelectMany(held => held.Volumes.Select(volume => Reporting.Report(held, volume)))],
            Mounts = await ReportMountsAsync(sessions.SelectMany(held => held.Volumes)),
            Problems = [.. sessions.SelectMany(Diagnosis.Of)],
        };
    }

    public Task<Document> DiscoverAsync(DiscoverRequest request, CancellationToken callerGone)
    {
        async Task<Document> DiscoverAsync(CancellationToken cancellationToken)
        {
            using HeldChap? chap = _chap.Take(request.Chap);
            IReadOnlyList<DiscoveredTarget> targets = await _opener.DiscoverAsync(
                LoginPlan.Portal(request.Portal),
                LoginPlan.Options(request.InitiatorName, request.TimeoutSeconds, _settings),
                chap,
                cancellationToken);
            return new Document { Targets = TargetCatalog.Report(targets, _sessions.All) };
        }

        return _limit.RunAsync(request.TimeoutSeconds, "The discovery", DiscoverAsync, callerGone);
    }

    public Task<Document> LoginAsync(LoginRequest request, CancellationToken callerGone)
    {
        async Task<Document> LoginAsync(CancellationToken cancellationToken)
        {
            (HeldSession session, IReadOnlyList<Problem> problems) =
                await _login.RunAsync(request, _chap.Take(request.Chap), cancellationToken);
            return new Document
            {
                Sessions = [Reporting.Report(session)],
                Luns = [.. session.Units.Select(unit => Reporting.Report(session, unit))],
                Volumes = [.. session.Volumes.Select(volume => Reporting.Report(session, volume))],
                Mounts = await ReportMountsAsync(session.Volumes),
                Problems = problems,
            };
        }

        return _limit.RunAsync(request.TimeoutSeconds, "The login", LoginAsync, callerGone);
    }

    public Task<Document> LogoutAsync(LogoutRequest request)
    {
        async Task<Document> LogoutAsync(CancellationToken cancellationToken)
        {
            UnmountMode mode = request.Force ? UnmountMode.Forced : UnmountMode.Orderly;
            var ended = new List<SessionReport>();
            var unmounted = new List<MountReport>();
            var problems = new List<Problem>();
            foreach (HeldSession session in _logout.Choose(request))
            {
                SessionReport report = Reporting.Report(session);
                MountReport[] mounts = await ReportMountsAsync(session.Volumes);
                try
                {
                    await _logout.RunAsync(session, mode, cancellationToken);
                    ended.Add(report);
                    unmounted.AddRange(mounts);
                }
                catch (ControlException busy) when (request.All)
                {
                    problems.Add(busy.Problem with { Subject = $"session {session.Id}" });
                }
            }

            return new Document { Sessions = ended, Mounts = unmounted, Problems = problems };
        }

        // Whoever asked may go: a session that is half ended must be ended.
        return _limit.RunAsync(request.TimeoutSeconds, "The logout", LogoutAsync, CancellationToken.None);
    }

    public Task<Document> MountAsync(MountRequest request, CancellationToken callerGone)
    {
        async Task<Document> MountAsync(CancellationToken cancellationToken)
        {
            (HeldSession session, HeldVolume volume) = VolumeFinder.Find(_sessions.All, request.Volume);
            using AsyncGate.Permit inside = await _sessions.GateOf(session.Target).EnterAsync(cancellationToken);
            VolumeSelection.CheckMountPoint([volume], request.MountPoint);
            if (volume.Mounted is null)
            {
                await _mounter.MountAsync(volume, request.MountPoint, cancellationToken);
                _watch.Begin(volume, session.Target);
            }

            return new Document { Mounts = await ReportMountsAsync([volume]), Problems = [] };
        }

        return _limit.RunAsync(request.TimeoutSeconds, "The mount", MountAsync, callerGone);
    }

    public Task<Document> UnmountAsync(UnmountRequest request)
    {
        async Task<Document> UnmountAsync(CancellationToken cancellationToken)
        {
            (HeldSession session, HeldVolume volume) = VolumeFinder.Find(_sessions.All, request.Volume);
            using AsyncGate.Permit inside = await _sessions.GateOf(session.Target).EnterAsync(cancellationToken);
            MountReport[] mounts = await ReportMountsAsync([volume]);
            UnmountMode mode = request.Force ? UnmountMode.Forced : UnmountMode.Orderly;
            await _mounter.UnmountAsync(volume, mode, cancellationToken);
            return new Document { Mounts = mounts, Problems = [] };
        }

        return _limit.RunAsync(request.TimeoutSeconds, "The unmount", UnmountAsync, CancellationToken.None);
    }

    private Task<MountReport[]> ReportMountsAsync(IEnumerable<HeldVolume> volumes)
    {
        return Task.WhenAll(volumes
            .Select(volume => (Volume: volume, volume.Mounted))
            .Where(pair => pair.Mounted is not null)
            .Select(pair => _reporting.ReportAsync(pair.Volume, pair.Mounted!)));
    }

    private AgentReport ReportAgent() => new()
    {
        State = AgentState.Running,
        Version = _settings.Version,
        ProcessId = Environment.ProcessId,
        StartedAt = _startedAt,
        Endpoint = _settings.Paths.Endpoint,
        LogFolder = _settings.Paths.LogFolder,
    };
}
