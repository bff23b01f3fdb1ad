using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Mode;

// Mode parameter block descriptor of a direct-access device, SBC-3
//
//   short                                    long
//     0 | number of blocks                     0 | number of blocks (8 bytes)
//     4 | reserved                             8 | reserved
//     5 | block length (3 bytes)              12 | block length

/// <summary>The size of a unit as its mode parameters tell it.</summary>
public readonly record struct ModeBlockDescriptor
{
    private const int ShortLength = 8;
    private const int LongLength = 16;

    public required bool IsLong { get; init; }

    /// <summary>In the short form no more than FFFFFFFFh, which stands for all that does not fit.</summary>
    public required ulong BlockCount { get; init; }

    public required uint BlockLength { get; init; }

    public int WireLength => IsLong ? LongLength : ShortLength;

    /// <summary>The first descriptor, or nothing if there is none or it is cut.</summary>
    public static ModeBlockDescriptor? Find(ReadOnlySpan<byte> source, bool isLong) => (isLong, source.Length) switch
    {
        (false, >= ShortLength) => new()
        {
            IsLong = false,
            BlockCount = BinaryPrimitives.ReadUInt32BigEndian(source),
            BlockLength = BinaryPrimitives.ReadUInt32BigEndian(source[4..]) & 0xFF_FFFF,
        },
        (true, >= LongLength) => new()
        {
            IsLong = true,
            BlockCount = BinaryPrimitives.ReadUInt64BigEndian(source),
            BlockLength = BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
        },
        _ => null,
    };

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        if (IsLong)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination, BlockCount);
            BinaryPrimitives.WriteUInt32BigEndian(destination[12..], BlockLength);
            return;
        }

        Invariant.Holds(BlockLength <= 0xFF_FFFF);
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Math.Min(BlockCount, uint.MaxValue));
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], BlockLength);
    }
}
