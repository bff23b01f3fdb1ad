namespace IscsiMount.Scsi.Identity;

// Page B2h, logical block provisioning, SBC-3. Offsets are those of the page.
//
//      4 | threshold exponent                                               |
//      5 | LBPU (7) | LBPWS (6) | LBPWS10 (5) | LBPRZ (4-2) | ANC_SUP | DP  |
//      6 | minimum percentage (7-3) | provisioning type (2-0)               |
//      7 | threshold percentage                                             |
//      8 +------------------------------------------------------------------+

/// <summary>Page B2h: how blocks lose and get their space.</summary>
public sealed record LogicalBlockProvisioning : VitalProductPage, IVitalProductPage<LogicalBlockProvisioning>
{
    private const int Length = 4;

    public static VitalProductPageCode PageCode => VitalProductPageCode.LogicalBlockProvisioning;

    public bool SupportsUnmap { get; init; }

    public bool SupportsWriteSame16Unmap { get; init; }

    public bool SupportsWriteSame10Unmap { get; init; }

    /// <summary>What a block without space reads as: xx1b zeros, 010b a pattern, 000b nothing is promised.</summary>
    public byte UnmappedRead { get; init; }

    public bool SupportsAnchor { get; init; }

    public byte ThresholdExponent { get; init; }

    public ProvisioningType Provisioning { get; init; }

    protected override VitalProductPageCode Code => PageCode;

    protected override int ContentLength => Length;

    public static LogicalBlockProvisioning Read(ReadOnlySpan<byte> page)
    {
        ReadOnlySpan<byte> content = ContentOf(page, PageCode, Length);
        return new()
        {
            Peripheral = Peripheral.Read(page[0]),
            ThresholdExponent = content[0],
            SupportsUnmap = (content[1] & 0x80) != 0,
            SupportsWriteSame16Unmap = (content[1] & 0x40) != 0,
            SupportsWriteSame10Unmap = (content[1] & 0x20) != 0,
            UnmappedRead = (byte)((content[1] >> 2) & 0x07),
            SupportsAnchor = (content[1] & 0x02) != 0,
            Provisioning = (ProvisioningType)(content[2] & 0x07),
        };
    }

    protected override void WriteContent(Span<byte> destination)
    {
        destination[0] = ThresholdExponent;
        destination[1] = (byte)((SupportsUnmap ? 0x80 : 0)
            | (SupportsWriteSame16Unmap ? 0x40 : 0)
            | (SupportsWriteSame10Unmap ? 0x20 : 0)
            | ((UnmappedRead & 0x07) << 2)
            | (SupportsAnchor ? 0x02 : 0));
        destination[2] = (byte)Provisioning;
    }
}

/// <summary>How much of the space of a unit exists from the beginning.</summary>
public enum ProvisioningType : byte
{
    /// <summary>All of it, or the unit does not say.</summary>
    Full = 0,
    Resource = 1,
    Thin = 2,
}
