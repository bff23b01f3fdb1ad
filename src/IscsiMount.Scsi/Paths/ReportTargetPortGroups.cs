using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Paths;

// REPORT TARGET PORT GROUPS, SPC-4
//
//   CDB       0  A3h
//             1  parameter data format (7-5); 0Ah, the service action
//          6..9  allocation length

/// <summary>Asks by which groups of ports a unit is reached, and how well.</summary>
public sealed record ReportTargetPortGroups : ScsiCommand, IScsiQuery<TargetPortGroups>
{
    /// <summary>Whether the longer header is wanted.</summary>
    public bool WantsExtendedHeader { get; init; }

    public int AllocationLength { get; init; } = 4096;

    /// <summary>Zero unless the block asks for a format that is not defined.</summary>
    public byte UnknownFormat { get; init; }

    public override CdbField? InvalidField => UnknownFormat == 0 ? null : new CdbField(1, 7);

    public static ReportTargetPortGroups Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.MaintenanceIn);
        Invariant.Holds((cdb[1] & ServiceAction.Mask) == ServiceAction.TargetPortGroups);
        int format = cdb[1] >> 5;
        return new()
        {
            WantsExtendedHeader = format == 1,
            UnknownFormat = (byte)(format > 1 ? format : 0),
            AllocationLength = ClampAllocationLength(BinaryPrimitives.ReadUInt32BigEndian(cdb[6..])),
        };
    }

    public TargetPortGroups ReadAnswer(ReadOnlySpan<byte> answer) => TargetPortGroups.Read(answer);

    protected override void WriteFields(Span<byte> cdb)
    {
        int format = UnknownFormat != 0 ? UnknownFormat : WantsExtendedHeader ? 1 : 0;
        cdb[0] = (byte)OperationCode.MaintenanceIn;
        cdb[1] = (byte)((format << 5) | ServiceAction.TargetPortGroups);
        BinaryPrimitives.WriteInt32BigEndian(cdb[6..], AllocationLength);
    }
}
