using System.Buffers.Binary;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Content;

// Entry of $SDS, each at a multiple of 16 bytes; the whole stands once more 256 KiB behind
//
//   00  4  hash of the descriptor        08  8  offset in the stream
//   04  4  security id                   10  4  length, these 20 bytes included

/// <summary>The content of $Secure:$SDS on a new volume, and the heads that its indexes repeat.</summary>
internal static class SecurityStream
{
    /// <summary>The security id of the system files.</summary>
    public const uint SystemId = 0x100;

    /// <summary>The security id of the root.</summary>
    public const uint RootId = 0x101;

    public const int HeaderLength = 0x14;

    private const int BlockSize = 256 << 10;
    private const int Alignment = 16;

    private static readonly byte[] Block = MakeBlock();

    /// <summary>Bytes of the stream, both copies.</summary>
    public static ulong Size => BlockSize + (ulong)Block.Length;

    /// <summary>The heads of all entries, in the order of their ids.</summary>
    public static IReadOnlyList<byte[]> Headers { get; } = MakeHeaders();

    public static byte[] Bytes()
    {
        byte[] content = new byte[Size];
        Block.CopyTo(content, 0);
        Block.CopyTo(content, BlockSize);
        return content;
    }

    private static byte[] MakeBlock()
    {
        byte[] system = MakeEntry(SystemId, 0, SecurityDescriptor.OfSystemFiles());
        int second = (system.Length + Alignment - 1) / Alignment * Alignment;
        byte[] root = MakeEntry(RootId, second, SecurityDescriptor.OfRoot());
        byte[] block = new byte[second + root.Length];
        system.CopyTo(block, 0);
        root.CopyTo(block, second);
        return block;
    }

    private static byte[][] MakeHeaders()
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(Block.AsSpan(0x10));
        int second = (length + Alignment - 1) / Alignment * Alignment;
        return [Block[..HeaderLength], Block[second..(second + HeaderLength)]];
    }

    private static byte[] MakeEntry(uint id, int offset, byte[] descriptor)
    {
        byte[] entry = new byte[HeaderLength + descriptor.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, HashOf(descriptor));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(0x04), id);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(0x08), offset);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(0x10), entry.Length);
        descriptor.CopyTo(entry, HeaderLength);
        return entry;
    }

    private static uint HashOf(byte[] descriptor)
    {
        uint hash = 0;
        for (int i = 0; i < descriptor.Length; i += 4)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(descriptor.AsSpan(i));
            hash = unchecked(uint.RotateLeft(hash, 3) + word);
        }

        return hash;
    }
}
