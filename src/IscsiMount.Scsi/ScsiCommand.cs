using IscsiMount.Primitives;

namespace IscsiMount.Scsi;

/// <summary>
/// A command with its arguments. The initiator writes it as a command descriptor block; each kind has a <c>Read</c>
/// by which the target gets it back.
/// </summary>
public abstract record ScsiCommand
{
    /// <summary>The field that carries a block. Shorter blocks are followed by zeros.</summary>
    public const int CdbFieldLength = 16;

    /// <summary>
    /// The field that contradicts the standard whatever the device is, if there is one. A target refuses the command
    /// with <see cref="Sense.SenseData.InvalidFieldInCdb"/>; an initiator never sends it.
    /// </summary>
    public virtual CdbField? InvalidField => null;

    /// <summary>Writes the block to all 16 bytes of <paramref name="cdb"/>.</summary>
    public void WriteCdb(Span<byte> cdb)
    {
        Invariant.Holds(cdb.Length == CdbFieldLength);

        cdb.Clear();
        WriteFields(cdb);
    }

    /// <summary>Writes what is not zero.</summary>
    protected abstract void WriteFields(Span<byte> cdb);

    /// <summary>Every <c>Read</c> begins with this: whoever dispatched the block knows its operation code.</summary>
    protected static void Expect(ReadOnlySpan<byte> cdb, OperationCode operation)
    {
        Invariant.Holds(cdb.Length == CdbFieldLength);
        Invariant.Holds(cdb[0] == (byte)operation);
    }

    /// <summary>An allocation length of 32 bits. Nobody has more than 2 GiB to say, so that is where it ends.</summary>
    protected static int ClampAllocationLength(uint length) => (int)Math.Min(length, int.MaxValue);
}

/// <summary>A place in a command descriptor block, or in a parameter list.</summary>
/// <param name="Byte">The first byte of the field.</param>
/// <param name="Bit">The highest bit of the field, if it is not the whole byte.</param>
public readonly record struct CdbField(ushort Byte, byte? Bit = null);
