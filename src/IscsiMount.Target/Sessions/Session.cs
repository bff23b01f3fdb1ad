using IscsiMount.Target.Login;
using IscsiMount.Target.Units;

namespace IscsiMount.Target.Sessions;

/// <summary>
/// What lives as long as a session, and longer than any of its connections: who it is, the order of its commands, and
/// what the units of its target remember of it.
/// </summary>
internal sealed class Session(SessionKey key, ushort tsih, LoginProposal proposal, int commandsInFlightMax)
{
    private readonly TaskCompletionSource _hasEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SessionKey Key => key;

    public ushort Tsih => tsih;

    public LoginProposal Proposal => proposal;

    /// <summary>Of a normal session.</summary>
    public Nexus? Nexus { get; init; }

    public CommandSequencer<IOrderedCommand> Sequencer { get; } =
        new(proposal.Request.CmdSN, commandsInFlightMax);

    /// <summary>
    /// Ends the one connection that the session has, from any thread. See <see cref="WaitUntilEnded"/>.
    /// </summary>
    public required Action<EndReason> EndConnection { get; init; }

    /// <summary>Waits until no command of the session runs any more and the units have forgotten it.</summary>
    public bool WaitUntilEnded(TimeSpan limit) => _hasEnded.Task.Wait(limit);

    public TargetSessionSnapshot Describe() => new()
    {
        Tsih = tsih,
        InitiatorName = proposal.InitiatorName.Value,
        TargetName = proposal.TargetName?.Value ?? "",
        IsDiscovery = proposal.IsDiscovery,
        CommandsInFlight = Sequencer.UnderWayCount,
    };

    /// <summary>The last thing that the connection of a session does.</summary>
    public void End()
    {
        Nexus?.Detach();
        _hasEnded.SetResult();
    }
}
