using IscsiMount.Primitives;

namespace IscsiMount.Target.Answers;

/// <summary>
/// Something to be sent, as one PDU or as many. Its numbers are given to it when it goes out and not before, so that
/// they rise in the order of the stream and show the state of the window at that moment.
/// </summary>
internal abstract class Answer
{
    /// <summary>Writes the next of its PDUs, as many as the batch has room for. Whoever sends calls this.</summary>
    /// <returns>Whether that was all of it.</returns>
    public abstract bool Write(AnswerWriter writer);

    /// <summary>
    /// Writes the PDU with its status once more. The writer has room, and gives it the number that it had.
    /// </summary>
    public virtual void Repeat(AnswerWriter writer) =>
        throw new InvariantViolationException($"{GetType().Name} is not kept");

    /// <summary>
    /// The system has taken all of it, or the connection is gone: the memory behind it is its own again. It is called
    /// once, on any thread.
    /// </summary>
    public virtual void Release()
    {
    }
}
