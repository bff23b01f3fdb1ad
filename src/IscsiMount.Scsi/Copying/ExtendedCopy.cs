using System.Buffers.Binary;

namespace IscsiMount.Scsi.Copying;

// EXTENDED COPY (LID1), SPC-4
//
//   CDB       0  83h
//             1  00h, the service action
//        10..13  parameter list length

/// <summary>Lets the target copy by itself. From where to where follows as <see cref="CopyParameters"/>.</summary>
public sealed record ExtendedCopy : ScsiCommand
{
    public required int ParameterListLength { get; init; }

    public static ExtendedCopy Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.ExtendedCopy);
        return new() { ParameterListLength = ClampAllocationLength(BinaryPrimitives.ReadUInt32BigEndian(cdb[10..])) };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.ExtendedCopy;
        BinaryPrimitives.WriteInt32BigEndian(cdb[10..], ParameterListLength);
    }
}
