using System.Buffers.Binary;
using IscsiMount.Scsi.Identity;

namespace IscsiMount.Scsi.Copying;

// Identification descriptor of a device that takes part in a copy, SPC-4
//
//      0 | E4h                                                  |
//      1 | obsolete (7-6) | NUL (5) | device type (4-0)         |
//      2 | relative initiator port                              |
//      4 | code set (3-0)                                       |
//      5 | association (5-4) | designator type (3-0)            |
//      6 | reserved               | designator length           |
//      8 | designator (20 bytes)                                |
//     28 | PAD (2) | block length (3 bytes)                     |
//     32 +------------------------------------------------------+

/// <summary>A device that takes part in a copy, by one of the names that it gives itself.</summary>
public sealed record CopyDevice
{
    public const int Length = 32;
    public const byte Identification = 0xE4;

    private const int DesignatorOffset = 8;
    private const int DesignatorLengthMax = 20;

    public byte Type { get; init; } = Identification;

    /// <summary>Whether it stands for no device (SPC-3; obsolete since).</summary>
    public bool IsNull { get; init; }

    public DeviceType DeviceType { get; init; }

    public Designator? Name { get; init; }

    /// <summary>Bytes of a block, or zero if that is not told.</summary>
    public uint BlockLength { get; init; }

    public static CopyDevice Read(ReadOnlySpan<byte> source)
    {
        int length = Math.Min(source[7], (byte)DesignatorLengthMax);
        return new()
        {
            Type = source[0],
            IsNull = (source[1] & 0x20) != 0,
            DeviceType = (DeviceType)(source[1] & 0x1F),
            Name = source[0] != Identification ? null : new Designator
            {
                CodeSet = (DesignatorCodeSet)(source[4] & 0x0F),
                Association = (DesignatorAssociation)((source[5] >> 4) & 0x03),
                Type = (DesignatorType)(source[5] & 0x0F),
                Identifier = ValueList.Create(source.Slice(DesignatorOffset, length)),
            },
            BlockLength = BinaryPrimitives.ReadUInt32BigEndian(source[28..]) & 0xFF_FFFF,
        };
    }

    public void Write(Span<byte> destination)
    {
        destination.Clear();
        destination[0] = Type;
        destination[1] = (byte)((IsNull ? 0x20 : 0) | (byte)DeviceType);
        BinaryPrimitives.WriteUInt32BigEndian(destination[28..], BlockLength);
        if (Name is { } name)
        {
            destination[4] = (byte)name.CodeSet;
            destination[5] = (byte)(((byte)name.Association << 4) | (byte)name.Type);
            destination[7] = (byte)name.Identifier.Count;
            name.Identifier.AsSpan().CopyTo(destination.Slice(DesignatorOffset, DesignatorLengthMax));
        }
    }
}
