namespace IscsiMount.Scsi.Unit;

/// <summary>Asks whether a unit supports one command.</summary>
public sealed record OperationSupportInquiry(OperationCode Operation, ushort? ServiceAction = null)
    : IScsiQuery<OperationSupport>
{
    public int AllocationLength { get; init; } = 64;

    public void WriteCdb(Span<byte> cdb)
    {
        new ReportSupportedOperationCodes
        {
            Reporting = ServiceAction is null ? OperationReporting.One : OperationReporting.OneWithServiceAction,
            RequestedOperation = Operation,
            RequestedServiceAction = ServiceAction ?? 0,
            AllocationLength = AllocationLength,
        }.WriteCdb(cdb);
    }

    public OperationSupport ReadAnswer(ReadOnlySpan<byte> answer) => OperationSupport.Read(answer);
}
