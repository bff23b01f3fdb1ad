using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Numbering;

/// <summary>
/// Which command may be sent: the window of CmdSN that the target opens and closes (RFC 7143 §4.2.2.1).
/// The session loop owns it.
/// </summary>
public sealed class CommandWindow(SerialNumber next, SerialNumber expected, SerialNumber maximum)
{
    private SerialNumber _expected = expected;
    private SerialNumber _maximum = maximum;

    /// <summary>The number of the next command. An immediate command carries it too, and does not use it up.</summary>
    public SerialNumber Next { get; private set; } = next;

    /// <summary>The number that the next command would have, or nothing while the window is closed.</summary>
    public SerialNumber? Available => Next.IsWithin(_expected, _maximum) ? Next : null;

    /// <summary>Whether the target has received the command of this number, as far as it told.</summary>
    public bool IsAcknowledged(SerialNumber number) => number.Precedes(_expected);

    /// <summary>Uses a number up. What took it has to be sent: a hole would stop all commands after it.</summary>
    public SerialNumber Take()
    {
        Invariant.Holds(Available is not null);
        SerialNumber taken = Next;
        Next = taken.Next;
        return taken;
    }

    /// <summary>Learns the window from any PDU of the target.</summary>
    public void Learn(SerialNumber expected, SerialNumber maximum)
    {
        // A pair that contradicts itself says nothing: neither half is believed.
        if (maximum.Precedes(expected.Previous))
        {
            return;
        }

        // PDUs of several connections overtake each other, so the window only ever moves forward.
        _expected = _expected.Precedes(expected) ? expected : _expected;
        _maximum = _maximum.Precedes(maximum) ? maximum : _maximum;
    }
}
