using System.Buffers.Binary;

namespace IscsiMount.Scsi.Unit;

// SYNCHRONIZE CACHE (16), SBC-3
//
//   CDB       0  91h
//             1  bit 1: IMMED
//          2..9  first LBA
//        10..13  number of blocks, 0 = all up to the last

/// <summary>Makes what was written durable. Without IMMED the status comes when it is.</summary>
public sealed record SynchronizeCache16 : ScsiCommand
{
    public ulong FirstBlock { get; init; }

    /// <summary>Zero stands for all blocks from the first one on.</summary>
    public uint BlockCount { get; init; }

    public bool IsImmediate { get; init; }

    public static SynchronizeCache16 Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.SynchronizeCache16);
        return new()
        {
            IsImmediate = (cdb[1] & 0x02) != 0,
            FirstBlock = BinaryPrimitives.ReadUInt64BigEndian(cdb[2..]),
            BlockCount = BinaryPrimitives.ReadUInt32BigEndian(cdb[10..]),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.SynchronizeCache16;
        cdb[1] = (byte)(IsImmediate ? 0x02 : 0);
        BinaryPrimitives.WriteUInt64BigEndian(cdb[2..], FirstBlock);
        BinaryPrimitives.WriteUInt32BigEndian(cdb[10..], BlockCount);
    }
}
