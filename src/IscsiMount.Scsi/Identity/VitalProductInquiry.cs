namespace IscsiMount.Scsi.Identity;

/// <summary>Asks for one page of vital product data.</summary>
public sealed record VitalProductInquiry<TPage> : IScsiQuery<TPage>
    where TPage : IVitalProductPage<TPage>
{
    // LIMIT: the longest pages seen are lists of designators of some hundred bytes.
    public int AllocationLength { get; init; } = 4096;

    public void WriteCdb(Span<byte> cdb)
    {
        new Inquiry
        {
            IsVitalProductPage = true,
            PageCode = TPage.PageCode,
            AllocationLength = AllocationLength,
        }.WriteCdb(cdb);
    }

    public TPage ReadAnswer(ReadOnlySpan<byte> answer) => TPage.Read(answer);
}
