using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Target.Answers;

/// <summary>A response of a login.</summary>
/// <param name="response">The response without its StatSN.</param>
/// <param name="text">Its text.</param>
/// <param name="written">
/// What changes for all that is written behind it. Digests, for instance, begin with the first PDU after the login
/// (RFC 7143 §11.2.3).
/// </param>
internal sealed class LoginAnswer(LoginResponse response, ReadOnlyMemory<byte> text, Action? written = null) : Answer
{
    public override bool Write(AnswerWriter writer)
    {
        if (!writer.HasRoom)
        {
            return false;
        }

        writer.Add(response with { StatSN = writer.TakeStatSN() }, text);
        written?.Invoke();
        return true;
    }
}
