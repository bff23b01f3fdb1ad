using IscsiMount.Initiator.Commands;
using IscsiMount.Initiator.Sessions;
using IscsiMount.Primitives;

namespace IscsiMount.Initiator.Units;

/// <summary>Waits for one command. What waits goes on elsewhere than on the receiving thread.</summary>
internal sealed class SingleCommand(LogicalUnitNumber lun, UnitRegister units) : ICommandOwner
{
    private readonly TaskCompletionSource<CommandResult> _result =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<CommandResult> Result => _result.Task;

    public void Complete(int cookie, in CommandResult result)
    {
        // ORDER: what the unit reports has to be known before a command ends that it reported it ahead of.
        units.Attend(lun, result);
        _result.TrySetResult(result);
    }
}
