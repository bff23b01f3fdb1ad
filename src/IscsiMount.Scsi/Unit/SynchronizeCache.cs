using IscsiMount.Primitives;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Scsi.Unit;

// SYNCHRONIZE CACHE, SBC-3
//
//           (10)   (16)
//     0     35h    91h
//     1     bit 1: IMMED
//     the rest: first LBA and number of blocks, 0 = all up to the last

/// <summary>Makes what was written durable. Without IMMED the status comes when it is.</summary>
public sealed record SynchronizeCache : RangeCommand
{
    private const byte ImmediateBit = 0x02;

    public bool IsImmediate { get; init; }

    protected override OperationCode Operation => Form switch
    {
        CdbForm.Ten => OperationCode.SynchronizeCache10,
        CdbForm.Sixteen => OperationCode.SynchronizeCache16,
        _ => throw new InvariantViolationException($"SYNCHRONIZE CACHE has no form of {(int)Form} bytes"),
    };

    protected override byte Options => IsImmediate ? ImmediateBit : (byte)0;

    public static SynchronizeCache Read(ReadOnlySpan<byte> cdb) =>
        ReadRange(new SynchronizeCache { IsImmediate = (cdb[1] & ImmediateBit) != 0 }, cdb);
}
