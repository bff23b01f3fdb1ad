using System.Buffers.Binary;

namespace IscsiMount.Scsi.Provisioning;

// UNMAP, SBC-3
//
//   CDB       0  42h
//             1  bit 0: ANCHOR
//             6  group (5-0)
//          7..8  parameter list length

/// <summary>Takes the space of blocks. Which blocks follows as an <see cref="UnmapList"/>.</summary>
public sealed record Unmap : ScsiCommand
{
    /// <summary>Whether the blocks keep a claim to their space.</summary>
    public bool Anchors { get; init; }

    public byte Group { get; init; }

    /// <summary>At most 65,535.</summary>
    public required int ParameterListLength { get; init; }

    public static Unmap Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.Unmap);
        return new()
        {
            Anchors = (cdb[1] & 0x01) != 0,
            Group = (byte)(cdb[6] & 0x3F),
            ParameterListLength = BinaryPrimitives.ReadUInt16BigEndian(cdb[7..]),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.Unmap;
        cdb[1] = (byte)(Anchors ? 0x01 : 0);
        cdb[6] = Group;
        BinaryPrimitives.WriteUInt16BigEndian(cdb[7..], checked((ushort)ParameterListLength));
    }
}
