using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Capacity;

// READ CAPACITY (16), SBC-3
//
//   CDB       0  9Eh
//             1  10h, the service action
//        10..13  allocation length

/// <summary>Asks for the size of a logical unit, and whether it is thin provisioned.</summary>
public sealed record ReadCapacity16 : ScsiCommand, IScsiQuery<LogicalUnitCapacity>
{
    public int AllocationLength { get; init; } = LogicalUnitCapacity.Length;

    public static ReadCapacity16 Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.ServiceActionIn16);
        Invariant.Holds((cdb[1] & ServiceAction.Mask) == ServiceAction.ReadCapacity16);
        return new()
        {
            AllocationLength = ClampAllocationLength(BinaryPrimitives.ReadUInt32BigEndian(cdb[10..])),
        };
    }

    public LogicalUnitCapacity ReadAnswer(ReadOnlySpan<byte> answer) => LogicalUnitCapacity.Read(answer);

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.ServiceActionIn16;
        cdb[1] = ServiceAction.ReadCapacity16;
        BinaryPrimitives.WriteInt32BigEndian(cdb[10..], AllocationLength);
    }
}
