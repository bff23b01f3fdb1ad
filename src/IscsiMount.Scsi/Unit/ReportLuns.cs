using System.Buffers.Binary;

namespace IscsiMount.Scsi.Unit;

// REPORT LUNS, SPC-4
//
//   CDB       0  A0h
//             2  SELECT REPORT
//          6..9  allocation length

/// <summary>Asks a target for the logical units that it shows to this initiator.</summary>
public sealed record ReportLuns : ScsiCommand, IScsiQuery<LogicalUnitList>
{
    // LIMIT: 8,191 units. A longer list says so by its length and can be asked for again.
    public const int AllocationLengthDefault = 64 * 1024;

    public LunSelection Selection { get; init; }

    public int AllocationLength { get; init; } = AllocationLengthDefault;

    public override CdbField? InvalidField => Enum.IsDefined(Selection) ? null : new CdbField(2);

    public static ReportLuns Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.ReportLuns);
        return new()
        {
            Selection = (LunSelection)cdb[2],
            AllocationLength = ClampAllocationLength(BinaryPrimitives.ReadUInt32BigEndian(cdb[6..])),
        };
    }

    public LogicalUnitList ReadAnswer(ReadOnlySpan<byte> answer) => LogicalUnitList.Read(answer);

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.ReportLuns;
        cdb[2] = (byte)Selection;
        BinaryPrimitives.WriteInt32BigEndian(cdb[6..], AllocationLength);
    }
}

/// <summary>Which logical units are listed.</summary>
public enum LunSelection : byte
{
    AllButWellKnown = 0x00,
    WellKnown = 0x01,
    All = 0x02,
}
