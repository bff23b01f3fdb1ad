using IscsiMount.Primitives;
using IscsiMount.Target.Tasks;

namespace IscsiMount.Target.Answers;

/// <summary>
/// Answers that were sent and not acknowledged, in the order of their StatSN, so that they can be sent again (RFC 7143
/// §7.1.4.2). Whoever sends owns it, except for the count.
/// </summary>
/// <remarks>
/// An answer keeps its memory as long as it is here. It is let go only while nothing is on its way to the system, so
/// that nothing of it is read any more.
/// </remarks>
internal sealed class KeptAnswers
{
    private readonly Queue<(SerialNumber StatSN, Answer Answer)> _kept = new();
    private volatile int _count;

    /// <summary>Whether answers are kept at all: from recovery level 1 on.</summary>
    public bool IsOn { get; set; }

    /// <summary>How many there are. Any thread may ask.</summary>
    public int Count => _count;

    public void Add(SerialNumber statSN, Answer answer)
    {
        _kept.Enqueue((statSN, answer));
        _count = _kept.Count;
    }

    /// <summary>The answer that had this number, if it is still here.</summary>
    public Answer? Find(SerialNumber statSN) => _kept.FirstOrDefault(each => each.StatSN == statSN).Answer;

    /// <summary>The answer to a SCSI command, and its number, if it is still here.</summary>
    public (SerialNumber StatSN, ScsiReply Reply)? FindReply(uint initiatorTaskTag)
    {
        foreach ((SerialNumber statSN, Answer answer) in _kept)
        {
            if (answer is ScsiReply reply && reply.InitiatorTaskTag == initiatorTaskTag)
            {
                return (statSN, reply);
            }
        }

        return null;
    }

    /// <summary>Lets go what comes before a number, as the initiator has it.</summary>
    public void Release(SerialNumber end)
    {
        while (_kept.TryPeek(out (SerialNumber StatSN, Answer Answer) oldest) && oldest.StatSN.Precedes(end))
        {
            _kept.Dequeue();
            _count = _kept.Count;
            oldest.Answer.Release();
        }
    }

    /// <summary>Lets go all of them: the connection is over.</summary>
    public void ReleaseAll()
    {
        while (_kept.TryDequeue(out (SerialNumber StatSN, Answer Answer) oldest))
        {
            oldest.Answer.Release();
        }

        _count = 0;
    }
}
