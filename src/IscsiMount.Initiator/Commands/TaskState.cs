using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Numbering;

namespace IscsiMount.Initiator.Commands;

/// <summary>
/// What submitters, the sender and the receiving thread of a session share. Everything in it is used under
/// <see cref="Gate"/>, which is held for some dozen instructions and under which no other lock is taken.
/// </summary>
internal sealed class TaskState(LoginResult login, int commandsMax)
{
    public Lock Gate { get; } = new();

    public TaskTable Tasks { get; } = new(commandsMax);

    public CommandQueue Waiting { get; } = new();

    public ControlQueue Control { get; } = new();

    public CommandWindow Window { get; } = new(login.CmdSN, login.ExpCmdSN, login.MaxCmdSN);

    public StatusSequence Statuses { get; } = new(login.ExpStatSN);
}
