using System.Buffers.Binary;

namespace IscsiMount.Scsi.Copying;

// RECEIVE COPY RESULTS, SPC-4
//
//   CDB       0  84h
//             1  service action (4-0): 00h copy status, 03h operating parameters
//             2  list identifier
//        10..13  allocation length

/// <summary>Asks how a copy went, or what copies may look like.</summary>
public sealed record ReceiveCopyResults : ScsiCommand
{
    public CopyReport Report { get; init; }

    public byte ListIdentifier { get; init; }

    public int AllocationLength { get; init; } = 1024;

    public static ReceiveCopyResults Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.ReceiveCopyResults);
        return new()
        {
            Report = (CopyReport)(cdb[1] & ServiceAction.Mask),
            ListIdentifier = cdb[2],
            AllocationLength = ClampAllocationLength(BinaryPrimitives.ReadUInt32BigEndian(cdb[10..])),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.ReceiveCopyResults;
        cdb[1] = (byte)Report;
        cdb[2] = ListIdentifier;
        BinaryPrimitives.WriteInt32BigEndian(cdb[10..], AllocationLength);
    }
}

/// <summary>What RECEIVE COPY RESULTS can be asked for.</summary>
public enum CopyReport : byte
{
    Status = 0,
    OperatingParameters = 3,
}
