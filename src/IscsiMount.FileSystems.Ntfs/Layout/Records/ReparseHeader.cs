using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

// $REPARSE_POINT
//
//         0   1   2   3   4   5   6   7
//       +---------------+-------+-------+
//   00  | Tag           | Length|       |  then Length bytes, whose meaning depends on the tag
//       +---------------+-------+-------+

/// <summary>The head of a reparse point.</summary>
internal readonly record struct ReparseHeader(uint Tag, int DataLength)
{
    public const int Length = 8;

    public static ReparseHeader Read(ReadOnlySpan<byte> source)
    {
        Medium.Holds(source.Length >= Length, "$REPARSE_POINT", "it is too short");

        return new ReparseHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadUInt16LittleEndian(source[4..]));
    }
}
