using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Initiator.Connections;

/// <summary>The shell of a <see cref="LoginMachine"/>: one request at a time goes out, one response comes in.</summary>
/// <param name="machine">The machine, not started yet.</param>
/// <param name="requestSend">Called when there is a request to send.</param>
/// <param name="end">
/// Called with the last step, on the receiving thread. Whatever it arranges holds from the next PDU on.
/// </param>
internal sealed class LoginPhase(LoginMachine machine, Action requestSend, Action<LoginStep> end) : IConnectionPhase
{
    private LoginStep.Send? _next;

    public void Start() => Take(machine.Start());

    public void Fill(PduBatch batch)
    {
        if (Interlocked.Exchange(ref _next, null) is not { } next)
        {
            return;
        }

        Span<byte> header = stackalloc byte[BasicHeader.Length];
        next.Request.Write(header);
        batch.Framing = PduFraming.OfLogin;
        batch.Add(header, next.Text);
    }

    public Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length) => default;

    public void Handle(in ReceivedPdu pdu)
    {
        if (pdu.Opcode != LoginResponse.Opcode)
        {
            throw new ProtocolViolationException(
                "RFC 7143 §4.2.4", $"a PDU with the opcode {pdu.Opcode:X2}h came during the login");
        }

        Take(machine.Receive(LoginResponse.Read(pdu.Header), pdu.Data));
    }

    void IPduHandler.EndBatch()
    {
        // Each response is acted upon at once.
    }

    void IPduSource.EndBatch()
    {
        // The text is the phase's own, so nobody waits for it.
    }

    public void Fail(Exception fault)
    {
        // The receiving thread finds the connection lost, too, and it is the one to tell.
    }

    private void Take(LoginStep step)
    {
        if (step is LoginStep.Send send)
        {
            Volatile.Write(ref _next, send);
            requestSend();
        }
        else
        {
            end(step);
        }
    }
}
