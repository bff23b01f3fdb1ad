using IscsiMount.Initiator.Commands;

namespace IscsiMount.Initiator.Units;

/// <summary>Waits for one command. What waits goes on elsewhere than on the receiving thread.</summary>
internal sealed class SingleCommand : ICommandOwner
{
    private readonly TaskCompletionSource<CommandResult> _result =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<CommandResult> Result => _result.Task;

    public void Complete(int cookie, in CommandResult result) => _result.TrySetResult(result);
}
