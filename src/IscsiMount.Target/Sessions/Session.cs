using IscsiMount.Target.Login;
using IscsiMount.Target.Tasks;
using IscsiMount.Target.Units;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Target.Sessions;

/// <summary>
/// What lives as long as a session, and longer than any of its connections: who it is, the order of its commands, the
/// commands themselves, and what the units of its target remember of it.
/// </summary>
internal sealed class Session
{
    private readonly TaskCompletionSource _hasEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Exchanged as a whole under the lock of the session table, and read on any thread.
    private volatile SessionConnection[] _connections = [];

    public Session(SessionKey key, ushort tsih, LoginProposal proposal, Nexus? nexus, SessionTerms terms)
    {
        Key = key;
        Tsih = tsih;
        Proposal = proposal;
        Nexus = nexus;
        Sequencer = new(proposal.Request.CmdSN, terms.CommandsInFlightMax);
        if (nexus is null)
        {
            Order = new CommandOrder(Sequencer, new Lock());
            return;
        }

        Tasks = new TaskRunner(new TaskRunnerOptions
        {
            Nexus = nexus,
            Terms = DataOutTerms.Of(proposal.Parameters),
            Sequencer = Sequencer,
            Budget = terms.Budget,
            Log = terms.Log,
        });
        nexus.UseRunner(Tasks);
        Order = new CommandOrder(Sequencer, Tasks.Lock);
    }

    public SessionKey Key { get; }

    public ushort Tsih { get; }

    /// <summary>What the leading connection has negotiated.</summary>
    public LoginProposal Proposal { get; }

    /// <summary>Of a normal session.</summary>
    public Nexus? Nexus { get; }

    /// <summary>The target of a normal session.</summary>
    public TargetNode? Target => Nexus?.Target;

    public CommandSequencer<IOrderedCommand> Sequencer { get; }

    public CommandOrder Order { get; }

    /// <summary>The SCSI commands of the session; nothing in a discovery session, which has none.</summary>
    public TaskRunner? Tasks { get; }

    /// <summary>The connections of the session. Only the session table exchanges them.</summary>
    public IReadOnlyList<SessionConnection> Connections
    {
        get => _connections;
        set => _connections = [.. value];
    }

    public SessionConnection? Find(ushort connectionId) =>
        _connections.FirstOrDefault(each => each.ConnectionId == connectionId);

    /// <summary>Ends all connections, from any thread. See <see cref="WaitUntilEnded"/>.</summary>
    public void EndConnections(EndReason reason)
    {
        foreach (SessionConnection connection in _connections)
        {
            connection.End(reason);
        }
    }

    /// <summary>Ends when no command of the session runs any more and the units have forgotten it.</summary>
    public Task HasEnded => _hasEnded.Task;

    /// <summary>Waits until no command of the session runs any more and the units have forgotten it.</summary>
    public bool WaitUntilEnded(TimeSpan limit) => _hasEnded.Task.Wait(limit);

    public TargetSessionSnapshot Describe() => new()
    {
        Tsih = Tsih,
        InitiatorName = Proposal.InitiatorName.Value,
        TargetName = Proposal.TargetName?.Value ?? "",
        User = Proposal.User,
        IsDiscovery = Proposal.IsDiscovery,
        ConnectionCount = _connections.Length,
        CommandsInFlight = Sequencer.UnderWayCount,
    };

    /// <summary>The last thing that the last connection of a session does.</summary>
    public void End()
    {
        Nexus?.Detach();
        _hasEnded.SetResult();
    }
}

/// <summary>What all sessions of a server share.</summary>
internal sealed record SessionTerms(int CommandsInFlightMax, BufferBudget Budget, ILogger Log);
