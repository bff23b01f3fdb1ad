using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Reservations;

// PERSISTENT RESERVE IN parameter data, READ FULL STATUS, SPC-4
//
//      0 | PRgeneration                                   |
//      4 | additional length: bytes of all descriptors    |
//      8 | descriptors                                    |
//
//   a descriptor
//      0 | reservation key                                |
//      8 | reserved                                       |
//     12 | ALL_TG_PT (1) | R_HOLDER (0)                   |
//     13 | scope (7-4) | type (3-0), of a holder          |
//     14 | reserved                                       |
//     18 | relative target port                           |
//     20 | length of what follows                         |
//     24 | TransportID                                    |

/// <summary>Everyone that is registered, with name and key, and who holds the reservation.</summary>
public sealed record FullReservationStatus : IReservationAnswer<FullReservationStatus>
{
    private const int HeaderLength = 8;
    private const int DescriptorHeaderLength = 24;

    public static ReservationReport Report => ReservationReport.FullStatus;

    public required uint Generation { get; init; }

    public required ValueList<ReservationRegistrant> Registrants { get; init; }

    public int WireLength =>
        HeaderLength + Registrants.Sum(each => DescriptorHeaderLength + each.Initiator.WireLength);

    public static FullReservationStatus Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, "SPC-4 READ FULL STATUS", $"the answer has {source.Length} bytes");
        uint told = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        ReadOnlySpan<byte> rest = source[HeaderLength..];
        rest = rest[..(int)Math.Min(told, (uint)rest.Length)];
        var registrants = new List<ReservationRegistrant>();
        while (rest.Length >= DescriptorHeaderLength)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest[20..]);
            if (length > rest.Length - DescriptorHeaderLength)
            {
                break;
            }

            registrants.Add(new()
            {
                Key = BinaryPrimitives.ReadUInt64BigEndian(rest),
                IsForAllPorts = (rest[12] & 0x02) != 0,
                Held = (rest[12] & 0x01) != 0 ? (ReservationType)(rest[13] & 0x0F) : null,
                RelativePort = BinaryPrimitives.ReadUInt16BigEndian(rest[18..]),
                Initiator = TransportId.Read(rest.Slice(DescriptorHeaderLength, (int)length)),
            });
            rest = rest[(DescriptorHeaderLength + (int)length)..];
        }

        return new() { Generation = BinaryPrimitives.ReadUInt32BigEndian(source), Registrants = [.. registrants] };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(destination, Generation);
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], WireLength - HeaderLength);
        Span<byte> rest = destination[HeaderLength..];
        foreach (ReservationRegistrant each in Registrants)
        {
            int length = each.Initiator.WireLength;
            BinaryPrimitives.WriteUInt64BigEndian(rest, each.Key);
            rest[12] = (byte)((each.IsForAllPorts ? 0x02 : 0) | (each.Held is null ? 0 : 0x01));
            rest[13] = (byte)(each.Held ?? 0);
            BinaryPrimitives.WriteUInt16BigEndian(rest[18..], each.RelativePort);
            BinaryPrimitives.WriteInt32BigEndian(rest[20..], length);
            each.Initiator.Write(rest.Slice(DescriptorHeaderLength, length));
            rest = rest[(DescriptorHeaderLength + length)..];
        }
    }
}

/// <summary>One that is registered with a unit.</summary>
public sealed record ReservationRegistrant
{
    public required ulong Key { get; init; }

    public required TransportId Initiator { get; init; }

    public required ushort RelativePort { get; init; }

    public bool IsForAllPorts { get; init; }

    /// <summary>The type of the reservation that it holds, if it holds one.</summary>
    public ReservationType? Held { get; init; }
}
