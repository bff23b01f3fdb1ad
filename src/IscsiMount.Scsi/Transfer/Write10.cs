namespace IscsiMount.Scsi.Transfer;

/// <summary>The command block that writes blocks, for units that know no longer form.</summary>
public static class Write10
{
    /// <summary>Writes the block to all 16 bytes of <paramref name="cdb"/>, without allocation.</summary>
    public static void Write(
        Span<byte> cdb, uint firstBlock, ushort blockCount, TransferOptions options = TransferOptions.None)
    {
        new BlockTransfer
        {
            Kind = TransferKind.Write,
            Form = CdbForm.Ten,
            FirstBlock = firstBlock,
            BlockCount = blockCount,
            ForceUnitAccess = (options & TransferOptions.ForceUnitAccess) != 0,
            DisablePageOut = (options & TransferOptions.DisablePageOut) != 0,
        }.Write(cdb);
    }
}
