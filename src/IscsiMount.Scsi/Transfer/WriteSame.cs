using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Transfer;

// WRITE SAME, SBC-3
//
//           (10)   (16)
//     0     41h    93h
//     1     WRPROTECT (7-5) | ANCHOR (4) | UNMAP (3) | obsolete (2-1) | NDOB (0), of (16) alone
//     the rest: first LBA and number of blocks
//
//   One block of data follows, unless NDOB.

/// <summary>Writes one block again and again, or takes the space of blocks if they read the same without it.</summary>
public sealed record WriteSame : RangeCommand
{
    private const byte AnchorBit = 0x10;
    private const byte UnmapBit = 0x08;
    private const byte ObsoleteBits = 0x06;
    private const byte WithoutDataBit = 0x01;

    /// <summary>What to do with protection information; a unit without it takes only zero.</summary>
    public byte Protection { get; init; }

    /// <summary>Whether blocks may lose their space, if they then read as the block that is written.</summary>
    public bool MayUnmap { get; init; }

    public bool Anchors { get; init; }

    /// <summary>Whether no block of data follows. Then zeros are written.</summary>
    public bool IsWithoutData { get; init; }

    /// <summary>LBDATA and PBDATA, which are obsolete and always refused.</summary>
    public byte Obsolete { get; init; }

    /// <summary>Blocks that follow the command as data.</summary>
    public uint BlocksOut => IsWithoutData ? 0U : 1U;

    public override CdbField? InvalidField =>
        Obsolete != 0 ? new CdbField(1, 2)
        : Anchors && !MayUnmap ? new CdbField(1, 4)
        : IsWithoutData && Form == CdbForm.Ten ? new CdbField(1, 0)
        : null;

    protected override OperationCode Operation => Form switch
    {
        CdbForm.Ten => OperationCode.WriteSame10,
        CdbForm.Sixteen => OperationCode.WriteSame16,
        _ => throw new InvariantViolationException($"WRITE SAME has no form of {(int)Form} bytes"),
    };

    protected override byte Options => (byte)((Protection << 5)
        | (Anchors ? AnchorBit : 0)
        | (MayUnmap ? UnmapBit : 0)
        | (Obsolete & ObsoleteBits)
        | (IsWithoutData ? WithoutDataBit : 0));

    public static WriteSame Read(ReadOnlySpan<byte> cdb) => ReadRange(
        new WriteSame
        {
            Protection = (byte)(cdb[1] >> 5),
            Anchors = (cdb[1] & AnchorBit) != 0,
            MayUnmap = (cdb[1] & UnmapBit) != 0,
            Obsolete = (byte)(cdb[1] & ObsoleteBits),
            IsWithoutData = (cdb[1] & WithoutDataBit) != 0,
        },
        cdb);
}
