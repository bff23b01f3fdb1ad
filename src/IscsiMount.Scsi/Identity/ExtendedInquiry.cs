namespace IscsiMount.Scsi.Identity;

// Page 86h, extended INQUIRY data, SPC-4. Offsets are those of the page.
//
//      4 | microcode (7-6) | SPT (5-3) | GRD_CHK | APP_CHK | REF_CHK       |
//      5 | . | . | UASK_SUP | GROUP_SUP | PRIOR_SUP | HEADSUP (2) | ORDSUP (1) | SIMPSUP (0) |
//      6 | WU_SUP (3) | CRD_SUP (2) | NV_SUP (1) | V_SUP (0)               |
//      7 | LUICLR (0)                                                      |
//     64 +-----------------------------------------------------------------+

/// <summary>Page 86h: which task attributes and which kinds of caches the unit knows.</summary>
public sealed record ExtendedInquiry : VitalProductPage, IVitalProductPage<ExtendedInquiry>
{
    private const int Length = 0x3C;

    public static VitalProductPageCode PageCode => VitalProductPageCode.ExtendedInquiry;

    public bool SupportsSimpleTasks { get; init; }

    public bool SupportsOrderedTasks { get; init; }

    public bool SupportsHeadOfQueueTasks { get; init; }

    /// <summary>Whether writes may rest in a cache that loses its content with the power.</summary>
    public bool HasVolatileCache { get; init; }

    protected override VitalProductPageCode Code => PageCode;

    protected override int ContentLength => Length;

    public static ExtendedInquiry Read(ReadOnlySpan<byte> page)
    {
        ReadOnlySpan<byte> content = ContentOf(page, PageCode, Length);
        return new()
        {
            Peripheral = Peripheral.Read(page[0]),
            SupportsHeadOfQueueTasks = (content[1] & 0x04) != 0,
            SupportsOrderedTasks = (content[1] & 0x02) != 0,
            SupportsSimpleTasks = (content[1] & 0x01) != 0,
            HasVolatileCache = (content[2] & 0x01) != 0,
        };
    }

    protected override void WriteContent(Span<byte> destination)
    {
        destination[1] = (byte)((SupportsHeadOfQueueTasks ? 0x04 : 0)
            | (SupportsOrderedTasks ? 0x02 : 0)
            | (SupportsSimpleTasks ? 0x01 : 0));
        destination[2] = (byte)(HasVolatileCache ? 0x01 : 0);
    }
}
