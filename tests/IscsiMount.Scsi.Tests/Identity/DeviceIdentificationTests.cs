using System.Text;
using IscsiMount.Scsi.Identity;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Scsi.Tests.Identity;

[Requirement("SCSI-05")]
public sealed class DeviceIdentificationTests
{
    private static readonly Designator LongNaa = Of(DesignatorType.Naa, [0x60, .. new byte[15]]);
    private static readonly Designator ShortNaa = Of(DesignatorType.Naa, [0x50, .. new byte[7]]);
    private static readonly Designator LocalNaa = Of(DesignatorType.Naa, [0x30, .. new byte[7]]);
    private static readonly Designator Eui = Of(DesignatorType.Eui64, new byte[8]);
    private static readonly Designator Name = Of(DesignatorType.ScsiName, "iqn.2026-01.example:disk\0\0\0\0"u8);
    private static readonly Designator Vendor = Of(DesignatorType.T10Vendor, "ISCMOUNTdisk 1  "u8);
    private static readonly Designator Private = Of(DesignatorType.VendorSpecific, [1, 2, 3]);

    public static TheoryData<Designator[], string?> Preferences => new()
    {
        { [Vendor, Name, Eui, ShortNaa, LongNaa], LongNaa.ToString() },
        { [Vendor, Name, Eui, ShortNaa], ShortNaa.ToString() },
        { [Vendor, Name, Eui], Eui.ToString() },
        { [Vendor, Name], Name.ToString() },
        { [LocalNaa, Vendor], Vendor.ToString() },
        { [LocalNaa], LocalNaa.ToString() },
        { [Private], null },
        { [], null },
        { [LongNaa with { Association = DesignatorAssociation.TargetDevice }, Vendor], Vendor.ToString() },
    };

    [Theory, MemberData(nameof(Preferences))]
    public void A_unit_is_known_by_the_name_that_is_most_unique(Designator[] designators, string? expected)
    {
        Assert.Equal(expected, new DeviceIdentification { Designators = [.. designators] }.UnitName?.ToString());
    }

    [Fact]
    public void Names_are_written_as_administrators_write_them()
    {
        Assert.Equal("naa.60000000000000000000000000000000", LongNaa.ToString());
        Assert.Equal("eui.0000000000000000", Eui.ToString());
        Assert.Equal("iqn.2026-01.example:disk", Name.ToString());
        Assert.Equal("t10.ISCMOUNTdisk 1", Vendor.ToString());
    }

    [Fact]
    public void A_name_never_brings_control_characters_to_a_screen()
    {
        Designator hostile = Of(DesignatorType.ScsiName, Encoding.ASCII.GetBytes("a\u001b[2Jb"));

        Assert.Equal("a?[2Jb", hostile.ToString());
    }

    [Fact]
    public void Text_of_a_device_never_brings_control_characters_to_a_screen()
    {
        byte[] page = [0, 0x80, 0, 4, (byte)'A', 0x1B, 0xFF, (byte)'B'];

        Assert.Equal("A??B", UnitSerialNumber.Read(page).SerialNumber);
    }

    [Fact]
    public void A_serial_number_is_without_the_padding_of_either_side()
    {
        byte[] page = [0, 0x80, 0, 8, .. "  SN 1  "u8];

        Assert.Equal("SN 1", UnitSerialNumber.Read(page).SerialNumber);
    }

    [Fact]
    public void A_unit_that_is_absent_may_tell_next_to_nothing()
    {
        InquiryData absent = InquiryData.Read([0x7F, 0, 0, 0, 0]);

        Assert.Equal(Peripheral.Absent, absent.Peripheral);
    }

    private static Designator Of(DesignatorType type, ReadOnlySpan<byte> identifier) => new()
    {
        CodeSet = DesignatorCodeSet.Binary,
        Type = type,
        Identifier = ValueList.Create(identifier),
    };
}
