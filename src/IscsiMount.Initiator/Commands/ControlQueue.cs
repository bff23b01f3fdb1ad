namespace IscsiMount.Initiator.Commands;

/// <summary>
/// Control requests in the order in which they may go out. Whoever holds the lock of the <see cref="TaskSet"/> owns it.
/// </summary>
/// <remarks>
/// A target need take only one immediate task management request and one other immediate request at a time, and may
/// reject what exceeds that. So a second one of a kind waits for the answer to the first.
/// </remarks>
internal sealed class ControlQueue
{
    private readonly Queue<ControlRequest> _replies = new();
    private readonly Queue<ControlRequest> _taskManagement = new();
    private readonly Queue<ControlRequest> _urgent = new();
    private readonly Queue<ControlRequest> _ordered = new();
    private ControlRequest? _taskManagementUnderWay;
    private ControlRequest? _urgentUnderWay;

    /// <summary>Whether anything waits, be it that it has to wait on.</summary>
    public bool IsEmpty => _replies.Count + _taskManagement.Count + _urgent.Count + _ordered.Count == 0;

    public void Add(ControlRequest request) => QueueOf(request).Enqueue(request);

    /// <summary>The next request that may go out.</summary>
    /// <param name="isWindowOpen">Whether the target takes another numbered request.</param>
    /// <param name="next">The request.</param>
    public bool TryTake(bool isWindowOpen, out ControlRequest? next)
    {
        if (_replies.TryDequeue(out next))
        {
            return true;
        }

        if (_taskManagementUnderWay is null && _taskManagement.TryDequeue(out next))
        {
            _taskManagementUnderWay = next;
            return true;
        }

        if (_urgentUnderWay is null && _urgent.TryDequeue(out next))
        {
            _urgentUnderWay = next;
            return true;
        }

        if (_ordered.TryPeek(out next) && (isWindowOpen || next.ReusedCmdSN is not null))
        {
            _ordered.Dequeue();
            return true;
        }

        next = null;
        return false;
    }

    /// <summary>The request was answered, or will never be: the next of its kind may go out.</summary>
    public void End(ControlRequest request)
    {
        _taskManagementUnderWay = _taskManagementUnderWay == request ? null : _taskManagementUnderWay;
        _urgentUnderWay = _urgentUnderWay == request ? null : _urgentUnderWay;
    }

    public IEnumerable<ControlRequest> TakeAll()
    {
        ControlRequest[] all = [.. _replies, .. _taskManagement, .. _urgent, .. _ordered];
        _replies.Clear();
        _taskManagement.Clear();
        _urgent.Clear();
        _ordered.Clear();
        return all;
    }

    private Queue<ControlRequest> QueueOf(ControlRequest request) => request switch
    {
        { WantsAnswer: false } => _replies,
        { IsTaskManagement: true } => _taskManagement,
        { IsImmediate: true } => _urgent,
        _ => _ordered,
    };
}
