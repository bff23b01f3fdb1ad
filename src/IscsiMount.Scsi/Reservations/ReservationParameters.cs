using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Reservations;

// PERSISTENT RESERVE OUT parameter list, SPC-4
//
//      0 | reservation key                                       |
//      8 | service action reservation key                        |
//     16 | obsolete                                              |
//     20 | SPEC_I_PT (3) | ALL_TG_PT (2) | reserved | APTPL (0)  |
//     21 | reserved                                              |
//     24 | with SPEC_I_PT: length (4), then TransportIDs         |

/// <summary>Whose key a PERSISTENT RESERVE OUT is about.</summary>
public sealed record ReservationParameters : IScsiParameterList
{
    /// <summary>Without other initiators.</summary>
    public const int Length = 24;

    private const int InitiatorsOffset = 28;
    private const string Source = "SPC-4 PERSISTENT RESERVE OUT";

    /// <summary>The key of the sender.</summary>
    public ulong Key { get; init; }

    /// <summary>The key that is registered, or preempted.</summary>
    public ulong ActionKey { get; init; }

    /// <summary>Whether registrations and reservation outlive a loss of power.</summary>
    public bool Persists { get; init; }

    public bool IsForAllPorts { get; init; }

    /// <summary>With SPEC_I_PT: others that are registered along with the sender.</summary>
    public ValueList<TransportId>? Initiators { get; init; }

    public int WireLength =>
        Initiators is null ? Length : InitiatorsOffset + Initiators.Sum(each => each.WireLength);

    /// <exception cref="ProtocolViolationException">The list is cut, or its lengths contradict each other.</exception>
    public static ReservationParameters Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= Length, Source, $"the list has {source.Length} bytes");
        bool namesOthers = (source[20] & 0x08) != 0;
        Rule.Holds(namesOthers || source.Length == Length, Source, $"the list has {source.Length} bytes");
        return new()
        {
            Key = BinaryPrimitives.ReadUInt64BigEndian(source),
            ActionKey = BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
            IsForAllPorts = (source[20] & 0x04) != 0,
            Persists = (source[20] & 0x01) != 0,
            Initiators = namesOthers ? ReadInitiators(source) : null,
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(destination, Key);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], ActionKey);
        destination[20] = (byte)((Initiators is null ? 0 : 0x08)
            | (IsForAllPorts ? 0x04 : 0)
            | (Persists ? 0x01 : 0));
        if (Initiators is null)
        {
            return;
        }

        BinaryPrimitives.WriteInt32BigEndian(destination[Length..], WireLength - InitiatorsOffset);
        Span<byte> rest = destination[InitiatorsOffset..];
        foreach (TransportId each in Initiators)
        {
            each.Write(rest[..each.WireLength]);
            rest = rest[each.WireLength..];
        }
    }

    private static ValueList<TransportId> ReadInitiators(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= InitiatorsOffset, Source, $"the list has {source.Length} bytes");
        uint told = BinaryPrimitives.ReadUInt32BigEndian(source[Length..]);
        ReadOnlySpan<byte> rest = source[InitiatorsOffset..];
        Rule.Holds(told == (uint)rest.Length, Source, $"{rest.Length} bytes of initiators came, {told} were told");
        var initiators = new List<TransportId>();
        while (!rest.IsEmpty)
        {
            int length = TransportId.LengthOf(rest) ?? int.MaxValue;
            Rule.Holds(length <= rest.Length, Source, "an initiator is cut");
            initiators.Add(TransportId.Read(rest[..length]));
            rest = rest[length..];
        }

        return [.. initiators];
    }
}
