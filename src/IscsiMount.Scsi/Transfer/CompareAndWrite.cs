using System.Buffers.Binary;

namespace IscsiMount.Scsi.Transfer;

// COMPARE AND WRITE, SBC-3
//
//   CDB       0  89h
//             1  WRPROTECT (7-5) | DPO (4) | FUA (3)
//          2..9  first LBA
//            13  number of blocks N
//            14  group (5-0)
//
//   2 N blocks of data follow: N to compare with, then N to write.

/// <summary>Writes blocks if they still are what they are thought to be, and nothing comes between.</summary>
public sealed record CompareAndWrite : ScsiCommand
{
    private const byte DisablePageOutBit = 0x10;
    private const byte ForceUnitAccessBit = 0x08;

    public ulong FirstBlock { get; init; }

    public byte BlockCount { get; init; }

    /// <summary>What to do with protection information; a unit without it takes only zero.</summary>
    public byte Protection { get; init; }

    public bool DisablePageOut { get; init; }

    public bool ForceUnitAccess { get; init; }

    public byte Group { get; init; }

    /// <summary>Blocks that follow the command as data.</summary>
    public uint BlocksOut => 2U * BlockCount;

    public static CompareAndWrite Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.CompareAndWrite);
        return new()
        {
            Protection = (byte)(cdb[1] >> 5),
            DisablePageOut = (cdb[1] & DisablePageOutBit) != 0,
            ForceUnitAccess = (cdb[1] & ForceUnitAccessBit) != 0,
            FirstBlock = BinaryPrimitives.ReadUInt64BigEndian(cdb[2..]),
            BlockCount = cdb[13],
            Group = (byte)(cdb[14] & 0x3F),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.CompareAndWrite;
        cdb[1] = (byte)((Protection << 5)
            | (DisablePageOut ? DisablePageOutBit : 0)
            | (ForceUnitAccess ? ForceUnitAccessBit : 0));
        BinaryPrimitives.WriteUInt64BigEndian(cdb[2..], FirstBlock);
        cdb[13] = BlockCount;
        cdb[14] = Group;
    }
}
