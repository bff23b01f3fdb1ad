using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Reservations;

// PERSISTENT RESERVE OUT parameter list, REGISTER AND MOVE, SPC-4
//
//      0 | reservation key                         |
//      8 | service action reservation key          |
//     16 | reserved                                |
//     17 | reserved | UNREG (1) | APTPL (0)        |
//     18 | relative target port                    |
//     20 | length of what follows                  |
//     24 | TransportID                             |

/// <summary>To whom a reservation moves.</summary>
public sealed record MoveParameters : IScsiParameterList
{
    public const int HeaderLength = 24;

    private const string Source = "SPC-4 REGISTER AND MOVE";

    /// <summary>The key of the sender.</summary>
    public ulong Key { get; init; }

    /// <summary>The key of the new holder.</summary>
    public ulong ActionKey { get; init; }

    /// <summary>Whether the sender is registered no longer.</summary>
    public bool Unregisters { get; init; }

    /// <summary>Whether registrations and reservation outlive a loss of power.</summary>
    public bool Persists { get; init; }

    public required ushort RelativePort { get; init; }

    public required TransportId Initiator { get; init; }

    public int WireLength => HeaderLength + Initiator.WireLength;

    /// <exception cref="ProtocolViolationException">The list is cut, or its lengths contradict each other.</exception>
    public static MoveParameters Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, Source, $"the list has {source.Length} bytes");
        uint told = BinaryPrimitives.ReadUInt32BigEndian(source[20..]);
        Rule.Holds(told == (uint)(source.Length - HeaderLength), Source, $"the initiator has {told} bytes");
        return new()
        {
            Key = BinaryPrimitives.ReadUInt64BigEndian(source),
            ActionKey = BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
            Unregisters = (source[17] & 0x02) != 0,
            Persists = (source[17] & 0x01) != 0,
            RelativePort = BinaryPrimitives.ReadUInt16BigEndian(source[18..]),
            Initiator = TransportId.Read(source[HeaderLength..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(destination, Key);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], ActionKey);
        destination[17] = (byte)((Unregisters ? 0x02 : 0) | (Persists ? 0x01 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(destination[18..], RelativePort);
        BinaryPrimitives.WriteInt32BigEndian(destination[20..], Initiator.WireLength);
        Initiator.Write(destination[HeaderLength..]);
    }
}
