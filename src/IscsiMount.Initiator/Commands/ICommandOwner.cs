namespace IscsiMount.Initiator.Commands;

/// <summary>Is told how its commands ended: each exactly once, on a thread that must not be held up.</summary>
internal interface ICommandOwner
{
    void Complete(int cookie, in CommandResult result);
}
