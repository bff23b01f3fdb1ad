namespace IscsiMount.Initiator.Commands;

/// <summary>
/// Commands that wait for the window of the target, first come first served. A ring, so that steady work allocates
/// nothing. Whoever holds the lock of the session's commands owns it.
/// </summary>
internal sealed class CommandQueue
{
    private CommandRequest[] _ring = new CommandRequest[64];
    private int _start;

    public int Count { get; private set; }

    public ref readonly CommandRequest First => ref _ring[_start];

    public void Add(in CommandRequest request)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_start + Count) % _ring.Length] = request;
        Count++;
    }

    public CommandRequest Take()
    {
        CommandRequest first = _ring[_start];
        _ring[_start] = default;
        _start = (_start + 1) % _ring.Length;
        Count--;
        return first;
    }

    /// <summary>Takes out what belongs to an owner. It has no numbers yet, so it leaves no hole.</summary>
    public void Withdraw(ICommandOwner owner, ICollection<CommandRequest> withdrawn)
    {
        for (int i = 0, count = Count; i < count; i++)
        {
            CommandRequest request = Take();
            if (request.Owner == owner)
            {
                withdrawn.Add(request);
            }
            else
            {
                Add(request);
            }
        }
    }

    private void Grow()
    {
        var larger = new CommandRequest[2 * _ring.Length];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = _ring[(_start + i) % _ring.Length];
        }

        _ring = larger;
        _start = 0;
    }
}
