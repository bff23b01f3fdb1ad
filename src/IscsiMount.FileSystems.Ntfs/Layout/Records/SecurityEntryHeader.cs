using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

// Head of a descriptor in $Secure:$SDS; the same 20 bytes are the data of $SII and $SDH
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +---------------+---------------+-------------------------------+
//   00  | Hash          | Id            | Offset in $SDS                |
//       +---------------+---------------+-------------------------------+
//   10  | Size          |  of head and descriptor
//       +---------------+

/// <summary>Where a security descriptor lies.</summary>
internal readonly record struct SecurityEntryHeader(uint Hash, uint Id, long Offset, int Size)
{
    public const int Length = 20;

    // LIMIT: an entry never crosses a border of 256 KiB in $SDS.
    private const int SizeMax = 256 * 1024;

    public static SecurityEntryHeader Read(ReadOnlySpan<byte> source)
    {
        Medium.Holds(source.Length >= Length, "$Secure entry", "it is too short");

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(source[0x10..]);
        long offset = BinaryPrimitives.ReadInt64LittleEndian(source[0x08..]);
        Medium.Holds(size is >= Length and <= SizeMax, "$Secure entry", "its size is impossible");
        Medium.Holds(offset >= 0, "$Secure entry", "its offset is impossible");
        return new SecurityEntryHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[0x04..]),
            offset,
            (int)size);
    }
}
