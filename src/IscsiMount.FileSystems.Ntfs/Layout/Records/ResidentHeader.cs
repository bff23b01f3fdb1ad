using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

// Head of a resident attribute, behind the common part
//
//         0   1   2   3   4   5   6   7
//       +---------------+-------+---+---+
//   10  | ValueLength   |ValueAt|Idx|   |
//       +---------------+-------+---+---+

/// <summary>Where the value of a resident attribute lies.</summary>
internal readonly record struct ResidentHeader(int ValueOffset, int ValueLength)
{
    /// <summary>Reads the head of a whole attribute.</summary>
    /// <exception cref="DamagedMediumException">The value does not lie within the attribute.</exception>
    public static ResidentHeader Read(ReadOnlySpan<byte> attribute)
    {
        Invariant.Holds(attribute.Length >= AttributeHeader.LengthMin);

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(attribute[0x10..]);
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(attribute[0x14..]);
        Medium.Holds(
            offset <= attribute.Length && length <= (uint)(attribute.Length - offset),
            "resident attribute",
            "its value lies outside");
        return new ResidentHeader(offset, (int)length);
    }
}
