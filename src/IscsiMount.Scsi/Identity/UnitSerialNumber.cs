namespace IscsiMount.Scsi.Identity;

/// <summary>Page 80h: the serial number of the unit, in ASCII.</summary>
public sealed record UnitSerialNumber : VitalProductPage, IVitalProductPage<UnitSerialNumber>
{
    public static VitalProductPageCode PageCode => VitalProductPageCode.UnitSerialNumber;

    /// <summary>Empty if the unit has none.</summary>
    public required string SerialNumber { get; init; }

    protected override VitalProductPageCode Code => PageCode;

    protected override int ContentLength => SerialNumber.Length;

    public static UnitSerialNumber Read(ReadOnlySpan<byte> page)
    {
        ReadOnlySpan<byte> content = ContentOf(page, PageCode);

        // Right-aligned by the standard, left-aligned by most: neither padding is part of the number.
        return new() { Peripheral = Peripheral.Read(page[0]), SerialNumber = AsciiField.Read(content).TrimStart(' ') };
    }

    protected override void WriteContent(Span<byte> destination) => AsciiField.Write(destination, SerialNumber);
}
