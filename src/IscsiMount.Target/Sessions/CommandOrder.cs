using IscsiMount.Primitives;

namespace IscsiMount.Target.Sessions;

/// <summary>
/// Delivers the commands of a session when it is their turn: the shell of a <see cref="CommandSequencer{T}"/>.
/// </summary>
/// <param name="sequencer">Keeps the order.</param>
/// <param name="gate">The lock that guards it. No command is delivered under it.</param>
internal sealed class CommandOrder(CommandSequencer<IOrderedCommand> sequencer, Lock gate)
{
    /// <summary>A command has come completely. It is delivered now, later, or never.</summary>
    public void Submit(SerialNumber cmdSN, bool isImmediate, IOrderedCommand command)
    {
        if (isImmediate)
        {
            command.Deliver();
            return;
        }

        CommandPlace place;
        lock (gate)
        {
            place = sequencer.Place(cmdSN, command);
        }

        switch (place)
        {
            case CommandPlace.Next:
                command.Deliver();
                DeliverHeld();
                return;
            case CommandPlace.Ignored:
                command.Discard();
                return;
            case CommandPlace.Early:
                return;
            default:
                throw new InvariantViolationException("place has a name");
        }
    }

    /// <summary>Counts a command as received that never came (RFC 7143 §7.11).</summary>
    /// <returns>Whether its number was next or ahead in the window.</returns>
    public bool CountAsReceived(SerialNumber cmdSN)
    {
        CommandPlace place;
        var nothing = new ControlCommand(sequencer.Release);
        lock (gate)
        {
            place = sequencer.Place(cmdSN, nothing);
        }

        if (place == CommandPlace.Next)
        {
            nothing.Deliver();
            DeliverHeld();
        }

        return place != CommandPlace.Ignored;
    }

    private void DeliverHeld()
    {
        while (TakeHeld() is { } held)
        {
            held.Deliver();
        }
    }

    private IOrderedCommand? TakeHeld()
    {
        lock (gate)
        {
            return sequencer.TakeHeld();
        }
    }
}
