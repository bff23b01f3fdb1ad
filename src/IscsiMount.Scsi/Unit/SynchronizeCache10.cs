using System.Buffers.Binary;

namespace IscsiMount.Scsi.Unit;

// SYNCHRONIZE CACHE (10), SBC-3
//
//   CDB       0  35h
//             1  bit 1: IMMED
//          2..5  first LBA
//          7..8  number of blocks, 0 = all up to the last

/// <summary>Makes what was written durable. Without IMMED the status comes when it is.</summary>
public sealed record SynchronizeCache10 : ScsiCommand
{
    public uint FirstBlock { get; init; }

    /// <summary>Zero stands for all blocks from the first one on.</summary>
    public ushort BlockCount { get; init; }

    public bool IsImmediate { get; init; }

    public static SynchronizeCache10 Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.SynchronizeCache10);
        return new()
        {
            IsImmediate = (cdb[1] & 0x02) != 0,
            FirstBlock = BinaryPrimitives.ReadUInt32BigEndian(cdb[2..]),
            BlockCount = BinaryPrimitives.ReadUInt16BigEndian(cdb[7..]),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.SynchronizeCache10;
        cdb[1] = (byte)(IsImmediate ? 0x02 : 0);
        BinaryPrimitives.WriteUInt32BigEndian(cdb[2..], FirstBlock);
        BinaryPrimitives.WriteUInt16BigEndian(cdb[7..], BlockCount);
    }
}
