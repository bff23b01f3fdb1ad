using System.Buffers.Binary;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Scsi.Unit;

// READ DEFECT DATA, SBC-3
//
//           (10)                                       (12)
//     0     37h                                        B7h
//     1                                                REQ_PLIST (4), REQ_GLIST (3), format (2-0)
//     2     REQ_PLIST (4), REQ_GLIST (3), format (2-0) first descriptor (2..5)
//     7..8  allocation length
//     6..9                                             allocation length

/// <summary>Asks which places of the medium are bad.</summary>
public sealed record ReadDefects : ScsiCommand, IScsiQuery<DefectList>
{
    public CdbForm Form { get; init; } = CdbForm.Ten;

    /// <summary>Whether the defects that the maker found are wanted.</summary>
    public bool WantsFactoryList { get; init; }

    /// <summary>Whether the defects that came later are wanted.</summary>
    public bool WantsGrownList { get; init; }

    /// <summary>How places are told, as the standard numbers the ways.</summary>
    public byte Format { get; init; }

    public uint FirstDescriptor { get; init; }

    public int AllocationLength { get; init; } = 4096;

    public static ReadDefects Read(ReadOnlySpan<byte> cdb)
    {
        bool isShort = cdb[0] == (byte)OperationCode.ReadDefectData10;
        Expect(cdb, isShort ? OperationCode.ReadDefectData10 : OperationCode.ReadDefectData12);
        byte options = cdb[isShort ? 2 : 1];
        return new()
        {
            Form = isShort ? CdbForm.Ten : CdbForm.Twelve,
            WantsFactoryList = (options & 0x10) != 0,
            WantsGrownList = (options & 0x08) != 0,
            Format = (byte)(options & 0x07),
            FirstDescriptor = isShort ? 0 : BinaryPrimitives.ReadUInt32BigEndian(cdb[2..]),
            AllocationLength = isShort
                ? BinaryPrimitives.ReadUInt16BigEndian(cdb[7..])
                : ClampAllocationLength(BinaryPrimitives.ReadUInt32BigEndian(cdb[6..])),
        };
    }

    public DefectList ReadAnswer(ReadOnlySpan<byte> answer) => DefectList.Read(answer, Form);

    protected override void WriteFields(Span<byte> cdb)
    {
        byte options = (byte)((WantsFactoryList ? 0x10 : 0) | (WantsGrownList ? 0x08 : 0) | (Format & 0x07));
        if (Form == CdbForm.Ten)
        {
            cdb[0] = (byte)OperationCode.ReadDefectData10;
            cdb[2] = options;
            BinaryPrimitives.WriteUInt16BigEndian(cdb[7..], checked((ushort)AllocationLength));
            return;
        }

        cdb[0] = (byte)OperationCode.ReadDefectData12;
        cdb[1] = options;
        BinaryPrimitives.WriteUInt32BigEndian(cdb[2..], FirstDescriptor);
        BinaryPrimitives.WriteInt32BigEndian(cdb[6..], AllocationLength);
    }
}
