namespace IscsiMount.Scsi.Unit;

// PREVENT ALLOW MEDIUM REMOVAL, SPC-4
//
//   CDB       0  1Eh
//             4  bits 1-0: PREVENT, 0 allows and 1 prevents; 2 and 3 are obsolete

/// <summary>Keeps somebody from taking the medium out, or lets them.</summary>
public sealed record PreventAllowMediumRemoval : ScsiCommand
{
    public byte Prevent { get; init; }

    public override CdbField? InvalidField => Prevent > 1 ? new CdbField(4, 1) : null;

    public static PreventAllowMediumRemoval Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.PreventAllowMediumRemoval);
        return new() { Prevent = (byte)(cdb[4] & 0x03) };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.PreventAllowMediumRemoval;
        cdb[4] = (byte)(Prevent & 0x03);
    }
}
