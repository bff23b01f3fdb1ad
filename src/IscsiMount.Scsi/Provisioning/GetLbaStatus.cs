using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Provisioning;

// GET LBA STATUS, SBC-3
//
//   CDB       0  9Eh
//             1  12h, the service action
//          2..9  first LBA
//        10..13  allocation length
//            14  report type (SBC-4)

/// <summary>Asks which blocks have space. The answer begins with the block that was asked for.</summary>
public sealed record GetLbaStatus : ScsiCommand, IScsiQuery<LbaStatusList>
{
    public ulong FirstBlock { get; init; }

    public int AllocationLength { get; init; } = 4096;

    /// <summary>Zero asks for all blocks.</summary>
    public byte ReportType { get; init; }

    public override CdbField? InvalidField => ReportType == 0 ? null : new CdbField(14);

    public static GetLbaStatus Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.ServiceActionIn16);
        Invariant.Holds((cdb[1] & ServiceAction.Mask) == ServiceAction.GetLbaStatus);
        return new()
        {
            FirstBlock = BinaryPrimitives.ReadUInt64BigEndian(cdb[2..]),
            AllocationLength = ClampAllocationLength(BinaryPrimitives.ReadUInt32BigEndian(cdb[10..])),
            ReportType = cdb[14],
        };
    }

    public LbaStatusList ReadAnswer(ReadOnlySpan<byte> answer) => LbaStatusList.Read(answer);

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.ServiceActionIn16;
        cdb[1] = ServiceAction.GetLbaStatus;
        BinaryPrimitives.WriteUInt64BigEndian(cdb[2..], FirstBlock);
        BinaryPrimitives.WriteInt32BigEndian(cdb[10..], AllocationLength);
        cdb[14] = ReportType;
    }
}
