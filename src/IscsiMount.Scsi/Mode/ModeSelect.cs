using System.Buffers.Binary;

namespace IscsiMount.Scsi.Mode;

// MODE SELECT, SPC-4
//
//           (6)                                 (10)
//     0     15h                                 55h
//     1     PF (4), SP (0)                      PF (4), SP (0)
//     2                                         reserved
//     4     parameter list length
//     7..8                                      parameter list length

/// <summary>Sets mode parameters, which follow as <see cref="ModeParameters"/>.</summary>
public sealed record ModeSelect : ScsiCommand
{
    private const byte PageFormatBit = 0x10;
    private const byte SavePagesBit = 0x01;

    public ModeForm Form { get; init; }

    /// <summary>Whether the pages are as the standard says. Everything else is of a vendor.</summary>
    public bool HasStandardPages { get; init; } = true;

    /// <summary>Whether the values outlive a power cycle.</summary>
    public bool SavesPages { get; init; }

    /// <summary>At most 255, or 65,535 in the longer form.</summary>
    public required int ParameterListLength { get; init; }

    public override CdbField? InvalidField => HasStandardPages ? null : new CdbField(1, 4);

    public static ModeSelect Read(ReadOnlySpan<byte> cdb)
    {
        ModeForm form = cdb[0] == (byte)OperationCode.ModeSelect6 ? ModeForm.Six : ModeForm.Ten;
        Expect(cdb, form == ModeForm.Six ? OperationCode.ModeSelect6 : OperationCode.ModeSelect10);
        return new()
        {
            Form = form,
            HasStandardPages = (cdb[1] & PageFormatBit) != 0,
            SavesPages = (cdb[1] & SavePagesBit) != 0,
            ParameterListLength = form == ModeForm.Six ? cdb[4] : BinaryPrimitives.ReadUInt16BigEndian(cdb[7..]),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[1] = (byte)((HasStandardPages ? PageFormatBit : 0) | (SavesPages ? SavePagesBit : 0));
        if (Form == ModeForm.Six)
        {
            cdb[0] = (byte)OperationCode.ModeSelect6;
            cdb[4] = checked((byte)ParameterListLength);
            return;
        }

        cdb[0] = (byte)OperationCode.ModeSelect10;
        BinaryPrimitives.WriteUInt16BigEndian(cdb[7..], checked((ushort)ParameterListLength));
    }
}
