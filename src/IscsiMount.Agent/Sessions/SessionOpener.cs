using IscsiMount.Control;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Discovery;
using IscsiMount.Protocol.Names;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent.Sessions;

/// <summary>Finds targets, opens sessions with all their units, and closes them.</summary>
internal sealed class SessionOpener(
    AgentSettings settings, SessionTable sessions, TargetCatalog catalog, UnitOpener units,
    InitiatorServices services, ILogger logger)
{
    /// <exception cref="ControlException">The portal does not answer as one.</exception>
    public async Task<IReadOnlyList<DiscoveredTarget>> DiscoverAsync(
        PortalAddress portal, SessionOptions options, HeldChap? chap, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<DiscoveredTarget> targets = await Discovery.SendTargetsAsync(
                portal, chap?.AtDiscovery(options) ?? options, services, cancellationToken);
            catalog.Learn(targets);
            return targets;
        }
        catch (LoginRefusedException refused) when (refused.IsAuthentication)
        {
            throw AuthenticationProblems.Of(
                refused, $"The portal {portal} cannot be asked for its targets.", chap);
        }
        catch (StorageFaultException fault)
        {
            throw FaultProblems.Of(fault, $"The portal {portal} cannot be asked for its targets.");
        }
    }

    /// <summary>Logs in, opens every unit and puts the session into the table.</summary>
    /// <param name="chap">Belongs to the session if there is one in the end.</param>
    /// <exception cref="ControlException">There is no session, and nothing is left of one.</exception>
    public async Task<HeldSession> OpenAsync(
        PortalAddress portal, IscsiName target, SessionOptions options, HeldChap? chap,
        CancellationToken cancellationToken)
    {
        int id = sessions.Reserve();
        options = options with { Isid = OwnName.IsidOf(settings.InitiatorName, id) };
        Session? session = null;
        try
        {
            session = await Session.LoginAsync(
                portal, target.Value, chap?.AtLogin(options) ?? options, services, cancellationToken);
            var held = new HeldSession
            {
                Id = id,
                Target = target,
                Portal = session.Portal,
                AskedPortal = portal,
                InitiatorName = options.InitiatorName,
                Since = services.Time.GetUtcNow(),
                Session = session,
                Chap = chap,
                Units = await units.OpenAllAsync(session, id, target, cancellationToken),
            };
            sessions.Put(held);
            logger.SessionOpened(id, target.Value, session.Portal.ToString(), held.Units.Count);
            return held;
        }
        catch (LoginRefusedException refused) when (refused.IsAuthentication)
        {
            await AbandonAsync(session, id);
            throw AuthenticationProblems.Of(refused, $"Cannot log in to {target} at {portal}.", chap);
        }
        catch (StorageFaultException fault)
        {
            await AbandonAsync(session, id);
            throw FaultProblems.Of(fault, $"Cannot log in to {target} at {portal}.");
        }
        catch
        {
            await AbandonAsync(session, id);
            throw;
        }
    }

    /// <summary>Waits until a session that reconnects can be used, and has it tried at once.</summary>
    /// <exception cref="ControlException">The target did not come back.</exception>
    public static async Task AwaitAsync(HeldSession session, CancellationToken cancellationToken)
    {
        session.Session.RetryNow();
        try
        {
            await session.Session.ReportLunsAsync(cancellationToken);
        }
        catch (StorageFaultException fault)
        {
            throw FaultProblems.Of(fault, $"The session with {session.Target} at {session.Portal} cannot be used.");
        }
    }

    /// <summary>Ends a session and keeps it, so that whatever waits for its target fails.</summary>
    public Task GiveUpAsync(HeldSession session, CancellationToken cancellationToken) =>
        LogoutAsync(session.Session, session.Target.Value, cancellationToken);

    /// <summary>Logs out and forgets the session. It always ends; a dead session is only forgotten.</summary>
    public async Task CloseAsync(HeldSession session, CancellationToken cancellationToken)
    {
        await LogoutAsync(session.Session, session.Target.Value, cancellationToken);
        session.Chap?.Dispose();
        sessions.Remove(session.Id);
        logger.SessionClosed(session.Id, session.Target.Value);
    }

    private async Task AbandonAsync(Session? session, int id)
    {
        sessions.Remove(id);
        if (session is not null)
        {
            using var enough = new CancellationTokenSource(TimeLimit.Undo, services.Time);
            await LogoutAsync(session, session.TargetName, enough.Token);
        }
    }

    private async Task LogoutAsync(Session session, string target, CancellationToken cancellationToken)
    {
        try
        {
            await session.LogoutAsync(cancellationToken);
        }
        catch (StorageFaultException fault)
        {
            // Whatever the target thinks of it, on our side the session is over.
            logger.LogoutFailed(target, fault.Message);
        }
        catch (OperationCanceledException)
        {
            logger.LogoutFailed(target, "the target did not answer in time");
        }
    }
}
