namespace IscsiMount.Target.Sessions;

/// <summary>Something that is done when its CmdSN is next.</summary>
internal interface IOrderedCommand
{
    /// <summary>Its turn has come. The lock of the session is not held.</summary>
    void Deliver();

    /// <summary>It was ignored, and its turn will not come.</summary>
    void Discard();
}

/// <summary>A command other than a SCSI command.</summary>
internal sealed class ControlCommand(Action deliver) : IOrderedCommand
{
    public void Deliver() => deliver();

    public void Discard()
    {
    }
}
