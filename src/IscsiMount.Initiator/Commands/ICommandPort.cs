namespace IscsiMount.Initiator.Commands;

/// <summary>Where commands are put in: one connection, or the gate of a session that may outlive it.</summary>
internal interface ICommandPort
{
    /// <summary>Puts a command in. Its owner is told the end in any case, perhaps before this returns.</summary>
    void Submit(in CommandRequest command);

    /// <summary>
    /// Withdraws what an owner has not had sent yet, and asks the target to abort the rest. For each command its owner
    /// is told the end, as always.
    /// </summary>
    void Cancel(ICommandOwner owner, Exception cause);
}
