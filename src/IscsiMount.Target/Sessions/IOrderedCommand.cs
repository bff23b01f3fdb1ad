using IscsiMount.Target.Tasks;

namespace IscsiMount.Target.Sessions;

/// <summary>Something that is done when its CmdSN is next.</summary>
internal interface IOrderedCommand
{
    /// <summary>The connection that it came over.</summary>
    Allegiance Allegiance { get; }

    /// <summary>
    /// Its turn has come: it takes its place behind all that had their turn before. The lock of the session is held.
    /// </summary>
    void Enter();

    /// <summary>
    /// It has had its turn, and is done now. The lock of the session is not held. Others may be delivered at the same
    /// time, on the threads of other connections.
    /// </summary>
    void Deliver();

    /// <summary>It was ignored, and its turn will not come.</summary>
    void Discard();
}

/// <summary>A command other than a SCSI command.</summary>
internal sealed class ControlCommand(Allegiance allegiance, Action deliver) : IOrderedCommand
{
    public Allegiance Allegiance => allegiance;

    public void Enter()
    {
    }

    public void Deliver() => deliver();

    public void Discard()
    {
    }
}
