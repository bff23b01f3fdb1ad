using IscsiMount.Agent.Volumes;
using IscsiMount.Control;
using IscsiMount.Control.Requests;
using IscsiMount.Mounting;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Agent.Sessions;

/// <summary>Everything that <c>logout</c> does. It ends whatever state the session is in.</summary>
internal sealed class LogoutFlow(SessionTable sessions, SessionOpener opener, VolumeMounter mounter)
{
    /// <exception cref="ControlException">There is no such session.</exception>
    public IReadOnlyList<HeldSession> Choose(LogoutRequest request)
    {
        IReadOnlyList<HeldSession> all = sessions.All;
        if (request.All)
        {
            return all;
        }

        IscsiName? target = request.Target is { } named ? LoginPlan.Target(named) : null;
        HeldSession? chosen = all.FirstOrDefault(
            session => target is null ? session.Id == request.Session : session.Target == target);
        return chosen is not null ? [chosen] : throw new ControlException(
            ErrorCode.SessionNotFound,
            target is null ? $"There is no session {request.Session}." : $"There is no session with {target}.",
            hint: "'iscsimount sessions' lists those that there are.");
    }

    /// <summary>Unmounts all volumes of a session and ends it.</summary>
    /// <returns>The mount points that are gone.</returns>
    /// <exception cref="ControlException">Files are open, and it was not forced. The session stays.</exception>
    public async Task<IReadOnlyList<(HeldVolume Volume, MountedVolume Mounted)>> RunAsync(
        HeldSession session, UnmountMode mode, CancellationToken cancellationToken)
    {
        using AsyncGate.Permit inside = await sessions.GateOf(session.Target).EnterAsync(cancellationToken);
        if (mode == UnmountMode.Forced && !session.IsConnected)
        {
            // ORDER: reads that wait for the target hold their mount. They fail first.
            await opener.GiveUpAsync(session, cancellationToken);
        }

        var gone = new List<(HeldVolume, MountedVolume)>();
        foreach (HeldVolume volume in session.Volumes)
        {
            if (volume.Mounted is { } mounted)
            {
                await mounter.UnmountAsync(volume, mode, cancellationToken);
                gone.Add((volume, mounted));
            }
        }

        await opener.CloseAsync(session, cancellationToken);
        return gone;
    }
}
