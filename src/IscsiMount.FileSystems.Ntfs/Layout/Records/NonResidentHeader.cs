using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

// Head of a non-resident attribute, behind the common part
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +-------------------------------+-------------------------------+
//   10  | FirstVcn                      | LastVcn (-1 when empty)       |
//       +-------+---+-------------------+-------------------------------+
//   20  | RunsAt|CU |                   | AllocatedSize                 |
//       +-------+---+-------------------+-------------------------------+
//   30  | DataSize                      | InitializedSize               |
//       +-------------------------------+-------------------------------+
//   40  | TotalAllocated                |  only if compressed or sparse
//       +-------------------------------+
//
//   CU   compression unit as a power of two of clusters
//   The sizes are valid in the piece with FirstVcn 0 alone.

/// <summary>Sizes and place of the run list of a non-resident attribute, or of one piece of it.</summary>
internal readonly record struct NonResidentHeader
{
    public const int LengthMin = 0x40;

    /// <summary>With the size that only sparse and compressed streams have.</summary>
    public const int LengthWithTotal = 0x48;

    private const string Structure = "non-resident attribute";

    public required long FirstVcn { get; init; }
    public required long LastVcn { get; init; }
    public required int RunListOffset { get; init; }
    public required byte CompressionUnit { get; init; }
    public required long AllocatedSize { get; init; }
    public required long DataSize { get; init; }
    public required long InitializedSize { get; init; }

    /// <summary>Bytes of real clusters: what is allocated less the holes.</summary>
    public required long TotalAllocated { get; init; }

    /// <summary>Reads the head of a whole attribute.</summary>
    /// <exception cref="DamagedMediumException">The run list does not lie within the attribute.</exception>
    public static NonResidentHeader Read(ReadOnlySpan<byte> attribute, AttributeFlags flags)
    {
        Invariant.Holds(attribute.Length >= LengthMin);

        int runListOffset = BinaryPrimitives.ReadUInt16LittleEndian(attribute[0x20..]);
        Medium.Holds(
            runListOffset >= LengthMin && runListOffset <= attribute.Length, Structure, "its run list lies outside");

        long allocated = BinaryPrimitives.ReadInt64LittleEndian(attribute[0x28..]);
        bool hasTotal = (flags & (AttributeFlags.CompressionMask | AttributeFlags.Sparse)) != 0
            && attribute.Length >= LengthWithTotal && runListOffset >= LengthWithTotal;
        return new NonResidentHeader
        {
            FirstVcn = BinaryPrimitives.ReadInt64LittleEndian(attribute[0x10..]),
            LastVcn = BinaryPrimitives.ReadInt64LittleEndian(attribute[0x18..]),
            RunListOffset = runListOffset,
            CompressionUnit = attribute[0x22],
            AllocatedSize = allocated,
            DataSize = BinaryPrimitives.ReadInt64LittleEndian(attribute[0x30..]),
            InitializedSize = BinaryPrimitives.ReadInt64LittleEndian(attribute[0x38..]),
            TotalAllocated = hasTotal ? BinaryPrimitives.ReadInt64LittleEndian(attribute[0x40..]) : allocated,
        };
    }

    /// <summary>Writes what stands behind the common part of the head.</summary>
    public void Write(Span<byte> attribute, bool hasTotal)
    {
        BinaryPrimitives.WriteInt64LittleEndian(attribute[0x10..], FirstVcn);
        BinaryPrimitives.WriteInt64LittleEndian(attribute[0x18..], LastVcn);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[0x20..], (ushort)RunListOffset);
        attribute[0x22] = CompressionUnit;
        BinaryPrimitives.WriteInt64LittleEndian(attribute[0x28..], AllocatedSize);
        BinaryPrimitives.WriteInt64LittleEndian(attribute[0x30..], DataSize);
        BinaryPrimitives.WriteInt64LittleEndian(attribute[0x38..], InitializedSize);
        if (hasTotal)
        {
            BinaryPrimitives.WriteInt64LittleEndian(attribute[0x40..], TotalAllocated);
        }
    }
}
