using System.Buffers.Binary;

namespace IscsiMount.Scsi.Transfer;

// WRITE ATOMIC (16), SBC-4
//
//   CDB       0  9Ch
//             1  WRPROTECT (7-5) | DPO (4) | FUA (3)
//          2..9  first LBA
//        10..11  atomic boundary, in blocks
//        12..13  number of blocks
//            14  group (5-0)

/// <summary>Writes blocks such that either all of them are new afterwards or none is.</summary>
public sealed record WriteAtomic : ScsiCommand
{
    private const byte DisablePageOutBit = 0x10;
    private const byte ForceUnitAccessBit = 0x08;

    public ulong FirstBlock { get; init; }

    public ushort BlockCount { get; init; }

    /// <summary>Zero: all of it is one piece. Else only what lies between two multiples of it is.</summary>
    public ushort Boundary { get; init; }

    /// <summary>What to do with protection information; a unit without it takes only zero.</summary>
    public byte Protection { get; init; }

    public bool DisablePageOut { get; init; }

    public bool ForceUnitAccess { get; init; }

    public byte Group { get; init; }

    public static WriteAtomic Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.WriteAtomic16);
        return new()
        {
            Protection = (byte)(cdb[1] >> 5),
            DisablePageOut = (cdb[1] & DisablePageOutBit) != 0,
            ForceUnitAccess = (cdb[1] & ForceUnitAccessBit) != 0,
            FirstBlock = BinaryPrimitives.ReadUInt64BigEndian(cdb[2..]),
            Boundary = BinaryPrimitives.ReadUInt16BigEndian(cdb[10..]),
            BlockCount = BinaryPrimitives.ReadUInt16BigEndian(cdb[12..]),
            Group = (byte)(cdb[14] & 0x3F),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.WriteAtomic16;
        cdb[1] = (byte)((Protection << 5)
            | (DisablePageOut ? DisablePageOutBit : 0)
            | (ForceUnitAccess ? ForceUnitAccessBit : 0));
        BinaryPrimitives.WriteUInt64BigEndian(cdb[2..], FirstBlock);
        BinaryPrimitives.WriteUInt16BigEndian(cdb[10..], Boundary);
        BinaryPrimitives.WriteUInt16BigEndian(cdb[12..], BlockCount);
        cdb[14] = Group;
    }
}
