namespace IscsiMount.Scsi.Reservations;

/// <summary>An answer of PERSISTENT RESERVE IN that can be asked for by its type.</summary>
public interface IReservationAnswer<out TSelf> : IScsiAnswer
{
    static abstract ReservationReport Report { get; }

    /// <summary>Reads an answer that may be cut anywhere.</summary>
    /// <exception cref="Primitives.ProtocolViolationException">The answer contradicts the standard.</exception>
    static abstract TSelf Read(ReadOnlySpan<byte> source);
}
