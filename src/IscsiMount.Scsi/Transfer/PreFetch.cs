using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Transfer;

// PRE-FETCH, SBC-3
//
//           (10)   (16)
//     0     34h    90h
//     1     bit 1: IMMED
//     the rest: first LBA and number of blocks, 0 = all up to the last

/// <summary>
/// Asks that blocks be read ahead. CONDITION MET says that all of them fit the cache, GOOD that some do not.
/// </summary>
public sealed record PreFetch : RangeCommand
{
    private const byte ImmediateBit = 0x02;

    public bool IsImmediate { get; init; }

    protected override OperationCode Operation => Form switch
    {
        CdbForm.Ten => OperationCode.PreFetch10,
        CdbForm.Sixteen => OperationCode.PreFetch16,
        _ => throw new InvariantViolationException($"PRE-FETCH has no form of {(int)Form} bytes"),
    };

    protected override byte Options => IsImmediate ? ImmediateBit : (byte)0;

    public static PreFetch Read(ReadOnlySpan<byte> cdb) =>
        ReadRange(new PreFetch { IsImmediate = (cdb[1] & ImmediateBit) != 0 }, cdb);
}
