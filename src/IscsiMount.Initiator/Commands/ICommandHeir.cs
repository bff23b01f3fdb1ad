namespace IscsiMount.Initiator.Commands;

/// <summary>Takes the commands that a connection cannot end: they may go on over another one.</summary>
internal interface ICommandHeir
{
    /// <summary>The connection is over. Takes all of its commands out of it, without a moment between.</summary>
    /// <returns>Those that it does not keep. Their owners have to be told.</returns>
    IReadOnlyList<CommandRequest> TakeOver(TaskSet from, SessionEndedException fault);

    /// <summary>A command came too late for a connection, or is not meant for what is behind it.</summary>
    /// <param name="from">The tasks of the connection.</param>
    /// <param name="command">The command.</param>
    /// <param name="refusal">Why the connection takes none any more, or nothing if only this one is refused.</param>
    void Inherit(TaskSet from, in CommandRequest command, SessionEndedException? refusal);
}
