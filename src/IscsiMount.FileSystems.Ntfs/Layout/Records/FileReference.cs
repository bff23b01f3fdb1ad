using System.Buffers.Binary;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

//   63            48 47                                              0
//  +----------------+-------------------------------------------------+
//  | Sequence       | Number of the record in $MFT                    |
//  +----------------+-------------------------------------------------+

/// <summary>Names a record of $MFT, and which of its successive uses is meant.</summary>
internal readonly record struct FileReference(ulong Value)
{
    public const int Length = 8;

    private const ulong NumberMask = 0xFFFF_FFFF_FFFF;

    public FileReference(ulong number, ushort sequence)
        : this((number & NumberMask) | ((ulong)sequence << 48))
    {
    }

    public ulong Number => Value & NumberMask;

    public ushort Sequence => (ushort)(Value >> 48);

    public FileId Id => new(Number, Sequence);

    public static FileReference Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(source));

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64LittleEndian(destination, Value);
}
