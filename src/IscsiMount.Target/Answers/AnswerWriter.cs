using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Target.Sessions;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Target.Answers;

/// <summary>
/// What an answer needs to become PDUs: room in a batch, and the numbers of its connection and session.
/// </summary>
/// <remarks>
/// Whoever sends owns it. The connection changes it at the end of a login only, while nothing else is sent.
/// </remarks>
internal sealed class AnswerWriter
{
    private SerialNumber _statSN = new(1);
    private SerialNumber? _again;

    /// <summary>
    /// The window of the session. Without a session, in a login, the answers bring their own numbers.
    /// </summary>
    public IWindow? Window { get; set; }

    /// <summary>Bytes of the largest data segment that the initiator accepts (RFC 7143 §13.12).</summary>
    public int MaxSendDataSegmentLength { get; set; } = PduFraming.OfLogin.MaxRecvDataSegmentLength;

    public int MaxBurstLength { get; set; } = int.MaxValue;

    public PduBatch? Batch { get; set; }

    public bool HasRoom => Batch is { HasRoom: true };

    /// <summary>What was sent and may have to be sent again.</summary>
    public KeptAnswers Kept { get; } = new();

    /// <summary>The number that was used up last, since somebody has set it to nothing.</summary>
    public SerialNumber? TakenStatSN { get; set; }

    /// <summary>What the next status will have, for PDUs that show the number without using it up.</summary>
    public SerialNumber NextStatSN => _statSN;

    public SerialNumber ExpCmdSN => Window?.Expected ?? default;

    public SerialNumber MaxCmdSN => Window?.Maximum ?? default;

    /// <summary>Uses up a number, as every PDU with a status does (RFC 7143 §4.2.2.2).</summary>
    public SerialNumber TakeStatSN()
    {
        if (_again is { } before)
        {
            return before;
        }

        SerialNumber taken = _statSN;
        TakenStatSN = taken;
        _statSN = _statSN.Next;
        return taken;
    }

    /// <summary>Writes the status of an answer again, with the number that it had.</summary>
    public void Again(SerialNumber statSN, Answer answer)
    {
        _again = statSN;
        answer.Repeat(this);
        _again = null;
    }

    /// <summary>Writes something that uses the number that it had before.</summary>
    public bool Again(SerialNumber statSN, Func<AnswerWriter, bool> write)
    {
        _again = statSN;
        bool isDone = write(this);
        _again = null;
        return isDone;
    }

    public void Add<TPdu>(in TPdu pdu, ReadOnlyMemory<byte> data = default)
        where TPdu : struct, IPdu<TPdu>
    {
        Invariant.Holds(Batch is not null);
        Span<byte> header = stackalloc byte[BasicHeader.Length];
        pdu.Write(header);
        Batch.Add(header, data);
    }
}
