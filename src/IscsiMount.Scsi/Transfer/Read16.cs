namespace IscsiMount.Scsi.Transfer;

/// <summary>The command block that reads blocks, for any unit of our time.</summary>
public static class Read16
{
    /// <summary>Writes the block to all 16 bytes of <paramref name="cdb"/>, without allocation.</summary>
    public static void Write(
        Span<byte> cdb, ulong firstBlock, uint blockCount, TransferOptions options = TransferOptions.None)
    {
        new BlockTransfer
        {
            Kind = TransferKind.Read,
            Form = CdbForm.Sixteen,
            FirstBlock = firstBlock,
            BlockCount = blockCount,
            ForceUnitAccess = (options & TransferOptions.ForceUnitAccess) != 0,
            DisablePageOut = (options & TransferOptions.DisablePageOut) != 0,
        }.Write(cdb);
    }
}
