using System.Buffers.Binary;

namespace IscsiMount.Scsi.Capacity;

// READ CAPACITY (10), SBC-3
//
//   CDB       0  25h
//          2..5  LBA, obsolete: zero unless PMI
//             8  bit 0: PMI, obsolete

/// <summary>Asks for the size of a logical unit that may be too old or too small for the longer form.</summary>
public sealed record ReadCapacity10 : ScsiCommand, IScsiQuery<ShortCapacity>
{
    public uint Block { get; init; }

    public bool IsPartial { get; init; }

    public int AllocationLength => ShortCapacity.Length;

    public override CdbField? InvalidField => Block != 0 && !IsPartial ? new CdbField(2) : null;

    public static ReadCapacity10 Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.ReadCapacity10);
        return new()
        {
            Block = BinaryPrimitives.ReadUInt32BigEndian(cdb[2..]),
            IsPartial = (cdb[8] & 0x01) != 0,
        };
    }

    public ShortCapacity ReadAnswer(ReadOnlySpan<byte> answer) => ShortCapacity.Read(answer);

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.ReadCapacity10;
        BinaryPrimitives.WriteUInt32BigEndian(cdb[2..], Block);
        cdb[8] = (byte)(IsPartial ? 0x01 : 0);
    }
}
