using System.Numerics;
using IscsiMount.Primitives;

namespace IscsiMount.Target.Sessions;

/// <summary>Where a command stands in the order of its session.</summary>
internal enum CommandPlace
{
    /// <summary>It is the next one, and has been counted as received.</summary>
    Next,

    /// <summary>Commands before it are missing. It is held until they have come.</summary>
    Early,

    /// <summary>It lies outside the window or is here already. Nothing is done with it.</summary>
    Ignored,
}

/// <summary>
/// Puts the commands of a session in the order of their CmdSN, and says how many more may come (RFC 7143 §4.2.2.1).
/// The session owns it.
/// </summary>
/// <remarks>
/// <code>
///   CmdSN of a command              place      ExpCmdSN
///   is ExpCmdSN                     Next       moves by one, and on over each one that was held behind it
///   in the window, not seen yet     Early      stays
///   in the window, seen             Ignored    stays
///   outside the window              Ignored    stays
/// </code>
/// A place in the window is taken from the moment when a command is acknowledged until its answer has been given, so
/// what a session can have under way never exceeds the width of the window, held commands included.
/// </remarks>
internal sealed class CommandSequencer<T> : IWindow
    where T : class
{
    private readonly T?[] _held;
    private readonly uint _first;
    private readonly uint _width;
    private int _heldCount;

    // Read on any thread; Expected is moved by the owner alone, the count by whoever writes answers.
    private uint _expected;
    private uint _answeredCount;

    public CommandSequencer(SerialNumber first, int width)
    {
        Invariant.Holds(width > 0);
        _first = first.Value;
        _expected = first.Value;
        _width = (uint)width;
        _held = new T?[(int)BitOperations.RoundUpToPowerOf2((uint)width)];
    }

    /// <summary>The lowest number that has not come yet: ExpCmdSN.</summary>
    public SerialNumber Expected => new(Volatile.Read(ref _expected));

    /// <summary>The highest number that may be sent: MaxCmdSN. It is Expected - 1 while the window is closed.</summary>
    public SerialNumber Maximum => new(unchecked(_first + _width - 1 + Volatile.Read(ref _answeredCount)));

    /// <summary>Commands that were acknowledged and not yet answered.</summary>
    public int UnderWayCount => (int)unchecked(_expected - _first - Volatile.Read(ref _answeredCount));

    public CommandPlace Place(SerialNumber number, T command)
    {
        if (!Admits(number))
        {
            return CommandPlace.Ignored;
        }

        if (number == Expected)
        {
            Advance();
            return CommandPlace.Next;
        }

        Held(number) = command;
        _heldCount++;
        return CommandPlace.Early;
    }

    /// <summary>Whether a command of this number would be the next one or held, without placing it.</summary>
    public bool Admits(SerialNumber number) => number.IsWithin(Expected, Maximum) && Held(number) is null;

    /// <summary>
    /// The command that was held for the place that is next now, if it is here. It counts as received.
    /// </summary>
    public T? TakeHeld()
    {
        if (_heldCount == 0 || Held(Expected) is not { } command)
        {
            return null;
        }

        Held(Expected) = null;
        _heldCount--;
        Advance();
        return command;
    }

    /// <summary>Forgets commands that are held, as if they had never come.</summary>
    public void Drop(Predicate<T> isMeant)
    {
        for (int i = 0; i < _held.Length && _heldCount > 0; i++)
        {
            if (_held[i] is { } held && isMeant(held))
            {
                _held[i] = null;
                _heldCount--;
            }
        }
    }

    /// <summary>
    /// Counts a number as received although its command never came, as an ABORT TASK demands (RFC 7143 §7.11).
    /// </summary>
    /// <returns>Whether the number was next or ahead in the window and not there yet.</returns>
    public bool CountAsReceived(SerialNumber number, T placeholder) =>
        Place(number, placeholder) != CommandPlace.Ignored;

    /// <summary>A command is being answered: its place in the window is free again. Any thread may say so.</summary>
    public void Release() => Interlocked.Increment(ref _answeredCount);

    // The window is never wider than the array, so no two of its numbers share a slot.
    private ref T? Held(SerialNumber number) => ref _held[number.Value % (uint)_held.Length];

    // The end of the window stays where it is: the command takes the place that its own number opened.
    private void Advance()
    {
        Volatile.Write(ref _expected, unchecked(_expected + 1));
        Invariant.Holds(UnderWayCount <= _width);
    }
}
