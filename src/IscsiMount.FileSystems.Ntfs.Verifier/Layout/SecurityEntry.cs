using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

// Entry of $Secure:$SDS, also the value of $SII and $SDH
//
//   00  4  hash of the descriptor        08  8  offset in $SDS
//   04  4  security id                   10  4  length, these 20 bytes included

/// <summary>Which descriptor lies where in $SDS.</summary>
internal readonly record struct SecurityEntry(uint Hash, uint Id, ulong Offset, uint EntryLength)
{
    public const int Length = 0x14;

    public static SecurityEntry Read(ReadOnlySpan<byte> source) => new(
        ReadUInt32LittleEndian(source),
        ReadUInt32LittleEndian(source[0x04..]),
        ReadUInt64LittleEndian(source[0x08..]),
        ReadUInt32LittleEndian(source[0x10..]));

    public static uint HashOf(ReadOnlySpan<byte> descriptor)
    {
        uint hash = 0;
        for (int i = 0; i + 4 <= descriptor.Length; i += 4)
        {
            hash = unchecked(ReadUInt32LittleEndian(descriptor[i..]) + ((hash << 3) | (hash >> 29)));
        }

        return hash;
    }
}
