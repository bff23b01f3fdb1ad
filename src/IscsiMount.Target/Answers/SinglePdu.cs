using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Target.Answers;

/// <summary>An answer of one PDU.</summary>
/// <param name="pdu">The PDU without its numbers.</param>
/// <param name="number">Puts the numbers in.</param>
/// <param name="data">Its data segment, which does not change until it is sent.</param>
/// <param name="sent">What follows when the system has taken it, or the connection is gone.</param>
internal sealed class SinglePdu<TPdu>(
    TPdu pdu, Func<TPdu, AnswerWriter, TPdu> number, ReadOnlyMemory<byte> data = default, Action? sent = null) : Answer
    where TPdu : struct, IPdu<TPdu>
{
    public override bool Write(AnswerWriter writer)
    {
        if (!writer.HasRoom)
        {
            return false;
        }

        writer.Add(number(pdu, writer), data);
        return true;
    }

    public override void Repeat(AnswerWriter writer) => Write(writer);

    public override void Release() => sent?.Invoke();
}
