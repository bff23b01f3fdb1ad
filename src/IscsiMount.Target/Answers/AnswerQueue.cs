using IscsiMount.Primitives;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Target.Answers;

/// <summary>The answers of one connection on their way out, in order. Any thread adds; whoever sends takes.</summary>
/// <remarks>
/// What waits here is bounded by the window, as a command keeps its place in it until its status is written, and by a
/// limit for what needs no place in the window. A peer that lets those pile up without reading them is hostile.
/// </remarks>
internal sealed class AnswerQueue(AnswerWriter writer, int waitingMax) : IPduSource
{
    // The lock guards the queue and nothing else; nothing is called while it is held.
    private readonly Lock _lock = new();
    private readonly Queue<Answer> _waiting = new();
    private readonly List<Answer> _inBatch = [];
    private Answer? _current;
    private uint _acknowledged;
    private bool _isClosed;

    /// <summary>How many wait to be written.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Adds an answer. Once the queue is closed it is released at once.</summary>
    /// <returns>False if there are too many: the peer does not take them, and this one is released.</returns>
    public bool TryAdd(Answer answer)
    {
        bool isFull;
        lock (_lock)
        {
            isFull = _waiting.Count >= waitingMax;
            if (!_isClosed && !isFull)
            {
                _waiting.Enqueue(answer);
                return true;
            }
        }

        answer.Release();
        return !isFull;
    }

    public void Fill(PduBatch batch)
    {
        writer.Batch = batch;
        LetGo();
        while (batch.HasRoom && (_current ??= Take()) is { } answer)
        {
            bool isKept = writer.Kept.IsOn;
            writer.TakenStatSN = null;
            if (!answer.Write(writer))
            {
                break;
            }

            if (isKept && writer.TakenStatSN is { } statSN)
            {
                writer.Kept.Add(statSN, answer);
            }
            else
            {
                _inBatch.Add(answer);
            }

            _current = null;
        }
    }

    /// <summary>
    /// The initiator has all status before this number. What is kept for it goes when next somebody sends.
    /// </summary>
    /// <returns>Whether something is kept, so that it is worth to send.</returns>
    public bool Acknowledge(SerialNumber expStatSN)
    {
        bool isNew = Interlocked.Exchange(ref _acknowledged, expStatSN.Value) != expStatSN.Value;
        return isNew && writer.Kept.Count > 0;
    }

    public void EndBatch()
    {
        foreach (Answer sent in _inBatch)
        {
            sent.Release();
        }

        _inBatch.Clear();
    }

    // The connection notices the loss in its own way and closes the queue then.
    public void Fail(Exception fault)
    {
    }

    /// <summary>Nothing is sent any more, and nobody sends: what is left gives its memory back.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        _current?.Release();
        _current = null;
        EndBatch();
        writer.Kept.ReleaseAll();
        while (Take() is { } unsent)
        {
            unsent.Release();
        }
    }

    private void LetGo()
    {
        if (writer.Kept.Count > 0)
        {
            writer.Kept.Release(new(Volatile.Read(ref _acknowledged)));
        }
    }

    private Answer? Take()
    {
        lock (_lock)
        {
            return _waiting.TryDequeue(out Answer? answer) ? answer : null;
        }
    }
}
