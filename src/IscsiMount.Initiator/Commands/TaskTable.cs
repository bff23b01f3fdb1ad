using IscsiMount.Primitives;

namespace IscsiMount.Initiator.Commands;

// InitiatorTaskTag, ours to form (RFC 7143 §11.2.1.8)
//
//      31                                            9 8              0
//      +-----------------------------------------------+---------------+
//      | how often the slot was used                   | slot          |
//      +-----------------------------------------------+---------------+

/// <summary>The tasks under way, found by their tags. Whoever holds the lock of the session's tasks owns it.</summary>
internal sealed class TaskTable
{
    /// <summary>The most commands under way at once. The slots beyond are for other requests, such as a ping.</summary>
    public const int CommandsMax = 480;

    private const int SlotBits = 9;
    private const int SlotCount = 1 << SlotBits;
    private const uint UseMask = uint.MaxValue >> SlotBits;

    private readonly TaskSlot[] _slots = new TaskSlot[SlotCount];
    private readonly Stack<TaskSlot> _freeForCommands = new(CommandsMax);
    private readonly Stack<TaskSlot> _freeForControl = new(SlotCount - CommandsMax);

    public TaskTable(int commandsMax)
    {
        Invariant.Holds(commandsMax is >= 1 and <= CommandsMax);
        for (int i = SlotCount - 1; i >= 0; i--)
        {
            _slots[i] = new TaskSlot(i) { Tag = (uint)i };
            if (i < commandsMax)
            {
                _freeForCommands.Push(_slots[i]);
            }
            else if (i >= CommandsMax)
            {
                _freeForControl.Push(_slots[i]);
            }
        }
    }

    /// <summary>SCSI commands under way.</summary>
    public int CommandCount { get; private set; }

    public bool HasRoomForCommand => _freeForCommands.Count > 0;

    public bool HasRoomForControl => _freeForControl.Count > 0;

    public IEnumerable<TaskSlot> Live => _slots.Where(slot => slot.IsLive);

    public TaskSlot TakeForCommand()
    {
        CommandCount++;
        return Take(_freeForCommands);
    }

    public TaskSlot TakeForControl() => Take(_freeForControl);

    /// <summary>The task of a tag that came from the target, or nothing.</summary>
    public TaskSlot? Find(uint tag)
    {
        TaskSlot slot = _slots[tag % SlotCount];
        return slot.IsLive && slot.Tag == tag ? slot : null;
    }

    /// <summary>Whether the target aborted the task that last had this tag.</summary>
    public bool WasAborted(uint tag) => _slots[tag % SlotCount].AbortedTag == tag && tag != ControlRequest.NoTag;

    public void Release(TaskSlot slot)
    {
        Invariant.Holds(slot.IsLive);
        slot.IsLive = false;
        slot.Clear();
        slot.Tag = NextTag(slot);
        if (slot.Index < CommandsMax)
        {
            CommandCount--;
            _freeForCommands.Push(slot);
        }
        else
        {
            _freeForControl.Push(slot);
        }
    }

    private static TaskSlot Take(Stack<TaskSlot> free)
    {
        TaskSlot slot = free.Pop();
        slot.IsLive = true;
        return slot;
    }

    // The last use is left out, as its tag in the last slot would be the reserved one.
    private static uint NextTag(TaskSlot slot)
    {
        uint use = ((slot.Tag >> SlotBits) + 1) % UseMask;
        return (use << SlotBits) | (uint)slot.Index;
    }
}
