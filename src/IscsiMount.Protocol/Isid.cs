using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol;

// Initiator part of the session identifier (ISID), RFC 7143 §11.12.5
//
//        0               1               2               3               4               5
//      +---------------+---------------+---------------+---------------+---------------+---------------+
//    0 | T   A         | B                             | C             | D                             |
//      +-----------------------------------------------------------------------------------------------+
//
//   T = 0   A and B: the 22 bits of an OUI            C and D: qualifier
//   T = 1   B and C: an IANA enterprise number        D: qualifier
//   T = 2   B and C: a random number                  D: qualifier

/// <summary>
/// Tells the sessions of one initiator apart. Together with the initiator's name it is the initiator's SCSI port, so it
/// stays the same over restarts.
/// </summary>
public readonly record struct Isid
{
    public const int Length = 6;

    private const ulong ValueMax = 0xFFFF_FFFF_FFFF;

    public Isid(ulong value)
    {
        Invariant.Holds(value <= ValueMax);
        Value = value;
    }

    /// <summary>The six bytes as a number, the first one highest.</summary>
    public ulong Value { get; }

    /// <summary>The random format: 24 bits that tell the host, and a qualifier that tells its sessions apart.</summary>
    public static Isid FromRandom(uint host, ushort qualifier)
    {
        Invariant.Holds(host <= 0xFF_FFFF);
        return new Isid(0x8000_0000_0000 | ((ulong)host << 16) | qualifier);
    }

    /// <summary>As above, with a host part drawn now. Keep it: another one means another SCSI port.</summary>
    public static Isid FromRandom(Random chance, ushort qualifier)
    {
        ArgumentNullException.ThrowIfNull(chance);
        return FromRandom((uint)chance.Next(0x100_0000), qualifier);
    }

    public static Isid Read(ReadOnlySpan<byte> source)
    {
        ulong high = BinaryPrimitives.ReadUInt32BigEndian(source);
        return new Isid((high << 16) | BinaryPrimitives.ReadUInt16BigEndian(source[4..]));
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)(Value >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)(Value & 0xFFFF));
    }

    /// <summary>Twelve hexadecimal digits, as in the name of a SCSI port.</summary>
    public override string ToString() => $"{Value:x12}";
}
