using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Transfer;

/// <summary>A command about a range of blocks that has several forms, which differ in their places alone.</summary>
public abstract record RangeCommand : ScsiCommand
{
    public CdbForm Form { get; init; } = CdbForm.Sixteen;

    public ulong FirstBlock { get; init; }

    /// <summary>Zero stands for all blocks from the first one on, unless the command says otherwise.</summary>
    public uint BlockCount { get; init; }

    public byte Group { get; init; }

    /// <summary>The operation code for the form.</summary>
    protected abstract OperationCode Operation { get; }

    /// <summary>The second byte of the block.</summary>
    protected abstract byte Options { get; }

    /// <summary>Whether all of it lies on a medium of this many blocks.</summary>
    public bool Fits(ulong blockCount) => FirstBlock <= blockCount && BlockCount <= blockCount - FirstBlock;

    /// <summary>The same command about the blocks that a block names.</summary>
    protected static T ReadRange<T>(T command, ReadOnlySpan<byte> cdb)
        where T : RangeCommand
    {
        Invariant.Holds(cdb.Length == CdbFieldLength);
        CdbForm form = CdbExtent.FormOf(cdb[0]);
        var extent = CdbExtent.Read(cdb, form);
        T read = command with
        {
            Form = form,
            FirstBlock = extent.FirstBlock,
            BlockCount = extent.BlockCount,
            Group = extent.Group,
        };
        Expect(cdb, read.Operation);
        return read;
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        new CdbExtent(FirstBlock, BlockCount, Group).Write(cdb, Form);
        cdb[0] = (byte)Operation;
        cdb[1] = Options;
    }
}
