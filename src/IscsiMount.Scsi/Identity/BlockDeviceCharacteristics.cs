using System.Buffers.Binary;

namespace IscsiMount.Scsi.Identity;

// Page B1h, block device characteristics, SBC-3. Offsets are those of the page.
//
//      4 | rotation rate: 0 unknown, 1 solid state, else turns a minute |
//      6 | product type                                                 |
//      7 | WABEREQ | WACEREQ | nominal form factor (3-0)                |
//      8 | ZONED | RBWZ | BOCS | FUAB | VBULS                           |
//     64 +--------------------------------------------------------------+

/// <summary>Page B1h: what the medium is made of.</summary>
public sealed record BlockDeviceCharacteristics : VitalProductPage, IVitalProductPage<BlockDeviceCharacteristics>
{
    public const ushort SolidState = 1;

    private const int Length = 0x3C;

    public static VitalProductPageCode PageCode => VitalProductPageCode.BlockDeviceCharacteristics;

    /// <summary>Turns a minute; 0 is unknown, 1 is a medium that does not turn.</summary>
    public ushort RotationRate { get; init; }

    public byte FormFactor { get; init; }

    /// <summary>Whether VERIFY works on blocks without space.</summary>
    public bool VerifiesUnmappedBlocks { get; init; }

    protected override VitalProductPageCode Code => PageCode;

    protected override int ContentLength => Length;

    public static BlockDeviceCharacteristics Read(ReadOnlySpan<byte> page)
    {
        ReadOnlySpan<byte> content = ContentOf(page, PageCode, Length);
        return new()
        {
            Peripheral = Peripheral.Read(page[0]),
            RotationRate = BinaryPrimitives.ReadUInt16BigEndian(content),
            FormFactor = (byte)(content[3] & 0x0F),
            VerifiesUnmappedBlocks = (content[4] & 0x01) != 0,
        };
    }

    protected override void WriteContent(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, RotationRate);
        destination[3] = (byte)(FormFactor & 0x0F);
        destination[4] = (byte)(VerifiesUnmappedBlocks ? 0x01 : 0);
    }
}
