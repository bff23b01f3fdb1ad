using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Initiator.Commands;

/// <summary>Ends the session. Who logs out waits for the end of the connection, which follows in any case.</summary>
internal sealed class LogoutTask : ControlRequest
{
    public override void Write(Span<byte> header, Numbers numbers) => new LogoutRequest
    {
        IsImmediate = true,
        Reason = LogoutReason.CloseSession,
        InitiatorTaskTag = numbers.Tag,
        ConnectionId = 0,
        CmdSN = numbers.CmdSN,
        ExpStatSN = numbers.ExpStatSN,
    }.Write(header);

    public override void Answer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        // Whatever the target says of it: there is nothing left to do but to close.
    }

    public override void Fail(Exception fault)
    {
        // The connection is over without the answer.
    }
}
