using IscsiMount.Agent.Volumes;
using IscsiMount.Control;
using IscsiMount.Control.Requests;
using IscsiMount.Initiator;
using IscsiMount.Mounting;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Agent.Sessions;

/// <summary>
/// Everything that <c>login</c> does. If it fails as a whole, nothing of it is left; a session that was there before
/// stays as it was.
/// </summary>
internal sealed class LoginFlow(
    AgentSettings settings, SessionTable sessions, SessionOpener opener, VolumeMounter mounter, VolumeWatch watch,
    TimeProvider time)
{
    /// <param name="chap">What is to be proved. It is the session's afterwards, or disposed of.</param>
    /// <returns>The session, its volumes, what is mounted, and what is wrong with single volumes.</returns>
    public async Task<(HeldSession Session, IReadOnlyList<Problem> Problems)> RunAsync(
        LoginRequest request, HeldChap? chap, CancellationToken cancellationToken)
    {
        HeldChap? unused = chap;
        try
        {
            PortalAddress portal = LoginPlan.Portal(request.Portal);
            SessionOptions options = LoginPlan.Options(request, settings) with
            {
                ReconnectTimeout = LoginPlan.ReconnectTimeout(request),
            };
            IscsiName target = request.Target is { } named
                ? LoginPlan.Target(named)
                : await FindOnlyTargetAsync(portal, options, chap, cancellationToken);

            using AsyncGate.Permit inside = await sessions.GateOf(target).EnterAsync(cancellationToken);
            HeldSession? kept = await KeepIfAliveAsync(sessions.Find(target), cancellationToken);
            HeldSession session = kept ?? await opener.OpenAsync(portal, target, options, chap, cancellationToken);
            unused = kept is null ? null : chap;
            return (session, await MountAllAsync(session, kept is null, request, cancellationToken));
        }
        finally
        {
            unused?.Dispose();
        }
    }

    private async Task<IReadOnlyList<Problem>> MountAllAsync(
        HeldSession session, bool isNew, LoginRequest request, CancellationToken cancellationToken)
    {
        var mounted = new List<HeldVolume>();
        try
        {
            return await MountAsync(session, request, mounted, cancellationToken);
        }
        catch
        {
            await UndoAsync(isNew ? session : null, mounted);
            throw;
        }
    }

    private async Task<IscsiName> FindOnlyTargetAsync(
        PortalAddress portal, SessionOptions options, HeldChap? chap, CancellationToken cancellationToken) =>
        TargetCatalog.OnlyOf(await opener.DiscoverAsync(portal, options, chap, cancellationToken), portal, options);

    // A session that has failed is in the way of a new one: its mounts only give errors.
    private async Task<HeldSession?> KeepIfAliveAsync(HeldSession? session, CancellationToken cancellationToken)
    {
        if (session is null || session.IsConnected)
        {
            return session;
        }

        if (session.IsAlive)
        {
            await SessionOpener.AwaitAsync(session, cancellationToken);
            return session;
        }

        foreach (HeldVolume volume in session.Volumes)
        {
            await mounter.UnmountAsync(volume, UnmountMode.Orderly, cancellationToken);
        }

        await opener.CloseAsync(session, cancellationToken);
        return null;
    }

    private async Task<IReadOnlyList<Problem>> MountAsync(
        HeldSession session, LoginRequest request, List<HeldVolume> mounted, CancellationToken cancellationToken)
    {
        IReadOnlyList<HeldVolume> chosen = VolumeSelection.Choose(session, request.Lun, request.Partition);
        if (!request.Mount)
        {
            return [];
        }

        var problems = new List<Problem>();
        IReadOnlyList<HeldVolume> usable = VolumeSelection.Mountable(chosen, problems);
        VolumeSelection.CheckMountPoint(usable, request.MountPoint);
        foreach (HeldVolume volume in usable.Where(volume => volume.Mounted is null))
        {
            try
            {
                await mounter.MountAsync(volume, request.MountPoint, cancellationToken);
                watch.Begin(volume, session.Target);
                mounted.Add(volume);
            }
            catch (ControlException failure)
            {
                problems.Add(failure.Problem.About(volume.Id.ToString()));
            }
        }

        if (!chosen.Any(volume => volume.Mounted is not null))
        {
            throw new ControlException(WhyNothing(session, chosen, problems));
        }

        return problems;
    }

    private static Problem WhyNothing(HeldSession session, IReadOnlyList<HeldVolume> chosen, List<Problem> problems)
    {
        Problem? worst = problems.Find(problem => problem.Code == ErrorCode.VolumeDamaged);
        return worst ?? (problems.Count > 0 ? problems[0] : VolumeSelection.NothingToMount(session, chosen));
    }

    private async Task UndoAsync(HeldSession? opened, List<HeldVolume> mounted)
    {
        using var enough = new CancellationTokenSource(TimeLimit.Undo, time);
        foreach (HeldVolume volume in mounted)
        {
            await mounter.UnmountAsync(volume, UnmountMode.Forced, enough.Token);
        }

        if (opened is not null)
        {
            await opener.CloseAsync(opened, enough.Token);
        }
    }
}
