using IscsiMount.Scsi.Sense;

namespace IscsiMount.Scsi.Unit;

// REQUEST SENSE, SPC-4
//
//   CDB       0  03h
//             1  bit 0: DESC, descriptor format is wanted
//             4  allocation length

/// <summary>Asks what the unit has to tell, a pending unit attention included, which this clears.</summary>
public sealed record RequestSense : ScsiCommand, IScsiQuery<SenseData>
{
    public SenseFormat Format { get; init; }

    /// <summary>At most 255.</summary>
    public int AllocationLength { get; init; } = SenseData.LengthMax;

    public static RequestSense Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.RequestSense);
        return new()
        {
            Format = (cdb[1] & 0x01) != 0 ? SenseFormat.Descriptor : SenseFormat.Fixed,
            AllocationLength = cdb[4],
        };
    }

    public SenseData ReadAnswer(ReadOnlySpan<byte> answer) => SenseData.Read(answer);

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.RequestSense;
        cdb[1] = (byte)(Format == SenseFormat.Descriptor ? 0x01 : 0);
        cdb[4] = checked((byte)AllocationLength);
    }
}
