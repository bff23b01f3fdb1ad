using IscsiMount.Initiator.Commands;
using IscsiMount.Initiator.Units;
using IscsiMount.Primitives;

namespace IscsiMount.Initiator.Sessions;

/// <summary>
/// What a session knows of a logical unit that it opened, over all of its connections: whether the unit was recognised
/// on the present one, and which writes it may still lose.
/// </summary>
/// <remarks>
/// A write that the unit has acknowledged is safe after the next flush. Until then the unit may lose it by a restart,
/// and that shows in a unit attention alone: the next flush would succeed as if nothing had happened.
/// </remarks>
internal sealed class UnitStanding(LogicalUnitNumber lun, UnitDescription description)
{
    private volatile TaskSet? _recognizedOn;
    private volatile StorageFaultException? _absence;
    private volatile LostWritesException? _loss;
    private long _acknowledgedCount;
    private long _flushedCount;

    public LogicalUnitNumber Lun => lun;

    public UnitDescription Description => description;

    /// <summary>How often in a row it was looked for and did not answer.</summary>
    public int MissedCount { get; set; }

    /// <summary>Why the unit cannot be used at present, although its session can.</summary>
    public StorageFaultException? Absence => _absence;

    /// <summary>Why it must not be written to any more, whoever comes back.</summary>
    public LostWritesException? Loss => _loss;

    /// <summary>Whether what is behind a connection is the unit that was opened. Others get no commands.</summary>
    public bool IsRecognizedOn(TaskSet tasks) => _recognizedOn == tasks;

    public void Recognize(TaskSet tasks)
    {
        MissedCount = 0;
        _absence = null;
        _recognizedOn = tasks;
    }

    public void TakeOffline(StorageFaultException reason)
    {
        _recognizedOn = null;
        _absence = reason;
    }

    /// <summary>The unit called a write good.</summary>
    public void AcknowledgeWrite() => Interlocked.Increment(ref _acknowledgedCount);

    /// <summary>A flush begins.</summary>
    /// <returns>What to hand to <see cref="EndFlush"/>.</returns>
    public long BeginFlush() => Interlocked.Read(ref _acknowledgedCount);

    /// <summary>A flush has succeeded: all writes that were acknowledged when it began are safe.</summary>
    public void EndFlush(long acknowledgedCount)
    {
        long before = Interlocked.Read(ref _flushedCount);
        while (before < acknowledgedCount)
        {
            long seen = Interlocked.CompareExchange(ref _flushedCount, acknowledgedCount, before);
            if (seen == before)
            {
                return;
            }

            before = seen;
        }
    }

    /// <summary>The unit was restarted, with whatever was in its memory only.</summary>
    /// <returns>How many writes may be gone that were not known before to be gone.</returns>
    public long LoseMemory()
    {
        long count = Interlocked.Read(ref _acknowledgedCount) - Interlocked.Read(ref _flushedCount);
        if (count == 0 || _loss is not null || !description.HasVolatileCache)
        {
            return 0;
        }

        _loss = new LostWritesException(lun, count);
        return count;
    }

    /// <exception cref="LostWritesException">Writes were lost.</exception>
    public void ThrowIfLossy()
    {
        if (_loss is { } loss)
        {
            throw loss;
        }
    }
}
