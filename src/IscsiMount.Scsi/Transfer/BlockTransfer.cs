using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Transfer;

// READ, WRITE, WRITE AND VERIFY, VERIFY, ORWRITE, SBC-3
//
//            (6)              (10)           (12)           (16)
//     0      08h 0Ah          28h 2Ah 2Eh    A8h AAh AEh    88h 8Ah 8Eh
//                             2Fh            AFh            8Fh 8Bh
//     1      LBA (4-0)        protection (7-5), DPO (4), FUA (3) or BYTCHK (2-1)
//     LBA    1..3 (21 bits)   see CdbExtent
//     blocks 4 (0 = 256)

/// <summary>A command that moves blocks, or compares them. It is read and written without allocation.</summary>
public readonly record struct BlockTransfer
{
    private const byte DisablePageOutBit = 0x10;
    private const byte ForceUnitAccessBit = 0x08;
    private const uint ShortFirstBlockMax = 0x1F_FFFF;
    private const uint ShortBlockCountMax = 256;

    public required TransferKind Kind { get; init; }

    public required CdbForm Form { get; init; }

    public required ulong FirstBlock { get; init; }

    public required uint BlockCount { get; init; }

    /// <summary>Whether a write is durable before its status, and a read comes from the medium.</summary>
    public bool ForceUnitAccess { get; init; }

    public bool DisablePageOut { get; init; }

    /// <summary>What to do with protection information; a unit without it takes only zero.</summary>
    public byte Protection { get; init; }

    /// <summary>
    /// What a verification compares with: 0 nothing, 1 as many blocks as are verified, 3 one block again and again.
    /// </summary>
    public byte ByteCheck { get; init; }

    public byte Group { get; init; }

    /// <summary>Blocks that follow the command as data.</summary>
    public uint BlocksOut => (Kind, ByteCheck) switch
    {
        (TransferKind.Write or TransferKind.WriteAndVerify or TransferKind.OrWrite, _) => BlockCount,
        (TransferKind.Verify, 1) => BlockCount,
        (TransferKind.Verify, 3) => Math.Min(BlockCount, 1),
        _ => 0,
    };

    /// <summary>Whether all of it lies on a medium of this many blocks.</summary>
    public bool Fits(ulong blockCount) => FirstBlock <= blockCount && BlockCount <= blockCount - FirstBlock;

    /// <summary>Reads any of the fifteen commands. False is the answer for every other one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> cdb, out BlockTransfer transfer)
    {
        Invariant.Holds(cdb.Length == ScsiCommand.CdbFieldLength);

        if (TransferCodes.Find((OperationCode)cdb[0]) is not var (kind, form))
        {
            transfer = default;
            return false;
        }

        transfer = form == CdbForm.Six ? ReadShort(cdb, kind) : ReadLong(cdb, kind, form);
        return true;
    }

    /// <summary>Writes the block to all 16 bytes of <paramref name="cdb"/>.</summary>
    public void Write(Span<byte> cdb)
    {
        Invariant.Holds(cdb.Length == ScsiCommand.CdbFieldLength);

        cdb.Clear();
        cdb[0] = (byte)TransferCodes.Get(Kind, Form);
        if (Form == CdbForm.Six)
        {
            WriteShort(cdb);
            return;
        }

        new CdbExtent(FirstBlock, BlockCount, Group).Write(cdb, Form);
        cdb[1] = (byte)((Protection << 5)
            | (DisablePageOut ? DisablePageOutBit : 0)
            | (ForceUnitAccess ? ForceUnitAccessBit : 0)
            | (ByteCheck << 1));
    }

    private static BlockTransfer ReadShort(ReadOnlySpan<byte> cdb, TransferKind kind) => new()
    {
        Kind = kind,
        Form = CdbForm.Six,
        FirstBlock = BinaryPrimitives.ReadUInt32BigEndian(cdb) & ShortFirstBlockMax,
        BlockCount = cdb[4] == 0 ? ShortBlockCountMax : cdb[4],
    };

    private static BlockTransfer ReadLong(ReadOnlySpan<byte> cdb, TransferKind kind, CdbForm form)
    {
        bool isVerified = kind is TransferKind.Verify or TransferKind.WriteAndVerify;
        var extent = CdbExtent.Read(cdb, form);
        return new()
        {
            Kind = kind,
            Form = form,
            FirstBlock = extent.FirstBlock,
            BlockCount = extent.BlockCount,
            Group = extent.Group,
            Protection = (byte)(cdb[1] >> 5),
            DisablePageOut = (cdb[1] & DisablePageOutBit) != 0,
            ForceUnitAccess = !isVerified && (cdb[1] & ForceUnitAccessBit) != 0,
            ByteCheck = isVerified ? (byte)((cdb[1] >> 1) & 0x03) : (byte)0,
        };
    }

    private void WriteShort(Span<byte> cdb)
    {
        Invariant.Holds(FirstBlock <= ShortFirstBlockMax);
        Invariant.Holds(BlockCount is > 0 and <= ShortBlockCountMax);

        cdb[1] = (byte)(FirstBlock >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(cdb[2..], (ushort)(FirstBlock & 0xFFFF));
        cdb[4] = unchecked((byte)BlockCount);
    }
}

/// <summary>What happens to the blocks.</summary>
public enum TransferKind
{
    Read,
    Write,
    WriteAndVerify,
    Verify,

    /// <summary>Bits that are set in the data are set on the medium, and all others stay.</summary>
    OrWrite,
}

/// <summary>The lengths of command blocks that data commands come in.</summary>
public enum CdbForm
{
    Six = 6,
    Ten = 10,
    Twelve = 12,
    Sixteen = 16,
}
