using IscsiMount.Primitives;
using IscsiMount.Target.Tasks;

namespace IscsiMount.Target.Sessions;

/// <summary>
/// Delivers the commands of a session when it is their turn: the shell of a <see cref="CommandSequencer{T}"/>.
/// </summary>
/// <remarks>
/// Commands of several connections are put in one order under the lock, where each takes its place among the tasks of
/// its unit. What they do then, they do outside of it, so that the connections do not wait for each other's devices.
/// </remarks>
/// <param name="sequencer">Keeps the order.</param>
/// <param name="gate">The lock that guards it. No command is delivered under it.</param>
internal sealed class CommandOrder(CommandSequencer<IOrderedCommand> sequencer, Lock gate)
{
    /// <summary>A command has come completely. It is delivered now, later, or never.</summary>
    public void Submit(SerialNumber cmdSN, bool isImmediate, IOrderedCommand command)
    {
        CommandPlace place = CommandPlace.Next;
        List<IOrderedCommand>? held = null;
        lock (gate)
        {
            if (!isImmediate)
            {
                place = sequencer.Place(cmdSN, command);
            }

            if (place == CommandPlace.Next)
            {
                command.Enter();
                held = isImmediate ? held : EnterHeld();
            }
        }

        switch (place)
        {
            case CommandPlace.Next:
                command.Deliver();
                Deliver(held);
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
    /// <param name="cmdSN">Its number.</param>
    /// <param name="asker">The connection over which that was said.</param>
    /// <returns>Whether its number was next or ahead in the window.</returns>
    public bool CountAsReceived(SerialNumber cmdSN, Allegiance asker)
    {
        CommandPlace place;
        List<IOrderedCommand>? held = null;
        var nothing = new ControlCommand(asker, sequencer.Release);
        lock (gate)
        {
            place = sequencer.Place(cmdSN, nothing);
            held = place == CommandPlace.Next ? EnterHeld() : held;
        }

        if (place == CommandPlace.Next)
        {
            nothing.Deliver();
            Deliver(held);
        }

        return place != CommandPlace.Ignored;
    }

    // Mostly there are none, and then nothing is allocated.
    private List<IOrderedCommand>? EnterHeld()
    {
        List<IOrderedCommand>? entered = null;
        while (sequencer.TakeHeld() is { } held)
        {
            held.Enter();
            (entered ??= []).Add(held);
        }

        return entered;
    }

    private static void Deliver(List<IOrderedCommand>? held)
    {
        foreach (IOrderedCommand command in held ?? [])
        {
            command.Deliver();
        }
    }
}
