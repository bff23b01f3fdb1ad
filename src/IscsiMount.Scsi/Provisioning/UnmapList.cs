using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Provisioning;

// UNMAP parameter list, SBC-3
//
//      0 | data length: bytes after these two             |
//      2 | descriptor length: bytes of all descriptors    |
//      4 | reserved                                       |
//      8 | descriptors of 16 bytes                        |
//
//   a descriptor
//      0 | first LBA                                      |
//      8 | number of blocks                               |
//     12 | reserved                                       |
//     16 +------------------------------------------------+

/// <summary>The blocks that lose their space, in any order.</summary>
public sealed record UnmapList : IScsiParameterList
{
    public const int HeaderLength = 8;
    public const int DescriptorLength = 16;

    private const string Source = "SBC-3 UNMAP";

    public required ValueList<BlockSpan> Blocks { get; init; }

    public int WireLength => HeaderLength + (DescriptorLength * Blocks.Count);

    /// <summary>Reads a list. A descriptor that is cut does not count.</summary>
    /// <exception cref="ProtocolViolationException">The header is cut.</exception>
    public static UnmapList Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, Source, $"the list has {source.Length} bytes");

        int told = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        ReadOnlySpan<byte> rest = source[HeaderLength..];
        var blocks = new BlockSpan[Math.Min(told, rest.Length) / DescriptorLength];
        for (int i = 0; i < blocks.Length; i++)
        {
            ReadOnlySpan<byte> descriptor = rest.Slice(DescriptorLength * i, DescriptorLength);
            blocks[i] = new(
                BinaryPrimitives.ReadUInt64BigEndian(descriptor),
                BinaryPrimitives.ReadUInt32BigEndian(descriptor[8..]));
        }

        return new() { Blocks = [.. blocks] };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        int length = DescriptorLength * Blocks.Count;
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)(WireLength - 2)));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], checked((ushort)length));
        for (int i = 0; i < Blocks.Count; i++)
        {
            Span<byte> descriptor = destination.Slice(HeaderLength + (DescriptorLength * i), DescriptorLength);
            BinaryPrimitives.WriteUInt64BigEndian(descriptor, Blocks[i].First);
            BinaryPrimitives.WriteUInt32BigEndian(descriptor[8..], Blocks[i].Count);
        }
    }
}

/// <summary>A run of blocks, as commands name it.</summary>
public readonly record struct BlockSpan(ulong First, uint Count);
