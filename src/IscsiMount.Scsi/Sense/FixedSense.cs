using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Sense;

// Sense data in fixed format (SPC-4, fixed format sense data)
//
//        bit 7      6     5     4        3   2   1   0
//      0 | VALID | 70h current, 71h deferred              |
//      1 | obsolete                                       |
//      2 | mark  | EOM | ILI | SDAT_OVFL | sense key      |
//      3 | INFORMATION, if VALID                          |
//      7 | additional length: bytes after this one        |
//      8 | COMMAND-SPECIFIC INFORMATION                   |
//     12 | additional sense code                          |
//     13 | additional sense code qualifier                |
//     14 | field replaceable unit code                    |
//     15 | SKSV  | sense key specific (3 bytes)           |
//     18 +------------------------------------------------+

/// <summary>The fixed format of <see cref="SenseData"/>.</summary>
internal static class FixedSense
{
    private const int Length = 18;
    private const int HeaderLength = 8;

    public static SenseData Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length > 2, SenseData.Source, $"sense data ends after {source.Length} bytes");

        // Copied into its full length, so that what was cut off reads as zero, which is what it means.
        Span<byte> fields = stackalloc byte[Length];
        fields.Clear();
        int told = source.Length < HeaderLength ? source.Length : Math.Min(source.Length, HeaderLength + source[7]);
        source[..Math.Min(told, Length)].CopyTo(fields);

        uint commandSpecific = BinaryPrimitives.ReadUInt32BigEndian(fields[8..]);
        return new SenseData
        {
            Key = (SenseKey)(fields[2] & 0x0F),
            Additional = new(fields[12], fields[13]),
            Information = (fields[0] & 0x80) != 0 ? BinaryPrimitives.ReadUInt32BigEndian(fields[3..]) : null,
            CommandSpecificInformation = commandSpecific == 0 ? null : commandSpecific,
            KeySpecific = (fields[15] & 0x80) != 0
                ? new((byte)(fields[15] & 0x7F), BinaryPrimitives.ReadUInt16BigEndian(fields[16..]))
                : null,
            FieldReplaceableUnit = fields[14],
            IsLengthIncorrect = (fields[2] & 0x20) != 0,
            IsOverflown = (fields[2] & 0x10) != 0,
        };
    }

    /// <summary>Writes all but the response code. A value of more than 32 bits has no place and is left out.</summary>
    public static int Write(SenseData sense, Span<byte> destination)
    {
        destination[2] = (byte)((byte)sense.Key
            | (sense.IsLengthIncorrect ? 0x20 : 0)
            | (sense.IsOverflown ? 0x10 : 0));
        if (sense.Information is { } information and <= uint.MaxValue)
        {
            destination[0] |= 0x80;
            BinaryPrimitives.WriteUInt32BigEndian(destination[3..], (uint)information);
        }

        destination[7] = Length - HeaderLength;
        if (sense.CommandSpecificInformation is { } commandSpecific and <= uint.MaxValue)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)commandSpecific);
        }

        destination[12] = sense.Additional.Code;
        destination[13] = sense.Additional.Qualifier;
        destination[14] = sense.FieldReplaceableUnit;
        if (sense.KeySpecific is { } specific)
        {
            destination[15] = (byte)(0x80 | specific.Flags);
            BinaryPrimitives.WriteUInt16BigEndian(destination[16..], specific.Value);
        }

        return Length;
    }
}
