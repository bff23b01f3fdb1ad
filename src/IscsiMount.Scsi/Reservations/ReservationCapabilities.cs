using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Reservations;

// PERSISTENT RESERVE IN parameter data, REPORT CAPABILITIES, SPC-4
//
//      0 | length: 8                                                         |
//      2 | RLR_C | . | . | CRH (4) | SIP_C (3) | ATP_C (2) | . | PTPL_C (0)  |
//      3 | TMV (7) | ALLOW COMMANDS (6-4) | . | . | . | PTPL_A (0)           |
//      4 | WR_EX_AR (7) | EX_AC_RO | WR_EX_RO | . | EX_AC (3) | . | WR_EX (1) | . |
//      5 | reserved                                             | EX_AC_AR (0) |
//      6 | reserved                                                          |
//      8 +-------------------------------------------------------------------+

/// <summary>What a unit knows of persistent reservations.</summary>
public sealed record ReservationCapabilities : IReservationAnswer<ReservationCapabilities>
{
    private const int Length = 8;

    // All six types.
    private const byte TypesHigh = 0xEA;
    private const byte TypesLow = 0x01;

    public static ReservationReport Report => ReservationReport.Capabilities;

    /// <summary>Whether RESERVE (6) and RELEASE (6) are taken from those that hold the reservation anyway.</summary>
    public bool HandlesOldReserve { get; init; }

    /// <summary>Whether a registration may name other initiators.</summary>
    public bool TakesOtherInitiators { get; init; }

    /// <summary>Whether a registration may be for all ports of the target.</summary>
    public bool TakesAllPorts { get; init; }

    /// <summary>Whether reservations can outlive a loss of power, and whether they do at present.</summary>
    public bool CanPersist { get; init; }

    public bool DoesPersist { get; init; }

    /// <summary>Which commands pass a reservation of another, as the standard numbers the choices.</summary>
    public byte AllowCommands { get; init; }

    /// <summary>Whether all six types of reservation are supported and the unit says so.</summary>
    public bool HasAllTypes { get; init; }

    public int WireLength => Length;

    public static ReservationCapabilities Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= Length, "SPC-4 REPORT CAPABILITIES", $"the answer has {source.Length} bytes");
        bool tellsTypes = (source[3] & 0x80) != 0;
        return new()
        {
            HandlesOldReserve = (source[2] & 0x10) != 0,
            TakesOtherInitiators = (source[2] & 0x08) != 0,
            TakesAllPorts = (source[2] & 0x04) != 0,
            CanPersist = (source[2] & 0x01) != 0,
            AllowCommands = (byte)((source[3] >> 4) & 0x07),
            DoesPersist = (source[3] & 0x01) != 0,
            HasAllTypes = tellsTypes && (source[4] & TypesHigh) == TypesHigh && (source[5] & TypesLow) == TypesLow,
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        destination.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination, Length);
        destination[2] = (byte)((HandlesOldReserve ? 0x10 : 0)
            | (TakesOtherInitiators ? 0x08 : 0)
            | (TakesAllPorts ? 0x04 : 0)
            | (CanPersist ? 0x01 : 0));
        destination[3] = (byte)((HasAllTypes ? 0x80 : 0) | ((AllowCommands & 0x07) << 4) | (DoesPersist ? 0x01 : 0));
        destination[4] = HasAllTypes ? TypesHigh : (byte)0;
        destination[5] = HasAllTypes ? TypesLow : (byte)0;
    }
}
