using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Reservations;

// PERSISTENT RESERVE IN parameter data, READ RESERVATION, SPC-4
//
//      0 | PRgeneration                                  |
//      4 | additional length: 0, or 10h if there is one  |
//      8 | reservation key                               |
//     16 | obsolete                                      |
//     20 | reserved                                      |
//     21 | scope (7-4) | type (3-0)                      |
//     22 | obsolete                                      |
//     24 +-----------------------------------------------+

/// <summary>The reservation of a unit, if there is one.</summary>
public sealed record CurrentReservation : IReservationAnswer<CurrentReservation>
{
    private const int HeaderLength = 8;
    private const int Length = 24;
    private const string Source = "SPC-4 READ RESERVATION";

    public static ReservationReport Report => ReservationReport.Reservation;

    public required uint Generation { get; init; }

    /// <summary>The key of the holder, zero if all hold it together; and what it keeps others from.</summary>
    public (ulong Key, ReservationType Type)? Holder { get; init; }

    public int WireLength => Holder is null ? HeaderLength : Length;

    public static CurrentReservation Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, Source, $"the answer has {source.Length} bytes");

        uint generation = BinaryPrimitives.ReadUInt32BigEndian(source);
        uint told = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        if (told == 0)
        {
            return new() { Generation = generation };
        }

        Rule.Holds(source.Length >= Length, Source, $"the answer has {source.Length} bytes");
        return new()
        {
            Generation = generation,
            Holder = (BinaryPrimitives.ReadUInt64BigEndian(source[8..]), (ReservationType)(source[21] & 0x0F)),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(destination, Generation);
        if (Holder is var (key, type))
        {
            BinaryPrimitives.WriteInt32BigEndian(destination[4..], Length - HeaderLength);
            BinaryPrimitives.WriteUInt64BigEndian(destination[8..], key);
            destination[21] = (byte)type;
        }
    }
}
