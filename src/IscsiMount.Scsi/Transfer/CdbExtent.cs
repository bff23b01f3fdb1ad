using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Transfer;

// Where commands that concern blocks name them, SBC-3
//
//            (10)    (12)    (16)
//     LBA    2..5    2..5    2..9
//     blocks 7..8    6..9    10..13
//     group  6       10      14      bits 5-0

/// <summary>The blocks that a command names, in the places of its form.</summary>
internal readonly record struct CdbExtent(ulong FirstBlock, uint BlockCount, byte Group)
{
    private const byte GroupMask = 0x3F;

    /// <summary>The form of a block with this operation code; the three highest bits tell it (SPC-4).</summary>
    public static CdbForm FormOf(byte operation) => (operation >> 5) switch
    {
        0 => CdbForm.Six,
        1 or 2 => CdbForm.Ten,
        4 => CdbForm.Sixteen,
        5 => CdbForm.Twelve,
        _ => throw new InvariantViolationException($"operation {operation:X2}h has a form"),
    };

    public static CdbExtent Read(ReadOnlySpan<byte> cdb, CdbForm form) => form switch
    {
        CdbForm.Ten => new(
            BinaryPrimitives.ReadUInt32BigEndian(cdb[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(cdb[7..]),
            (byte)(cdb[6] & GroupMask)),
        CdbForm.Twelve => new(
            BinaryPrimitives.ReadUInt32BigEndian(cdb[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(cdb[6..]),
            (byte)(cdb[10] & GroupMask)),
        CdbForm.Sixteen => new(
            BinaryPrimitives.ReadUInt64BigEndian(cdb[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(cdb[10..]),
            (byte)(cdb[14] & GroupMask)),
        _ => throw new InvariantViolationException("Form has these places"),
    };

    public void Write(Span<byte> cdb, CdbForm form)
    {
        switch (form)
        {
            case CdbForm.Ten:
                BinaryPrimitives.WriteUInt32BigEndian(cdb[2..], checked((uint)FirstBlock));
                BinaryPrimitives.WriteUInt16BigEndian(cdb[7..], checked((ushort)BlockCount));
                cdb[6] = Group;
                break;
            case CdbForm.Twelve:
                BinaryPrimitives.WriteUInt32BigEndian(cdb[2..], checked((uint)FirstBlock));
                BinaryPrimitives.WriteUInt32BigEndian(cdb[6..], BlockCount);
                cdb[10] = Group;
                break;
            case CdbForm.Sixteen:
                BinaryPrimitives.WriteUInt64BigEndian(cdb[2..], FirstBlock);
                BinaryPrimitives.WriteUInt32BigEndian(cdb[10..], BlockCount);
                cdb[14] = Group;
                break;
            default:
                throw new InvariantViolationException("Form has these places");
        }
    }
}
