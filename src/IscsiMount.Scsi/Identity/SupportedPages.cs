namespace IscsiMount.Scsi.Identity;

/// <summary>Page 00h: which pages of vital product data there are, one byte each, in rising order.</summary>
public sealed record SupportedPages : VitalProductPage, IVitalProductPage<SupportedPages>
{
    public static VitalProductPageCode PageCode => VitalProductPageCode.SupportedPages;

    public required ValueList<VitalProductPageCode> Pages { get; init; }

    protected override VitalProductPageCode Code => PageCode;

    protected override int ContentLength => Pages.Count;

    public static SupportedPages Read(ReadOnlySpan<byte> page)
    {
        ReadOnlySpan<byte> content = ContentOf(page, PageCode);
        var pages = new VitalProductPageCode[content.Length];
        for (int i = 0; i < pages.Length; i++)
        {
            pages[i] = (VitalProductPageCode)content[i];
        }

        return new() { Peripheral = Peripheral.Read(page[0]), Pages = [.. pages] };
    }

    protected override void WriteContent(Span<byte> destination)
    {
        for (int i = 0; i < Pages.Count; i++)
        {
            destination[i] = (byte)Pages[i];
        }
    }
}
