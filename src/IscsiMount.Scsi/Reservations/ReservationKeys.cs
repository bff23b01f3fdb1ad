using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Reservations;

// PERSISTENT RESERVE IN parameter data, READ KEYS, SPC-4
//
//      0 | PRgeneration                                |
//      4 | additional length: bytes of all keys        |
//      8 | keys of 8 bytes                             |

/// <summary>The keys of all that are registered, one for each.</summary>
public sealed record ReservationKeys : IReservationAnswer<ReservationKeys>
{
    private const int HeaderLength = 8;
    private const int KeyLength = 8;

    public static ReservationReport Report => ReservationReport.Keys;

    /// <summary>Counts changes of registrations since the unit was started.</summary>
    public required uint Generation { get; init; }

    public required ValueList<ulong> Keys { get; init; }

    public int WireLength => HeaderLength + (KeyLength * Keys.Count);

    public static ReservationKeys Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, "SPC-4 READ KEYS", $"the answer has {source.Length} bytes");

        uint told = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        ReadOnlySpan<byte> rest = source[HeaderLength..];
        ulong[] keys = new ulong[(int)Math.Min(told, (uint)rest.Length) / KeyLength];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = BinaryPrimitives.ReadUInt64BigEndian(rest[(KeyLength * i)..]);
        }

        return new() { Generation = BinaryPrimitives.ReadUInt32BigEndian(source), Keys = [.. keys] };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        BinaryPrimitives.WriteUInt32BigEndian(destination, Generation);
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], KeyLength * Keys.Count);
        for (int i = 0; i < Keys.Count; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[(HeaderLength + (KeyLength * i))..], Keys[i]);
        }
    }
}
