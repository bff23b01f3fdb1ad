using IscsiMount.Primitives;
using IscsiMount.Scsi.Capacity;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;
using Xunit;

namespace IscsiMount.Scsi.Tests;

/// <summary>
/// What a target of others said: Debian's tgt 1.0.85 with a disk of 64 MiB, recorded from the network while the tools
/// of libiscsi asked it.
/// </summary>
public sealed class RecordedAnswersTests
{
    [Fact]
    public void Inquiry_data_of_a_disk_is_understood()
    {
        InquiryData read = InquiryData.Read(Convert.FromHexString(
            "000005123D000002" + "4945542020202020" + "5649525455414C2D4449534B20202020" + "30303031"
            + "00000000000000000000000000000000000000000000" + "04C0" + "0960" + "0300" + "0000"));

        Assert.Equal(
            new()
            {
                Version = 5,
                Vendor = "IET",
                Product = "VIRTUAL-DISK",
                Revision = "0001",
                VersionDescriptors = [0x04C0, 0x0960, 0x0300],
            },
            read);
    }

    [Fact]
    public void Inquiry_data_of_the_controller_in_front_of_the_disks_is_understood()
    {
        InquiryData read = InquiryData.Read(Convert.FromHexString(
            "0C0005123D000002" + "4945542020202020" + "436F6E74726F6C6C6572202020202020" + "30303031"
            + "00000000000000000000000000000000000000000000" + "04C0" + "0960" + "01FB"));

        Assert.Equal(new(PeripheralQualifier.Connected, DeviceType.ArrayController), read.Peripheral);
        Assert.Equal("Controller", read.Product);
    }

    [Fact]
    public void The_serial_number_is_without_its_padding()
    {
        UnitSerialNumber read = UnitSerialNumber.Read(Convert.FromHexString(
            "00800024" + "202020202020202020202020202020202020202020202020202020202020" + "626561663131"));

        Assert.Equal("beaf11", read.SerialNumber);
    }

    [Fact]
    public void The_names_of_a_unit_are_understood()
    {
        const string Page = "00830048"
            + "02010024" + "4945542020202020" + "3030303130303031" + "0000000000000000000000000000000000000000"
            + "01030008" + "3000000100000001"
            + "01030010" + "60000000000000000E00000000010001";

        DeviceIdentification whole = DeviceIdentification.Read(Convert.FromHexString(Page));
        DeviceIdentification cut = DeviceIdentification.Read(Convert.FromHexString(Page).AsSpan(0, 64));

        Assert.Equal("naa.60000000000000000e00000000010001", whole.UnitName?.ToString());
        Assert.Equal(3, whole.Designators.Count);
        Assert.Equal(2, cut.Designators.Count);
        Assert.Equal("t10.IET     00010001", cut.UnitName?.ToString());
    }

    [Fact]
    public void The_list_of_pages_is_understood()
    {
        SupportedPages read = SupportedPages.Read(Convert.FromHexString("00000006" + "008083B0B1B2"));

        Assert.Contains(VitalProductPageCode.BlockLimits, read.Pages);
        Assert.Equal(6, read.Pages.Count);
    }

    [Fact]
    public void The_block_pages_are_understood()
    {
        string zeros = new('0', 128);

        BlockLimits limits = BlockLimits.Read(Convert.FromHexString("00B0003C" + "0080" + zeros[..116]));
        Assert.Equal(new BlockLimits { CompareAndWriteBlocksMax = 128 }, limits);

        // COMPAT: tgt makes page B1h 40h bytes long, not 3Ch.
        Assert.Equal(
            new BlockDeviceCharacteristics(),
            BlockDeviceCharacteristics.Read(Convert.FromHexString("00B10040" + zeros)));
        Assert.Equal(
            new LogicalBlockProvisioning(),
            LogicalBlockProvisioning.Read(Convert.FromHexString("00B20004" + "00000000")));
    }

    [Fact]
    public void The_capacity_is_the_same_in_both_forms()
    {
        LogicalUnitCapacity capacity = LogicalUnitCapacity.Read(Convert.FromHexString(
            "000000000001FFFF" + "00000200" + "00" + "03" + "0000" + "00000000000000000000000000000000"));
        ShortCapacity shortCapacity = ShortCapacity.Read(Convert.FromHexString("0001FFFF" + "00000200"));

        Assert.Equal(
            new() { BlockCount = 131_072, BlockLength = 512, PhysicalBlockExponent = 3 },
            capacity);
        Assert.Equal(ShortCapacity.Of(capacity), shortCapacity);
        Assert.True(capacity.HasPlainBlocks);
    }

    [Fact]
    public void A_list_of_units_that_was_cut_tells_how_much_it_needs()
    {
        LogicalUnitList cut = LogicalUnitList.Read(Convert.FromHexString("0000001000000000" + "0000000000000000"));
        LogicalUnitList whole = LogicalUnitList.Read(Convert.FromHexString(
            "0000001000000000" + "0000000000000000" + "0001000000000000"));

        Assert.Equal((1, 24), (cut.Units.Count, cut.WholeLength));
        Assert.Equal([LogicalUnitNumber.FromIndex(0), LogicalUnitNumber.FromIndex(1)], whole.Units);
    }

    [Theory]
    [InlineData("700006000000000A0000000029000000" + "0000", OutcomeKind.UnitAttention, "power on or reset (29/00)")]
    [InlineData(
        "700005000000000A0000000024000000" + "0000",
        OutcomeKind.IllegalRequest,
        "a field of the command is invalid (24/00)")]
    public void Sense_data_is_understood(string wire, OutcomeKind outcome, string words)
    {
        SenseData sense = SenseData.Read(Convert.FromHexString(wire));

        Assert.Equal(outcome, CommandOutcome.Of(ScsiStatus.CheckCondition, sense).Kind);
        Assert.Equal(words, sense.Additional.ToString());
    }
}
