namespace IscsiMount.Scsi.Identity;

/// <summary>Asks what kind of device a logical unit is.</summary>
public sealed record StandardInquiry : IScsiQuery<InquiryData>
{
    public int AllocationLength { get; init; } = InquiryData.Length;

    public void WriteCdb(Span<byte> cdb) => new Inquiry { AllocationLength = AllocationLength }.WriteCdb(cdb);

    public InquiryData ReadAnswer(ReadOnlySpan<byte> answer) => InquiryData.Read(answer);
}
