using IscsiMount.Transport.Framing;

namespace IscsiMount.Target.Connections;

/// <summary>What a connection makes of its PDUs in one phase of its life. Only its receiving thread calls it.</summary>
internal interface IPhase
{
    /// <summary>As <see cref="IPduHandler.PlaceData"/>.</summary>
    Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length);

    /// <summary>As <see cref="IPduHandler.Handle"/>.</summary>
    void Handle(in ReceivedPdu pdu);

    /// <summary>Nothing comes any more, and nothing is sent. The connection is about to be forgotten.</summary>
    void End();
}

/// <summary>The last phase: whatever still comes is of no interest.</summary>
internal sealed class ClosingPhase(IPhase before) : IPhase
{
    public Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length) => default;

    public void Handle(in ReceivedPdu pdu)
    {
    }

    public void End() => before.End();
}
