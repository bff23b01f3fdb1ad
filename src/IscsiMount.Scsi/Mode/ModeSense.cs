using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Mode;

// MODE SENSE, SPC-4
//
//   CDB (6)                                  CDB (10)
//     0  1Ah                                   0  5Ah
//     1  bit 3: DBD                            1  bit 4: LLBAA, bit 3: DBD
//     2  PC (7-6), page code (5-0)             2  the same
//     3  subpage code                          3  the same
//     4  allocation length                  7..8  allocation length

/// <summary>Asks for mode pages: how the unit is set, and whether it is write protected.</summary>
public sealed record ModeSense : ScsiCommand, IScsiQuery<ModeParameters>
{
    private const int ShortAllocationLengthMax = byte.MaxValue;

    public ModeForm Form { get; init; }

    public ModePageControl Control { get; init; }

    public ModePageCode Page { get; init; } = ModePageCode.All;

    /// <summary>FFh asks for all subpages.</summary>
    public byte Subpage { get; init; }

    public bool WithoutBlockDescriptors { get; init; }

    /// <summary>Whether a block descriptor may have the long form, which the short command cannot ask for.</summary>
    public bool AcceptsLongBlocks { get; init; }

    /// <summary>At most 255 in the short form, 65,535 in the long one.</summary>
    public int AllocationLength { get; init; } = ShortAllocationLengthMax;

    public static ModeSense Read(ReadOnlySpan<byte> cdb)
    {
        Invariant.Holds(cdb.Length == CdbFieldLength);
        Invariant.Holds((OperationCode)cdb[0] is OperationCode.ModeSense6 or OperationCode.ModeSense10);

        ModeForm form = (OperationCode)cdb[0] == OperationCode.ModeSense6 ? ModeForm.Six : ModeForm.Ten;
        return new()
        {
            Form = form,
            AcceptsLongBlocks = form == ModeForm.Ten && (cdb[1] & 0x10) != 0,
            WithoutBlockDescriptors = (cdb[1] & 0x08) != 0,
            Control = (ModePageControl)(cdb[2] >> 6),
            Page = (ModePageCode)(cdb[2] & 0x3F),
            Subpage = cdb[3],
            AllocationLength = form == ModeForm.Six ? cdb[4] : BinaryPrimitives.ReadUInt16BigEndian(cdb[7..]),
        };
    }

    public ModeParameters ReadAnswer(ReadOnlySpan<byte> answer) => ModeParameters.Read(answer, Form);

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[1] = (byte)(WithoutBlockDescriptors ? 0x08 : 0);
        cdb[2] = (byte)(((byte)Control << 6) | ((byte)Page & 0x3F));
        cdb[3] = Subpage;
        if (Form == ModeForm.Six)
        {
            cdb[0] = (byte)OperationCode.ModeSense6;
            cdb[4] = checked((byte)AllocationLength);
            return;
        }

        cdb[0] = (byte)OperationCode.ModeSense10;
        cdb[1] |= (byte)(AcceptsLongBlocks ? 0x10 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(cdb[7..], checked((ushort)AllocationLength));
    }
}

/// <summary>The two lengths of the mode commands, and of the headers of their data.</summary>
public enum ModeForm
{
    Six,
    Ten,
}

/// <summary>Which values of the mode pages are meant.</summary>
public enum ModePageControl : byte
{
    Current = 0,

    /// <summary>A mask with a one for each bit that can be set.</summary>
    Changeable = 1,
    Default = 2,
    Saved = 3,
}

/// <summary>The mode pages that concern disks.</summary>
public enum ModePageCode : byte
{
    VendorSpecific = 0x00,
    ErrorRecovery = 0x01,
    Caching = 0x08,
    Control = 0x0A,
    InformationalExceptions = 0x1C,
    All = 0x3F,
}
