using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Unit;

// REPORT SUPPORTED OPERATION CODES, SPC-4
//
//   CDB       0  A3h
//             1  0Ch, the service action
//             2  bit 7: RCTD, timeouts are wanted; bits 2-0: reporting options
//             3  requested operation code
//          4..5  requested service action
//          6..9  allocation length

/// <summary>
/// The command block that asks what a unit supports. Initiators ask with <see cref="SupportedOperationsInquiry"/> and
/// <see cref="OperationSupportInquiry"/>.
/// </summary>
public sealed record ReportSupportedOperationCodes : ScsiCommand
{
    public bool WithTimeouts { get; init; }

    public OperationReporting Reporting { get; init; }

    public OperationCode RequestedOperation { get; init; }

    public ushort RequestedServiceAction { get; init; }

    public required int AllocationLength { get; init; }

    public override CdbField? InvalidField => Reporting > OperationReporting.OneWithServiceAction
        ? new CdbField(2, 2)
        : null;

    public static ReportSupportedOperationCodes Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.MaintenanceIn);
        Invariant.Holds((cdb[1] & ServiceAction.Mask) == ServiceAction.ReportSupportedOperationCodes);
        return new()
        {
            WithTimeouts = (cdb[2] & 0x80) != 0,
            Reporting = (OperationReporting)(cdb[2] & 0x07),
            RequestedOperation = (OperationCode)cdb[3],
            RequestedServiceAction = BinaryPrimitives.ReadUInt16BigEndian(cdb[4..]),
            AllocationLength = ClampAllocationLength(BinaryPrimitives.ReadUInt32BigEndian(cdb[6..])),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.MaintenanceIn;
        cdb[1] = ServiceAction.ReportSupportedOperationCodes;
        cdb[2] = (byte)((WithTimeouts ? 0x80 : 0) | (byte)Reporting);
        cdb[3] = (byte)RequestedOperation;
        BinaryPrimitives.WriteUInt16BigEndian(cdb[4..], RequestedServiceAction);
        BinaryPrimitives.WriteInt32BigEndian(cdb[6..], AllocationLength);
    }
}

/// <summary>How much is told of what a unit supports.</summary>
public enum OperationReporting : byte
{
    All = 0,

    /// <summary>One operation code, which must be one without service actions.</summary>
    One = 1,
    OneWithServiceAction = 2,
}
