using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Sense;

// Sense data in descriptor format (SPC-4, descriptor format sense data)
//
//      0 | 72h current, 73h deferred                      |
//      1 | sense key (bits 3-0)                           |
//      2 | additional sense code                          |
//      3 | additional sense code qualifier                |
//      4 | SDAT_OVFL (bit 7)                              |
//      5 | reserved                                       |
//      7 | additional length: bytes after this one        |
//      8 | descriptors                                    |
//
//   each descriptor                    type  length  content
//     information                       00h   0Ah    byte 2 bit 7 VALID, 4..11 value
//     command specific information      01h   0Ah    4..11 value
//     sense key specific                02h   06h    4..6 as in fixed format
//     field replaceable unit            03h   02h    3 unit
//     block commands                    05h   02h    3 bit 5 ILI

/// <summary>The descriptor format of <see cref="SenseData"/>.</summary>
internal static class DescriptorSense
{
    private const int HeaderLength = 8;
    private const int DescriptorHeaderLength = 2;

    private const byte InformationType = 0x00;
    private const byte CommandSpecificType = 0x01;
    private const byte KeySpecificType = 0x02;
    private const byte UnitType = 0x03;
    private const byte BlockCommandsType = 0x05;

    public static SenseData Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length > 3, SenseData.Source, $"sense data ends after {source.Length} bytes");

        var sense = new SenseData
        {
            Key = (SenseKey)(source[1] & 0x0F),
            Additional = new(source[2], source[3]),
            IsOverflown = source.Length > 4 && (source[4] & 0x80) != 0,
        };
        if (source.Length < HeaderLength)
        {
            return sense;
        }

        int told = Math.Min(source.Length, HeaderLength + source[7]);
        ReadOnlySpan<byte> rest = source[HeaderLength..told];
        while (rest.Length >= DescriptorHeaderLength)
        {
            int length = DescriptorHeaderLength + rest[1];
            if (length > rest.Length)
            {
                break;
            }

            sense = ReadDescriptor(sense, rest[..length]);
            rest = rest[length..];
        }

        return sense;
    }

    public static int Write(SenseData sense, Span<byte> destination)
    {
        destination[1] = (byte)sense.Key;
        destination[2] = sense.Additional.Code;
        destination[3] = sense.Additional.Qualifier;
        destination[4] = (byte)(sense.IsOverflown ? 0x80 : 0);
        int length = HeaderLength;
        if (sense.Information is { } information)
        {
            Span<byte> descriptor = Begin(destination, ref length, InformationType, 0x0A);
            descriptor[2] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(descriptor[4..], information);
        }

        if (sense.CommandSpecificInformation is { } commandSpecific)
        {
            Span<byte> descriptor = Begin(destination, ref length, CommandSpecificType, 0x0A);
            BinaryPrimitives.WriteUInt64BigEndian(descriptor[4..], commandSpecific);
        }

        if (sense.KeySpecific is { } specific)
        {
            Span<byte> descriptor = Begin(destination, ref length, KeySpecificType, 0x06);
            descriptor[4] = (byte)(0x80 | specific.Flags);
            BinaryPrimitives.WriteUInt16BigEndian(descriptor[5..], specific.Value);
        }

        if (sense.FieldReplaceableUnit != 0)
        {
            Begin(destination, ref length, UnitType, 0x02)[3] = sense.FieldReplaceableUnit;
        }

        if (sense.IsLengthIncorrect)
        {
            Begin(destination, ref length, BlockCommandsType, 0x02)[3] = 0x20;
        }

        destination[7] = (byte)(length - HeaderLength);
        return length;
    }

    // A descriptor that is shorter than its type demands says nothing, like one of an unknown type.
    private static SenseData ReadDescriptor(SenseData sense, ReadOnlySpan<byte> descriptor)
    {
        return (descriptor[0], descriptor.Length) switch
        {
            (InformationType, >= 12) when (descriptor[2] & 0x80) != 0
                => sense with { Information = BinaryPrimitives.ReadUInt64BigEndian(descriptor[4..]) },
            (CommandSpecificType, >= 12)
                => sense with { CommandSpecificInformation = BinaryPrimitives.ReadUInt64BigEndian(descriptor[4..]) },
            (KeySpecificType, >= 7) when (descriptor[4] & 0x80) != 0 => sense with
            {
                KeySpecific = new(
                    (byte)(descriptor[4] & 0x7F), BinaryPrimitives.ReadUInt16BigEndian(descriptor[5..])),
            },
            (UnitType, >= 4) => sense with { FieldReplaceableUnit = descriptor[3] },
            (BlockCommandsType, >= 4) => sense with { IsLengthIncorrect = (descriptor[3] & 0x20) != 0 },
            _ => sense,
        };
    }

    private static Span<byte> Begin(Span<byte> destination, ref int length, byte type, byte descriptorLength)
    {
        Span<byte> descriptor = destination.Slice(length, DescriptorHeaderLength + descriptorLength);
        descriptor[0] = type;
        descriptor[1] = descriptorLength;
        length += descriptor.Length;
        return descriptor;
    }
}
