namespace IscsiMount.Bench;

/// <summary>
/// The time in which operations count. One loop opens and closes it; all lanes look at it after each operation.
/// </summary>
internal sealed class WorkloadWindow
{
    private const long Never = long.MaxValue;

    private long _openedAt = Never;
    private long _closedAt = Never;

    public bool IsClosed => Volatile.Read(ref _closedAt) != Never;

    public void Open(long timestamp) => Volatile.Write(ref _openedAt, timestamp);

    public void Close(long timestamp) => Volatile.Write(ref _closedAt, timestamp);

    /// <summary>Whether an operation that ended at this moment counts.</summary>
    public bool Has(long timestamp) =>
        timestamp > Volatile.Read(ref _openedAt) && timestamp <= Volatile.Read(ref _closedAt);
}
