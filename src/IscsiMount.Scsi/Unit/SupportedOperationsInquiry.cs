namespace IscsiMount.Scsi.Unit;

/// <summary>Asks for all commands that a unit supports.</summary>
public sealed record SupportedOperationsInquiry : IScsiQuery<SupportedOperations>
{
    public int AllocationLength { get; init; } = 8192;

    public void WriteCdb(Span<byte> cdb)
    {
        new ReportSupportedOperationCodes { AllocationLength = AllocationLength }.WriteCdb(cdb);
    }

    public SupportedOperations ReadAnswer(ReadOnlySpan<byte> answer) => SupportedOperations.Read(answer);
}
